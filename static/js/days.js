// The days of a list of events by the clock of the reader, as js/times.js shows their times. The
// server groups them in UTC, so each list is grouped here, and once more where events come in later.

const nameOfDay = new Intl.DateTimeFormat("en-GB", {
  weekday: "long", day: "numeric", month: "long", year: "numeric",
});

function regroup(list) {
  const days = list.querySelectorAll(":scope > .day");
  if (days.length === 0) return;
  days.forEach(day => day.remove());
  let last = "";
  for (const row of list.querySelectorAll(":scope > .event")) {
    const time = new Date(row.querySelector("time")?.dateTime ?? "");
    const name = Number.isNaN(time.getTime()) ? last : nameOfDay.format(time);
    if (name === last) continue;
    const day = days[0].cloneNode(true);
    day.firstElementChild.textContent = name;
    row.before(day);
    last = name;
  }
}

const regroupAll = () => document.querySelectorAll(".events").forEach(regroup);
document.addEventListener("htmx:afterSwap", regroupAll);
regroupAll();
