// An import: a file can be dropped onto the page, one that is too large is told before it is sent,
// and a preview goes away once it is of something else. Without this, the form does all of it.

const source = document.getElementById("import-source");
const preview = document.getElementById("preview");
const file = document.getElementById("id_file");
const most = Number(file.dataset.most);

function checkSize() {
  const chosen = file.files[0];
  const isLarge = chosen !== undefined && chosen.size > most;
  file.setCustomValidity(isLarge ? "This file has more than 1 MB. Choose another one, or split it." : "");
  if (isLarge) file.reportValidity();
}

// What is previewed must be what is chosen: the server compares it too.
source.addEventListener("change", () => preview.replaceChildren());
source.addEventListener("input", event => {
  if (event.target.matches("textarea")) preview.replaceChildren();
});
file.addEventListener("change", checkSize);

document.querySelector(".import-drop").hidden = false;
document.addEventListener("dragover", event => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", event => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  file.files = event.dataTransfer.files;
  file.dispatchEvent(new Event("change", { bubbles: true }));
  file.focus();
});
