// What every page can do beyond HTML. Nothing here is needed: each part only saves a step.

const byId = id => document.getElementById(id);

// A sentence for screen readers: what is in the page when it loads is not announced by itself.
function announce(sentence) {
  const announcer = byId("announcer");
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = sentence; }, 100);
}

for (const notice of document.querySelectorAll("#notices [role=status]")) {
  announce(notice.textContent.trim().replace(/\s+/g, " "));
}

// Copying: the button is there only where it works.
const COPIES = "button[data-copies], button[data-copy]";

function showCopyButtons(root) {
  for (const button of root.querySelectorAll(COPIES)) button.hidden = false;
}

// Where there is no script, there is nothing to press.
function makeCopyButtons(opened) {
  for (const text of opened.querySelectorAll("[data-copyable]")) {
    if (!text.nextElementSibling?.matches(COPIES)) text.after(copyButtonOf(text));
  }
}

function copyButtonOf(text) {
  const button = byId("copy-button").content.firstElementChild.cloneNode(true);
  const words = text.dataset.copyable;
  Object.assign(button, { title: words, hidden: false });
  button.dataset.copy = text.textContent;
  button.lastElementChild.textContent = words;
  return button;
}

async function copy(button) {
  const source = byId(button.dataset.copies);
  await navigator.clipboard.writeText(button.dataset.copy ?? source.value ?? source.textContent);
  button.dataset.copied = "";
  announce("Copied");
  setTimeout(() => { delete button.dataset.copied; }, 2000);
}

if (navigator.clipboard) {
  showCopyButtons(document);
  makeCopyButtons(document);
  document.addEventListener("htmx:load", event => {
    showCopyButtons(event.target);
    makeCopyButtons(event.target);
  });
  document.addEventListener("click", event => {
    const button = event.target.closest(COPIES);
    if (button) copy(button);
  });
}

// The address of a form that was not sent says so once: a reload or a bookmark has nothing to say.
if (document.querySelector("[data-unsent]")) {
  const address = new URL(location.href);
  address.searchParams.delete("unsent");
  history.replaceState(history.state, "", address);
}

// A request of the page itself that got no answer: say so, and leave the page as it is.
function sayUnreachable() {
  const sentence = "Couldn’t reach Sealroom. This page may be out of date. Try again.";
  const notice = document.createElement("div");
  notice.className = "notice notice-warning";
  notice.textContent = sentence;
  byId("notices").replaceChildren(notice);
  announce(sentence);
}

document.addEventListener("htmx:sendError", sayUnreachable);
document.addEventListener("htmx:timeout", sayUnreachable);

// What came of a request takes the focus where its part of the page asks for it. (`autofocus` is for
// pages that load: in a part that is put into one, Chromium complains of it.)
document.addEventListener("htmx:afterSettle", event => {
  const part = event.target.querySelector?.("[data-focus]");
  part?.focus();
  part?.scrollIntoView({ block: "nearest" });
});

// What people typed into a masked field can be shown and hidden again.
function showRevealButtons(root) {
  for (const button of root.querySelectorAll("button[data-reveals]")) button.hidden = false;
}

showRevealButtons(document);
document.addEventListener("htmx:load", event => showRevealButtons(event.target));
document.addEventListener("click", event => {
  const button = event.target.closest("button[data-reveals]");
  if (!button) return;
  const shown = byId(button.dataset.reveals).classList.toggle("is-shown");
  button.setAttribute("aria-pressed", String(shown));
});

// While it is masked nothing of it is copied, cut or dragged away, as with the field of a password.
function keepMasked(event) {
  if (event.target.closest?.(".masked:not(.is-shown)")) event.preventDefault();
}

for (const way of ["copy", "cut", "dragstart"]) document.addEventListener(way, keepMasked);

// The browser keeps what was sent for a page, to send it again when that is reloaded, and writes it
// to its disk. From here on the page is one that is only asked for.
if (document.querySelector(".masked")) history.replaceState(history.state, "");

// What the server found wrong with a field is over once it was changed and passes the page's own
// checks, which listen on the document and so have looked by then.
const isChoice = field => field.matches("[type=radio], [type=checkbox]");
const isAsSent = field => isChoice(field)
  ? field.checked === field.defaultChecked : field.value === field.defaultValue;

function errorsOf(field) {
  const group = isChoice(field) ? field.closest("fieldset[id]")?.id : undefined;
  return byId(`${field.id}_error`) ?? byId(`${group}_error`);
}

function forgetErrors(field) {
  const errors = errorsOf(field);
  const isAskedAbout = document.querySelector(`[data-watches="${field.id}"] [data-stops]:not([hidden])`);
  if (!errors || !field.validity.valid || isAskedAbout || isAsSent(field)) return;
  for (const described of document.querySelectorAll(`[aria-describedby~="${errors.id}"]`)) {
    const others = described.getAttribute("aria-describedby").split(" ").filter(id => id !== errors.id);
    if (others.length) described.setAttribute("aria-describedby", others.join(" "));
    else described.removeAttribute("aria-describedby");
  }
  for (const each of document.getElementsByName(field.name)) each.removeAttribute("aria-invalid");
  errors.remove();
}

addEventListener("input", event => forgetErrors(event.target));

// What is typed may be a value in the wrong field: a part that tells about a field asks the server
// only while what is in the field can be what it is for.
document.addEventListener("htmx:configRequest", event => {
  const field = byId(event.target.dataset.about);
  if (!field || field.validity.valid) return;
  event.preventDefault();
  event.target.replaceChildren();
});

// A browser doesn't show what holds a form back inside something folded: it would not send it, and
// say nothing.
document.addEventListener("invalid", event => {
  const fold = event.target.closest("details");
  if (fold) fold.open = true;
}, true);
