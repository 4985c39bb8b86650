// The ways in: a code that a link carries goes into the form and out of the address, and a password
// can be looked at while it is typed. Neither is needed: a code can be pasted.

const CODE = /^#[0-9A-HJKMNP-TV-Z-]{24,}$/;

// What stands behind the # never leaves the browser; from here on the address does not have it
// either, nor does the history.
function takeCode() {
  const holder = document.querySelector("[data-code-field]");
  if (!holder || !CODE.test(location.hash)) return;
  holder.querySelector("input").value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  holder.hidden = true;
  holder.closest("form").querySelector("input[type=password], button[type=submit]").focus();
}

// What was sent for this page is not kept to be sent again: a password that was shown would be.
history.replaceState(history.state, "");
takeCode();
window.addEventListener("hashchange", takeCode);

for (const button of document.querySelectorAll("button[data-shows]")) button.hidden = false;

document.addEventListener("click", event => {
  const button = event.target.closest("button[data-shows]");
  if (!button) return;
  const field = document.getElementById(button.dataset.shows);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});

// A password that is shown is sent as one all the same: else browsers keep it as a text to propose.
document.addEventListener("submit", event => {
  for (const button of event.target.querySelectorAll("button[data-shows]")) {
    document.getElementById(button.dataset.shows).type = "password";
  }
});
