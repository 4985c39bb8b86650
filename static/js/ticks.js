// The ticks of the guide, which keep one's place in it. They are kept in this browser alone; without
// this, or where the browser keeps nothing, the guide is the same list without boxes.

const guide = document.querySelector("[data-ticks]");
const place = `ticks-${guide.dataset.ticks}`;

function kept() {
  try {
    return new Set(JSON.parse(localStorage.getItem(place) ?? "[]"));
  } catch {
    return new Set();
  }
}

function keep(ticked) {
  try {
    localStorage.setItem(place, JSON.stringify(ticked));
  } catch {
    // They hold until the page is left.
  }
}

const ticks = [...guide.querySelectorAll("[data-tick]")];
const before = kept();

for (const tick of ticks) {
  tick.checked = before.has(tick.dataset.tick);
  tick.hidden = false;
}

guide.addEventListener("change", event => {
  if (event.target.dataset.tick) keep(ticks.filter(tick => tick.checked).map(tick => tick.dataset.tick));
});
