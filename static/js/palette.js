// The search in the bar as a palette: Ctrl-K (⌘K on a Mac) opens it from anywhere, what is found
// stands in a list below, arrows move through it and Enter opens. The focus stays in the field, as
// the pattern of a combobox wants it, and goes back to where it was when Escape closes the list.

const palette = byId("search");
const paletteList = byId("search-panel");
const isMac = /Mac|iPhone|iPad/u.test(navigator.platform);
let cameFrom = null;

const options = () => [...paletteList.querySelectorAll("[role=option]")];
const chosenOption = () => paletteList.querySelector('[aria-selected="true"]');

function openPalette() {
  const field = palette ?? byId("query");
  if (!field) return;
  if (field !== document.activeElement) cameFrom = document.activeElement;
  field.focus();
  field.select();
  if (palette) askPalette();
}

// What is there already is shown at once; what may be done without typing is asked for first.
function askPalette() {
  if (byId("search-found").children.length) showPalette(true);
  else palette.dispatchEvent(new Event("asked"));
}

function showPalette(isShown) {
  paletteList.hidden = !isShown;
  const hasOptions = isShown && options().length > 0;
  palette.setAttribute("aria-expanded", String(hasOptions));
  if (hasOptions) palette.setAttribute("aria-controls", "search-options");
  else palette.removeAttribute("aria-controls");
  if (!isShown) choose(null);
}

function choose(option) {
  chosenOption()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) palette.setAttribute("aria-activedescendant", option.id);
  else palette.removeAttribute("aria-activedescendant");
}

// On the page of the search these are links under headings; here they are the options of the field.
function becomeOptions() {
  const list = paletteList.querySelector(".hit-groups");
  if (!list) return;
  list.id = "search-options";
  list.setAttribute("role", "listbox");
  for (const group of list.querySelectorAll(".hit-group")) group.setAttribute("role", "group");
  for (const kind of list.querySelectorAll(".hit-kind")) kind.setAttribute("aria-hidden", "true");
  for (const part of list.querySelectorAll("ul, li")) part.setAttribute("role", "none");
  list.querySelectorAll(".hit").forEach((hit, place) => {
    hit.id = `option-${place}`;
    hit.tabIndex = -1;
    hit.setAttribute("role", "option");
    hit.setAttribute("aria-selected", "false");
  });
}

const steps = {
  ArrowDown: (all, here) => all[here + 1] ?? all[0],
  ArrowUp: (all, here) => all.at(here <= 0 ? -1 : here - 1),
};

function movePalette(event) {
  event.preventDefault();
  if (paletteList.hidden) {
    askPalette();
    return;
  }
  const all = options();
  choose(steps[event.key](all, all.indexOf(chosenOption())) ?? null);
}

function closePalette() {
  showPalette(false);
  if (cameFrom?.isConnected && cameFrom !== document.body) cameFrom.focus();
  cameFrom = null;
}

function onPaletteKey(event) {
  if (event.isComposing) return;
  if (event.key in steps) movePalette(event);
  else if (event.key === "Enter" && chosenOption()) {
    event.preventDefault();
    chosenOption().click();
  } else if (event.key === "Escape" && !paletteList.hidden) {
    event.preventDefault();
    event.stopPropagation();
    closePalette();
  }
}

if (palette) {
  palette.setAttribute("role", "combobox");
  palette.setAttribute("aria-autocomplete", "list");
  showPalette(false);
  palette.addEventListener("keydown", onPaletteKey);
  palette.addEventListener("click", askPalette);
  // What is found still belongs to what was typed before: Enter is not to open that.
  palette.addEventListener("input", () => choose(null));
  paletteList.addEventListener("htmx:afterSwap", () => {
    becomeOptions();
    if (document.activeElement !== palette) return;
    showPalette(true);
    if (palette.value.trim()) choose(options()[0] ?? null);
  });
  document.addEventListener("click", event => {
    if (!palette.closest(".search").contains(event.target)) showPalette(false);
  });
  palette.closest(".search").addEventListener("focusout", event => {
    if (event.relatedTarget && !palette.closest(".search").contains(event.relatedTarget)) showPalette(false);
  });
}

document.addEventListener("keydown", event => {
  const isCommand = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!isCommand || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  openPalette();
});
