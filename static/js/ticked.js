// Hundreds of boxes can be ticked, and a form has few fields: what is ticked is sent in one of them, with
// a line for each. `data-joins` of the form is the name of these boxes.

document.addEventListener("formdata", event => {
  const name = event.target.dataset.joins;
  const ticked = name ? event.formData.getAll(name) : [];
  if (ticked.length > 1) event.formData.set(name, ticked.join("\n"));
});

// One box ticks all of the others. Without a script it would do nothing, so it isn't there.

for (const all of document.querySelectorAll("[data-ticks-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of all.form.querySelectorAll(`[name="${all.form.dataset.joins}"]`)) box.checked = all.checked;
  });
}
