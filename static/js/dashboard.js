// Lets people see the value while they type it; without this the field stays masked.

for (const button of document.querySelectorAll("button[data-reveals]")) {
  const field = document.getElementById(button.dataset.reveals);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.classList.toggle("is-shown");
    button.setAttribute("aria-pressed", String(shown));
  });
}
