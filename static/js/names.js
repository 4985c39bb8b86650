// Adds names and patterns to the field of a grant one by one, and shows each as a chip that removes
// it. The field with commas stays what is sent, and is all there is without this.

const adder = document.querySelector("[data-adds-to]");
const field = document.getElementById(adder.dataset.addsTo);
const entry = adder.querySelector("input");
const list = adder.querySelector("ul");
const model = adder.querySelector("template");

function chosen() {
  return [...new Set(field.value.split(/[\s,;]+/).filter(Boolean))];
}

function write(names) {
  field.value = names.join(", ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function chip(name) {
  const item = model.content.cloneNode(true);
  const button = item.querySelector("button");
  button.dataset.removes = name;
  button.querySelector("[data-name]").textContent = name;
  return item;
}

function show() {
  list.replaceChildren(...chosen().map(chip));
}

function add() {
  const typed = entry.value.split(/[\s,;]+/).filter(Boolean);
  entry.value = "";
  if (typed.length) write([...new Set([...chosen(), ...typed])]);
}

adder.querySelector("[data-adds]").addEventListener("click", () => {
  add();
  entry.focus();
});

entry.addEventListener("keydown", event => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  add();
});

list.addEventListener("click", event => {
  const removed = event.target.closest("[data-removes]")?.dataset.removes;
  if (removed === undefined) return;
  write(chosen().filter(name => name !== removed));
  entry.focus();
});

field.addEventListener("input", show);
// What was typed and not added yet is meant too.
field.form.addEventListener("submit", add, { capture: true });

field.removeAttribute("list");
adder.hidden = false;
show();
