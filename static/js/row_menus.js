// The menu of a row is a button, made when the row comes into sight, and what is in it is made when it
// is about to be opened: in each of hundreds of rows it would be most of the page. The first rows, which
// are in sight, have theirs before anything is painted, so the page isn't drawn twice.

const FIRST = 20;

const NAME = /^[A-Za-z0-9_]+$/u;
const menu = document.getElementById("row-menu").content.firstElementChild;
const closed = menu.cloneNode(true);
closed.querySelector(".drop").replaceChildren();
const isNeverEmpty = menu.querySelector("[data-part], [data-asks]") !== null;

const rowsInSight = new IntersectionObserver(seen => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    rowsInSight.unobserve(target);
    giveMenu(target);
  }
}, { rootMargin: "300px" });

function watchRows() {
  for (const [place, link] of document.querySelectorAll("#rows .row-link").entries()) {
    const row = link.closest("tr");
    if (place < FIRST) giveMenu(row);
    else rowsInSight.observe(row);
  }
}

const nameOf = row => row.querySelector(".row-link").textContent;
const allowedIn = row => row.dataset.may?.split(" ").filter(Boolean) ?? [];
const canCopy = name => Boolean(navigator.clipboard) && NAME.test(name);

function giveMenu(row) {
  if (!isNeverEmpty && !allowedIn(row).length && !canCopy(nameOf(row))) return;
  const given = closed.cloneNode(true);
  given.querySelector("summary .visually-hidden").textContent = `Actions for ${row.dataset.about ?? nameOf(row)}`;
  row.querySelector(".cell-menu").replaceChildren(given);
}

function itemsOf(row) {
  const [name, page] = [nameOf(row), row.querySelector(".row-link").getAttribute("href")];
  const items = menu.querySelector(".drop").cloneNode(true);
  const allowed = allowedIn(row);
  for (const item of items.querySelectorAll("[data-act]")) {
    const address = `${page}${item.dataset.act}/`;
    if (!allowed.includes(item.dataset.act)) item.remove();
    else item.setAttribute(item.matches("a") ? "href" : "formaction", address);
  }
  for (const item of items.querySelectorAll("[data-part]")) item.href = page + item.dataset.part;
  for (const item of items.querySelectorAll("[data-asks]")) {
    item.href = item.dataset.asks + encodeURIComponent(row.dataset.about);
  }
  for (const button of items.querySelectorAll("[data-copy]")) {
    const inGame = `game:GetService("HttpService"):GetSecret("${name}")`;
    button.dataset.copy = button.hasAttribute("data-luau") ? inGame : name;
    if (!canCopy(name)) button.remove();
  }
  return items.childNodes;
}

// Someone who opens it has the focus there, or clicks.
function fillMenu(event) {
  const drop = event.target.closest?.("#rows .menu-row")?.querySelector(".drop:empty");
  drop?.replaceChildren(...itemsOf(drop.closest("tr")));
}

document.addEventListener("focusin", fillMenu);
document.addEventListener("click", fillMenu, true);

watchRows();
// htmx tells it of each part that was put in, and only one of them has the rows.
document.addEventListener("htmx:afterSwap", event => {
  if (["listing", "paged"].includes(event.target.id)) watchRows();
});

// A host that is cut off is told in full to those who point at it.
document.addEventListener("pointerover", event => {
  const cut = event.target.closest?.(".secrets .one-line");
  if (cut && cut.scrollWidth > cut.clientWidth) cut.title = cut.textContent;
});
