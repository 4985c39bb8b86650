// Times by the clock of the reader. The server writes them in UTC, and `data-as` says how
// (secretsapp/web/times.py); here the same is written in the time of this machine, with UTC in the
// title, in the page and in what is put into it later. What says how long ago goes on by itself.

const MINUTE = 60;
const UNITS = [
  [365 * 24 * 60, "year", "years"],
  [30 * 24 * 60, "month", "months"],
  [7 * 24 * 60, "week", "weeks"],
  [24 * 60, "day", "days"],
  [60, "hour", "hours"],
  [1, "min", "min"],
].map(([minutes, one, several]) => [minutes * MINUTE, one, several]);
const DAY = 24 * 60 * MINUTE;
// The days that are left are counted: a week would be too rough.
const UNITS_AHEAD = UNITS.filter(unit => unit[1] !== "week");

// English as everywhere in the page: “3 Dec 2026, 09:05”. The browser's own formats would say it too,
// but to load them takes longer than the rest of this script, on every page.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const dayOf = time => `${time.getDate()} ${MONTHS[time.getMonth()]} ${time.getFullYear()}`;
const clockOf = time => [time.getHours(), time.getMinutes()].map(each => String(each).padStart(2, "0")).join(":");

function span(seconds, units) {
  const [size, one, several] = units.find(([each]) => seconds >= each) ?? [];
  if (!size) return "";
  const count = Math.floor(seconds / size);
  return `${count} ${count === 1 ? one : several}`;
}

function isYesterday(time, now) {
  const before = new Date(now);
  before.setDate(before.getDate() - 1);
  return before.toDateString() === time.toDateString();
}

function ago(time, now) {
  const seconds = (now - time) / 1000;
  if (seconds >= DAY && seconds < 2 * DAY && isYesterday(time, now)) return "yesterday";
  return seconds < MINUTE ? "just now" : `${span(seconds, UNITS)} ago`;
}

const ways = {
  ago,
  ahead: (time, now) => (time - now < MINUTE * 1000 ? "now" : `in ${span((time - now) / 1000, UNITS_AHEAD)}`),
  moment: time => `${dayOf(time)}, ${clockOf(time)}`,
  // The day stands above it (js/days.js).
  clock: clockOf,
  day: dayOf,
};

function show(element, now) {
  const time = new Date(element.dateTime);
  const way = ways[element.dataset.as];
  if (Number.isNaN(time.getTime()) || !way) return;
  const words = way(time, now);
  if (element.textContent !== words) element.textContent = words;
}

function showAll(root, selector = "time[data-as]") {
  const now = new Date();
  if (root.matches?.(selector)) show(root, now);
  for (const element of root.querySelectorAll(selector)) show(element, now);
}

showAll(document);
document.addEventListener("htmx:load", event => showAll(event.target));
setInterval(() => showAll(document, "time[data-as=ago], time[data-as=ahead]"), MINUTE * 1000);

// What says how long ago has the exact time behind it, by both clocks.
document.addEventListener("pointerover", event => {
  const element = event.target.closest?.("time[data-as]");
  if (!element || element.dataset.here !== undefined) return;
  element.dataset.here = "";
  if (element.dataset.as === "moment") return;
  element.title = `${ways.moment(new Date(element.dateTime))} · ${element.title}`;
});
