// The list of secrets: it filters, sorts and counts while one types, and the address says how. To
// ask the server each time takes several times as long (benchmarks/README.md), so all rows are here.

const byId = id => document.getElementById(id);
const REFLECT_MS = 200;
const AT_ONCE = 16;
const CHANGES_A_FRAME = 48;
const field = byId("filter");
const address = new URL(location.href);
const wanted = {
  sort: address.searchParams.get("sort") || "name",
  state: address.searchParams.get("state") || "",
};

// What is known of the rows, so that a key stroke reads nothing from the page.
let entries = null;

function entriesOfRows() {
  return Array.from(byId("rows")?.rows ?? [], row => ({
    row,
    text: row.dataset.search,
    // Where the server puts it by each column: what comes before what is decided there alone.
    name: Number(row.dataset.name),
    changed: Number(row.dataset.changed),
    who: Number(row.dataset.who),
    owner: Number(row.dataset.owner),
    far: 0,
    states: row.dataset.states.split(" "),
    shown: !row.hidden,
  }));
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

// What is searched for, what has it and how far from it a name is: as the server says
// (secrets/arranging.py).

const searchable = text => text.toLowerCase().replaceAll("-", "_");
const words = () => searchable(field.value).split(/\s+/u).filter(Boolean);
const withoutStar = word => word.replace(/\*$/u, "");
const has = (text, word) =>
  word.endsWith("*") ? text.startsWith(withoutStar(word)) : text.includes(word);

function farness(text, word) {
  const place = text.slice(0, text.indexOf("\n")).indexOf(word);
  if (place < 0) return 3;
  if (place === 0) return 0;
  return text[place - 1] === "_" ? 1 : 2;
}

function filter() {
  entries ??= entriesOfRows();
  const sought = words();
  const first = withoutStar(sought[0] ?? "");
  let count = 0;
  for (const entry of entries) {
    entry.wanted = (wanted.state === "" || entry.states.includes(wanted.state))
      && sought.every(word => has(entry.text, word));
    entry.far = farness(entry.text, first);
    if (entry.wanted) count += 1;
  }
  sort();
  next = 0;
  run += 1;
  const ofRun = run;
  // In the frame itself: what changes before it, the browser would lay out twice.
  requestAnimationFrame(() => {
    if (ofRun !== run) return;
    showCount(count);
    showSome(run, Infinity);
  });
  reflectSoon();
}

// Hundreds of rows at once would take longer than a frame: the first that are wanted stand at once,
// without any other between them, and those below follow in the next frames.

let next = 0;
let run = 0;

function showSome(ofRun, changes) {
  if (ofRun !== run) return;
  let passed = 0;
  while (next < entries.length && passed < AT_ONCE && changes > 0) {
    const entry = entries[next];
    next += 1;
    if (entry.wanted) passed += 1;
    if (entry.wanted === entry.shown) continue;
    changes -= 1;
    entry.row.hidden = !entry.wanted;
    entry.shown = entry.wanted;
  }
  if (next < entries.length) {
    requestAnimationFrame(() => setTimeout(showSome, 0, ofRun, CHANGES_A_FRAME));
  }
}

function showCount(count) {
  const all = entries.length;
  const secrets = all === 1 ? "1 secret" : `${all} secrets`;
  setText(byId("list-count"), count === all ? secrets : `${count} of ${all}`);
  if (all === 0) return;
  byId("rows").closest("table").hidden = count === 0;
  byId("none-shown").hidden = count !== 0;
}

// The order

function sortBy(sort) {
  wanted.sort = sort;
  filter();
}

function sort() {
  const column = wanted.sort.replace("-", "");
  const sign = wanted.sort.startsWith("-") ? -1 : 1;
  const isByCloseness = wanted.sort === "name";
  entries.sort((one, other) =>
    (isByCloseness && one.far - other.far) || sign * (one[column] - other[column]) || one.name - other.name);
  order();
  showOrder(column, sign);
}

// Rows that are moved lose the focus, so nothing moves where the order holds already. In which order
// those stand that are hidden is nobody's concern.

let placed = [];

function order() {
  if (placed.length !== entries.length || !entries.includes(placed[0])) placed = entriesInPage();
  const shown = entries.filter(entry => entry.wanted);
  const before = placed.filter(entry => entry.wanted);
  if (shown.every((entry, place) => before[place] === entry)) return;
  byId("rows").prepend(...shown.map(entry => entry.row));
  placed = [...shown, ...placed.filter(entry => !entry.wanted)];
}

function entriesInPage() {
  const byRow = new Map(entries.map(entry => [entry.row, entry]));
  return Array.from(byId("rows")?.rows ?? [], row => byRow.get(row));
}

function showOrder(column, sign) {
  byId("filter-form").elements.sort.value = wanted.sort;
  for (const link of document.querySelectorAll("[data-sort]")) {
    const heading = link.closest("th");
    if (link.dataset.sort !== column) heading.removeAttribute("aria-sort");
    else heading.setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
  }
}

// The address, the links and the refresh all say what is wanted; later, not in the same frame.

let timer;
let said = byId("list-count").textContent;

function reflectSoon() {
  clearTimeout(timer);
  timer = setTimeout(reflect, REFLECT_MS);
}

function addressOf(change) {
  const parts = { q: field.value.trim(), ...wanted, ...change };
  if (parts.sort === "name") parts.sort = "";
  const given = Object.entries(parts).filter(([, text]) => text !== "");
  const query = new URLSearchParams(given).toString();
  return query === "" ? location.pathname : `${location.pathname}?${query}`;
}

function reflect() {
  highlight();
  const here = addressOf({});
  if (here !== location.pathname + location.search) history.replaceState(history.state, "", here);
  byId("select").search = new URL(here, location.href).search;
  for (const form of [byId("refresh"), byId("filter-form")]) {
    if (form.elements.q !== field) form.elements.q.value = field.value.trim();
    form.elements.sort.value = wanted.sort;
    form.elements.state.value = wanted.state;
  }
  for (const link of document.querySelectorAll("[data-sort]")) {
    link.href = addressOf({ sort: turned(link.dataset.sort) });
  }
  for (const link of document.querySelectorAll("[data-state]")) {
    link.href = addressOf({ state: link.dataset.state });
  }
  for (const link of document.querySelectorAll("[data-prefix]")) {
    link.setAttribute("aria-current", field.value.trim() === link.dataset.prefix);
    link.href = addressOf({ q: turnedPrefix(link) });
  }
  if (byId("list-count").textContent !== said) {
    said = byId("list-count").textContent;
    window.announce?.(said);
  }
}

// What is searched for is marked where it stands, without a change of the page.

const hits = window.Highlight ? new Highlight() : null;
if (hits) CSS.highlights.set("found", hits);

function highlight() {
  hits?.clear();
  const sought = words().map(withoutStar).filter(Boolean);
  if (!hits || sought.length === 0) return;
  for (const { row } of entries.filter(entry => entry.wanted)) {
    for (const part of row.querySelectorAll(".cell-name bdi")) {
      for (const word of sought) mark(part.firstChild, word);
    }
  }
}

function mark(text, word) {
  const place = searchable(text.data).indexOf(word);
  if (place < 0 || place + word.length > text.length) return;
  const range = new Range();
  range.setStart(text, place);
  range.setEnd(text, place + word.length);
  hits.add(range);
}

const turnedPrefix = ({ dataset }) => (field.value.trim() === dataset.prefix ? "" : dataset.prefix);
const turned = column => (wanted.sort === column ? `-${column}` : column);

// What people do

function choose(state) {
  wanted.state = state;
  for (const link of document.querySelectorAll("[data-state]")) {
    if (link.dataset.state === state) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  filter();
}

function follow(link) {
  if (link.dataset.sort !== undefined) {
    sortBy(turned(link.dataset.sort));
  } else if (link.dataset.state !== undefined) {
    choose(link.dataset.state);
  } else if (link.dataset.prefix !== undefined) {
    field.value = turnedPrefix(link);
    filter();
  } else {
    field.value = "";
    choose("");
    field.focus();
  }
}

document.addEventListener("click", event => {
  const link = event.target.closest("[data-sort], [data-state], [data-prefix], [data-show-all]");
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || opensElsewhere) return;
  event.preventDefault();
  follow(link);
});

byId("filter-form").elements.sort.addEventListener("change", event => {
  sortBy(event.target.value);
});

field.addEventListener("input", filter);
field.form.addEventListener("submit", event => event.preventDefault());
field.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  field.value = "";
  filter();
});

// The refresh in the background: the rows are new after it, unless they would look the same, and what is
// wanted may be newer. htmx tells it of each part of the page that was put in; the rows are in one of them.

let scrolled = 0;

// The server said how many there are, and which are wanted: both may be older than what one did since.
function chooseAgain() {
  said = byId("list-count").textContent;
  choose(wanted.state);
}

document.addEventListener("htmx:beforeRequest", event => {
  if (event.target.id === "refresh") byId("listing").setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", event => {
  if (event.target.id !== "refresh") return;
  byId("listing").removeAttribute("aria-busy");
  if (event.detail.xhr.getResponseHeader("HX-Reswap") === "none") chooseAgain();
});

document.addEventListener("htmx:beforeSwap", event => {
  if (event.detail.target.id === "listing") scrolled = window.scrollY;
});

document.addEventListener("htmx:afterSwap", event => {
  if (event.target.id !== "listing") return;
  entries = null;
  byId("list-bar").hidden = !byId("rows");
  chooseAgain();
  if (window.scrollY !== scrolled) window.scrollTo({ top: scrolled, behavior: "instant" });
});

filter();
