// Several days of the chart are chosen by dragging from one bar to another: each leads to its own
// day, so the address of both is that of the first with the last day of the other. Without a script,
// and by the keyboard, the fields From and To of the form choose the same.

let chosen = null;

const chartAt = place => place?.closest?.(".audit-chart") ?? null;

// Only how far along the chart the pointer is counts: a hand that drags doesn't stay at one height.
const barAt = (chart, x) => [...(chart?.children ?? [])].find(bar => x < bar.getBoundingClientRect().right) ?? chart?.lastElementChild ?? null;

function between(from, to) {
  const bars = [...from.parentElement.children];
  const [first, last] = [bars.indexOf(from), bars.indexOf(to)].sort((one, two) => one - two);
  return bars.slice(first, last + 1);
}

function show() {
  for (const bar of chosen.from.parentElement.children) bar.classList.remove("is-chosen");
  if (chosen.to !== chosen.from) between(chosen.from, chosen.to).forEach(bar => bar.classList.add("is-chosen"));
}

function forget() {
  if (!chosen) return;
  chosen.to = chosen.from;
  show();
  chosen = null;
}

function addressOf(bars) {
  const [first, last] = [bars[0], bars.at(-1)].map(bar => new URL(bar.querySelector("a").href));
  first.searchParams.set("to", last.searchParams.get("to"));
  return first.href;
}

document.addEventListener("pointerdown", event => {
  const bar = event.button === 0 && event.pointerType !== "touch" ? barAt(chartAt(event.target), event.clientX) : null;
  if (bar) chosen = { from: bar, to: bar };
});

document.addEventListener("pointermove", event => {
  if (!chosen) return;
  chosen.to = barAt(chosen.from.parentElement, event.clientX);
  show();
});

document.addEventListener("pointerup", () => {
  if (!chosen) return;
  const { from, to } = chosen;
  if (from === to) return forget();
  const address = addressOf(between(from, to));
  chosen = null;
  window.location.assign(address);
});

// A link that is dragged would be carried away, and the days with it.
document.addEventListener("dragstart", event => chartAt(event.target) && event.preventDefault());
document.addEventListener("keydown", event => event.key === "Escape" && forget());
document.addEventListener("pointercancel", forget);
