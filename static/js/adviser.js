// Name and host of a secret while they are typed: what is wrong with them holds the form back, so
// that the value is not lost, and what they probably should be is one click away. The server looks
// again; it has the last word.

const byId = id => document.getElementById(id);
const name = byId("id_name");
const host = byId("id_domain");
const value = byId("id_value");

// One edit that the browser can undo.
function writeOver(field, text) {
  field.focus();
  field.select();
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, 0, field.value.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(item, proposal) {
  const button = item.querySelector("[data-uses]");
  if (!button) return;
  button.hidden = !proposal;
  button.dataset.proposal = proposal;
  button.textContent = `Use ${proposal}`;
}

function tell(item, other, proposal = "") {
  item.hidden = !other;
  item.querySelector("[data-other]").textContent = other;
  offer(item, proposal);
}

// What the server found wrong stands at its field until that is changed; then this says what is.
const told = new Set(document.querySelectorAll("[aria-invalid=true]"));

function takeBack(field) {
  if (!told.delete(field)) return;
  const errors = field.closest(".field").querySelector(".errorlist");
  const described = (field.getAttribute("aria-describedby") ?? "").split(" ");
  field.removeAttribute("aria-invalid");
  field.setAttribute("aria-describedby", described.filter(id => id !== errors?.id).join(" "));
  errors?.remove();
}

// Show the first fault of the text alone, and give it back.
function firstFault(field, list, text, proposal) {
  const items = Array.from(list.querySelectorAll("[data-fault]"));
  const found = text === "" ? undefined
    : items.find(item => new RegExp(item.dataset.fault, "u").test(text));
  for (const item of items) item.hidden = item !== found || told.has(field);
  if (found) offer(found, proposal);
  return found;
}

const sentenceOf = item => item.querySelector("span").textContent.trim().replace(/\s+/gu, " ");

// Names

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/u;
// The names that one may list stand in the page: what is typed for a name, which may be a value put
// into the wrong field, is never sent to be asked about.
const taken = JSON.parse(byId("names-taken")?.textContent ?? "[]");
const likeness = text => text.toLowerCase().replaceAll("-", "_");
const takenLike = new Map(taken.map(other => [likeness(other), other]));

// A name can't be changed and everyone sees it: of NAME=value, no part of the value is proposed.
function proposedName(text) {
  const [before] = text.replace(/^export\s+/u, "").split(/[=:]/u);
  const letters = before.normalize("NFKD").replace(/\p{M}/gu, "");
  const joined = letters.replace(/^[^A-Za-z0-9_]+|[^A-Za-z0-9_]+$/gu, "").replace(/[^A-Za-z0-9_]+/gu, "_");
  const proposal = joined.replace(/^(?=[0-9])/u, "_");
  return NAME.test(proposal) ? proposal : "";
}

function lookAtName() {
  const typed = name.value.trim();
  const list = byId("name-advice");
  const similar = takenLike.get(likeness(typed));
  const isTaken = taken.includes(typed);
  const fault = firstFault(name, list, typed, proposedName(typed));
  const isSimilar = !fault && !isTaken && similar;
  tell(byId("name-taken"), isTaken && !told.has(name) ? typed : "");
  tell(byId("name-similar"), isSimilar && !told.has(name) ? similar : "");
  const isMeant = askWhetherMeant(Boolean(isSimilar));
  const inTheWay = fault
    ?? (isTaken ? byId("name-taken") : isSimilar && !isMeant ? byId("name-similar") : undefined);
  name.setCustomValidity(typed === "" ? list.dataset.empty : inTheWay ? sentenceOf(inTheWay) : "");
}

function askWhetherMeant(isAsked) {
  const box = byId("id_similar_is_meant");
  byId("similar-is-meant").hidden = !isAsked;
  if (!isAsked) box.checked = false;
  return box.checked;
}

// Hosts

const reach = () => document.querySelector("[name=reach]:checked")?.value ?? "";

function inAscii(text) {
  if (/^[\u0000-\u007f]*$/u.test(text)) return text;
  const star = text.startsWith("*.") ? "*." : "";
  try {
    return star + new URL(`http://${text.slice(star.length)}`).hostname;
  } catch {
    return text;
  }
}

const tidy = text => text.trim().toLowerCase().replace(/(?<=[^.*\s])\.$/u, "");

function hasFault(text) {
  return Array.from(document.querySelectorAll("#host-advice [data-fault]"))
    .some(item => new RegExp(item.dataset.fault, "u").test(text));
}

// The host in an address, or the first of several; never a user name, a port or a path.
function hostIn(text) {
  const rest = text.trim().replace(/^(?:[A-Za-z][A-Za-z0-9+.\-]*:)?\/+/u, "");
  const authority = rest.replace(/[\/?#\\,; \t\r\n][\s\S]*/u, "");
  const found = tidy(inAscii(authority.split("@").at(-1).split(":")[0]));
  return found.includes(".") && !hasFault(found) ? found : "";
}

let asked = host?.value ?? "";

function lookAtHost() {
  const list = byId("host-advice");
  const typed = tidy(host.value);
  const fault = firstFault(host, list, typed === "*" ? "" : typed, hostIn(host.value));
  const isWanted = reach() === "host";
  const isMissing = typed === "" || typed === "*";
  const sentence = fault ? sentenceOf(fault) : isMissing ? list.dataset.empty : "";
  host.setCustomValidity(isWanted ? sentence : "");
  byId("domain-advice").hidden = Boolean(fault) || isMissing;
  // Only what is a host by itself is sent anywhere: an address can hold what is secret.
  if (!fault && !isMissing && host.value !== asked) {
    asked = host.value;
    host.dispatchEvent(new Event("host-typed"));
  }
}

// Where the session has ended, what was asked in passing takes nobody away from what they typed.
document.addEventListener("htmx:beforeOnLoad", event => {
  const isAdvice = event.target === byId("domain-advice");
  if (isAdvice && event.detail.xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
});

// A value that is an address

const covers = (domain, found) =>
  domain.startsWith("*.") ? found.endsWith(domain.slice(1)) : domain === "*" || domain === found;

// Where the value may be sent as things stand; undefined where that is not said yet.
function chosenDomain() {
  if (!host) return tidy(byId("value-host").dataset.domain);
  const typed = tidy(host.value);
  const chosen = { any: "*", never: "", host: typed && !hasFault(typed) ? typed : undefined };
  return chosen[reach()];
}

function lookAtValue() {
  const found = /^[ \t\r\n]*https?:\/\//iu.test(value.value) ? hostIn(value.value) : "";
  const domain = chosenDomain();
  const isMissed = found && domain !== undefined && !covers(domain, found);
  const isOpen = found && host && (domain === undefined || domain === "*");
  tell(byId("value-host-found"), isOpen ? found : "", found);
  tell(byId("value-host-missed"), isMissed ? found : "", host ? found : "");
}

// A host that was proposed is the choice of a host too.
function use(button) {
  const field = byId(button.dataset.uses);
  if (field === host) document.querySelector("[name=reach][value=host]").checked = true;
  unfold(field);
  writeOver(field, button.dataset.proposal);
}

// To keep the host after all: what was chosen instead is taken back.

const fold = document.querySelector(".host-fold");
fold?.querySelector(".host-keep").removeAttribute("hidden");
fold?.addEventListener("toggle", () => {
  if (fold.open) return;
  for (const field of fold.querySelectorAll("input")) {
    field.checked = field.defaultChecked;
    field.value = field.defaultValue;
  }
  look();
});

// What is deleted is named first; the server compares it again.

const confirming = document.querySelector("[data-confirms]");

function lookAtConfirmation() {
  const isConfirmed = confirming.value.trim() === confirming.dataset.confirms;
  confirming.form.querySelector("[type=submit]").disabled = !isConfirmed;
}

function look() {
  if (confirming) lookAtConfirmation();
  if (name) lookAtName();
  if (host) lookAtHost();
  if (byId("value-host")) lookAtValue();
}

// Where the browser asks for something in what is folded, it has to be seen.
function unfold(field) {
  const fold = field.closest("details");
  if (fold) fold.open = true;
}

// Where the page itself says beneath the first field what is wrong, the browser's bubble would say
// it again and lie over it: then that field alone gets the focus.

const HINTS = {
  id_name: "#name-advice > :not([hidden])",
  id_domain: "#host-advice > :not([hidden])",
  id_value: "#value-size.is-over",
};

function takeToHint(event) {
  const first = event.target.form.querySelector(":invalid:not(fieldset)");
  if (!HINTS[first.id] || !document.querySelector(HINTS[first.id])) return;
  event.preventDefault();
  if (event.target === first) first.focus();
}

function describe(field, id) {
  if (field) field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
}

describe(name, "name-advice");
describe(host, "host-advice");
describe(value, "value-size");

document.addEventListener("invalid", event => {
  unfold(event.target);
  takeToHint(event);
}, true);
document.addEventListener("input", event => {
  takeBack(event.target);
  look();
});
document.addEventListener("click", event => {
  const button = event.target.closest("[data-uses]");
  if (button) use(button);
});
addEventListener("pageshow", look);

look();
