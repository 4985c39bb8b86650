// The days of a list of events by the clock of the reader, as js/times.js shows their times. The
// server groups them in UTC, so each list is grouped here, and once more where events come in later.
// The words are those of secretsapp/web/times.py.

const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const MONTH_NAMES = "January February March April May June July August September October November December".split(" ");

function dayBefore(time) {
  const before = new Date(time);
  before.setDate(before.getDate() - 1);
  return before;
}

function nameOfDay(time, now) {
  const isOn = day => day.toDateString() === time.toDateString();
  if (isOn(now)) return "Today";
  if (isOn(dayBefore(now))) return "Yesterday";
  const year = time.getFullYear() === now.getFullYear() ? "" : ` ${time.getFullYear()}`;
  return `${WEEKDAYS[time.getDay()]}, ${time.getDate()} ${MONTH_NAMES[time.getMonth()]}${year}`;
}

function regroup(list) {
  const days = list.querySelectorAll(":scope > [data-day]");
  if (days.length === 0) return;
  days.forEach(day => day.remove());
  const now = new Date();
  let last = "";
  for (const row of list.querySelectorAll(":scope > li")) {
    const time = new Date(row.querySelector(":is(.event-time, .happening-time) time")?.dateTime ?? "");
    const name = Number.isNaN(time.getTime()) ? last : nameOfDay(time, now);
    if (name === last) continue;
    const day = days[0].cloneNode(true);
    day.firstElementChild.textContent = name;
    row.before(day);
    last = name;
  }
}

const regroupAll = () => document.querySelectorAll(":has(> [data-day])").forEach(regroup);
document.addEventListener("htmx:afterSwap", regroupAll);
regroupAll();

// Days that are looked for are those of the reader too: the form sends which time zone that is.

const zoneField = document.querySelector("#audit-form [name=zone]");
const zoneHere = zoneField && !zoneField.value ? Intl.DateTimeFormat().resolvedOptions().timeZone : "";
if (zoneHere) {
  zoneField.value = zoneHere;
  document.querySelector("[data-zone-of]").textContent = zoneHere;
}
