// A form with something in it is sent once it's known that its session is still there, and that no
// one has to confirm first who they are. Else it stays as it is, and the page says so. Without this,
// or where the server can't be asked, it is sent, and the answer says what was not kept.

const { sessionCheck, person } = document.body.dataset;
const ANSWERED_IN_MS = 5000;
const held = new WeakSet();
let onItsWay = null;

function holdsSomething(form) {
  return form.querySelector("textarea, select, input:not([type=hidden], [type=submit])") !== null;
}

async function askedAbout(form) {
  const address = new URL(sessionCheck, location.href);
  address.searchParams.set("page", new URL(form.action, location.href).pathname);
  address.searchParams.set("person", person);
  return fetch(address, { redirect: "error", signal: AbortSignal.timeout(ANSWERED_IN_MS) });
}

// True where the form may be sent. Its token may be of a session before the one of now.
async function mayBeSent(form) {
  try {
    const { notice, token } = await (await askedAbout(form)).json();
    if (notice) {
      tell(notice);
      return false;
    }
    form.querySelector("[name=csrfmiddlewaretoken]").value = token;
  } catch {
    // Sent all the same, it is answered by whatever is there.
  }
  return true;
}

function tell(notice) {
  const notices = document.getElementById("notices");
  notices.innerHTML = notice;
  notices.scrollIntoView({ block: "start" });
  notices.querySelector("a, button")?.focus();
}

async function send(form, button) {
  if (held.has(form)) return;
  held.add(form);
  const isFree = await mayBeSent(form);
  held.delete(form);
  if (!isFree) return;
  onItsWay = form;
  form.requestSubmit(button);
  onItsWay = null;
}

// Before all others, which see the form when it goes.
addEventListener("submit", event => {
  const form = event.target;
  if (form === onItsWay || form.method !== "post" || form.matches("[hx-post]")) return;
  if (!holdsSomething(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  send(form, event.submitter);
}, { capture: true });
