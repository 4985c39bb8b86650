// Single keys, such as `?` and `g h`. Those that lead to a page are told by the link to the sheet of
// all keys; of the others each has its deed below, or presses what has it on the page. The sheet is
// loaded when someone asks for it, and shows of its rows those whose keys do something here.

const sheetLink = byId("keys");
const goals = new Map(sheetLink?.dataset.goals?.split(";").map(each => each.split("=")));
const LIST_ROWS = ".row-link, a.cell-title, .event-rest > summary";
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const SEQUENCE_MS = 1500;

const deeds = {
  "/": goToFilter,
  "?": showSheet,
  j: () => stepThroughRows(1),
  k: () => stepThroughRows(-1),
};

function deedOf(keys) {
  if (goals.has(keys)) return () => location.assign(goals.get(keys));
  const target = byId("content").querySelector(`[aria-keyshortcuts="${CSS.escape(keys)}"]`);
  return deeds[keys] ?? (target && (() => target.click()));
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
  const deed = deedOf(keys);
  begun = [...goals.keys()].some(each => each.startsWith(`${keys} `)) ? keys : "";
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

let loading = null;

async function showSheet() {
  loading ??= htmx.ajax("GET", sheetLink.href, { target: document.body, swap: "beforeend" });
  await loading;
  const sheet = byId("shortcuts");
  if (!sheet) loading = null;
  else if (!sheet.open) openSheet(sheet);
}

function openSheet(sheet) {
  for (const row of sheet.querySelectorAll("[data-keys]")) row.hidden = !deedOf(row.dataset.keys);
  sheet.showModal();
}

document.addEventListener("click", event => {
  // The address of what was chosen there is on this page, or leads away from it.
  if (event.target.closest("#shortcuts a")) byId("shortcuts").close();
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!isPlain || !event.target.closest("#keys")) return;
  event.preventDefault();
  // The dialog gives the focus back to what had it, which is to be in sight by then.
  sheetLink.closest(".menu").querySelector("summary").focus();
  showSheet();
});

if (goals.size) document.addEventListener("keydown", onKey);
