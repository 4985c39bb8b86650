// Single keys, such as `?` and `g h`. What they do is what the sheet of keys says (layout/_shortcuts),
// so neither knows a key that the other doesn't: a row leads to an address, names one of the deeds
// below, or presses what has its key on the page.

const sheet = byId("shortcuts");
const keyRows = sheet ? [...sheet.querySelectorAll("[data-keys]")] : [];
const LIST_ROWS = ".row-link, a.cell-title, .event-rest > summary";
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const SEQUENCE_MS = 1500;

const deeds = {
  find: goToFilter,
  help: () => sheet.showModal(),
  next: () => stepThroughRows(1),
  previous: () => stepThroughRows(-1),
};

function deedOf({ dataset: { keys, goes, does } }) {
  if (goes) return () => location.assign(goes);
  const target = byId("content").querySelector(`[aria-keyshortcuts="${CSS.escape(keys)}"]`);
  return does ? deeds[does] : target && (() => target.click());
}

// To the filter of the page, and from there, or where there is none, to the palette.
function goToFilter(event) {
  const filter = document.querySelector("[data-slash]");
  if (filter && filter !== event.target) {
    filter.focus();
    filter.select();
  } else openPalette();
}

// The rows one by one, from the one that has the focus or holds what has it.
function stepThroughRows(step) {
  const rows = [...byId("content").querySelectorAll(LIST_ROWS)].filter(row => row.checkVisibility());
  const focused = document.activeElement;
  const here = rows.findIndex(row => row === focused || row.closest("tr, li")?.contains(focused));
  const first = step > 0 ? 0 : rows.length - 1;
  rows[here < 0 ? first : here + step]?.focus();
}

let begun = "";
let beganAt = 0;

function onKey(event) {
  const isModified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (isModified || event.defaultPrevented || isElsewhere(event)) return;
  const isContinued = begun && event.timeStamp - beganAt < SEQUENCE_MS;
  const keys = isContinued ? `${begun} ${event.key}` : event.key;
  const deed = keyRows.filter(row => row.dataset.keys === keys).map(deedOf)[0];
  begun = keyRows.some(row => row.dataset.keys.startsWith(`${keys} `)) ? keys : "";
  beganAt = event.timeStamp;
  if (!deed) return;
  event.preventDefault();
  deed(event);
}

// Someone who types means letters, and what is open has keys of its own. An empty filter has no use
// for another slash.
function isElsewhere({ target, key }) {
  if (document.querySelector("dialog[open]") || target.closest?.(".menu[open]")) return true;
  const leavesFilter = key === "/" && target.matches("[data-slash]") && target.value === "";
  return target.matches(FIELDS) && !leavesFilter;
}

if (sheet) {
  for (const row of keyRows) row.hidden = !deedOf(row);
  if (!("off" in sheet.dataset)) document.addEventListener("keydown", onKey);
  // The address of what was chosen there is on this page, or leads away from it.
  sheet.addEventListener("click", event => { if (event.target.closest("a")) sheet.close(); });
}
