// A value that the server makes. It goes from the answer into the field and nowhere else: the answer
// is bare text, which is never swapped into the page, so it is in no markup that anything could keep.

const byId = id => document.getElementById(id);
const value = byId("id_value");
const section = byId("generate");
const status = byId("generate-status");

if (section && value) {
  section.hidden = false;
  document.addEventListener("htmx:beforeSwap", event => {
    const { xhr, target } = event.detail;
    if (target !== status || xhr.status !== 200) return;
    event.detail.shouldSwap = false;
    if (xhr.getResponseHeader("Content-Type")?.startsWith("text/plain")) put(xhr.responseText);
  });
  value.addEventListener("input", () => { status.textContent = ""; });
}

function put(text) {
  value.value = text;
  value.dispatchEvent(new Event("input", { bubbles: true }));
  status.textContent =
    "Generated. If it’s needed elsewhere too, show and copy it now: it can’t be read after saving.";
}
