// The value of a secret while it is typed: how long it is, what looks unintended about it, and
// that it never stays behind. The server looks again; it has the last word.

const byId = id => document.getElementById(id);
const LONGEST_ROWS = 14;
const value = byId("id_value");

// Each list of what to watch for stands in the page, with its patterns and its cures.

const lists = Array.from(document.querySelectorAll("[data-watches]"), list => ({
  field: byId(list.dataset.watches),
  items: Array.from(list.querySelectorAll("[data-pattern]"), item => ({
    item,
    pattern: new RegExp(item.dataset.pattern, "u"),
    everywhere: new RegExp(item.dataset.pattern, "gu"),
  })),
}));

function watch({ field, items }) {
  // What is far too long is not searched: it has to be shortened first.
  const isSearched = field !== value || bytesOf(field.value) <= limit();
  for (const { item, pattern } of items) {
    item.hidden = !(isSearched && pattern.test(field.value));
  }
}

// One edit that the browser can undo; the caret and the focus stay in the field.
function replaceAll(field, text) {
  field.focus();
  field.select();
  const command = text === "" ? "delete" : "insertText";
  if (document.execCommand(command, false, text)) return;
  field.setRangeText(text, 0, field.value.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function cure(button) {
  const item = button.closest("[data-pattern]");
  const { field, items } = lists.find(list => list.items.some(each => each.item === item));
  const { pattern, everywhere } = items.find(each => each.item === item);
  let text = field.value;
  do {
    text = text.replace(everywhere, item.dataset.replacement);
  } while (item.hasAttribute("data-repeats") && pattern.test(text));
  replaceAll(field, text);
}

// How long it is

const encoder = new TextEncoder();
const bytesOf = text => encoder.encode(text).length;
const limit = () => Number(byId("value-size").dataset.limit);
const inWords = number => number.toLocaleString("en-US");

function measure() {
  const bytes = bytesOf(value.value);
  const lines = value.value === "" ? 0 : value.value.split("\n").length;
  const isOver = bytes > limit();
  const size = byId("value-size");
  size.querySelector(".value-count").textContent =
    `${inWords(bytes)} / ${inWords(limit())} bytes · ${lines} ${lines === 1 ? "line" : "lines"}`;
  if (size.classList.toggle("is-over", isOver) !== value.hasAttribute("data-over")) {
    value.toggleAttribute("data-over", isOver);
    window.announce?.(isOver ? size.textContent.trim() : "The value is short enough now.");
  }
  size.querySelector(".value-over").hidden = !isOver;
  value.setCustomValidity(
    isOver ? `A value has at most ${inWords(limit())} bytes; this one has ${inWords(bytes)}.` : "");
  if (!CSS.supports("field-sizing", "content")) {
    value.rows = Math.min(Math.max(3, lines), LONGEST_ROWS);
  }
}

// A value that looks unintended is sent only when its box is ticked.

function askWhetherMeant() {
  const isStopped = document.querySelector("[data-stops]:not([hidden])") !== null;
  const box = byId("id_as_typed");
  byId("as-typed").hidden = !isStopped;
  if (!isStopped) box.checked = false;
  box.setCustomValidity(isStopped && !box.checked
    ? "Fix the warnings above, or tick “Use as typed”." : "");
}

function look() {
  lists.forEach(watch);
  if (!value) return;
  measure();
  askWhetherMeant();
  if (value.value === "") byId("pasted-returns").hidden = true;
}

document.addEventListener("input", look);
document.addEventListener("click", event => {
  const button = event.target.closest("[data-cures]");
  if (button) cure(button);
});

value?.addEventListener("paste", event => {
  const text = event.clipboardData?.getData("text") ?? "";
  byId("pasted-returns").hidden = !text.includes("\r");
});

// A form is sent once, and says that it is under way.

document.addEventListener("submit", event => {
  const form = event.target.closest("form[data-once]");
  if (!form) return;
  if (form.hasAttribute("data-sent")) event.preventDefault();
  form.setAttribute("data-sent", "");
  form.querySelector("[type=submit]").setAttribute("aria-disabled", "true");
});

// Nothing that was typed stays in a page that was left, nor comes back with it.

function forget() {
  if (value) value.value = "";
  for (const form of document.querySelectorAll("form[data-sent]")) {
    form.removeAttribute("data-sent");
    form.querySelector("[type=submit]").removeAttribute("aria-disabled");
  }
  look();
}

addEventListener("pagehide", forget);
addEventListener("pageshow", event => {
  if (event.persisted) forget();
});

look();
