// The menu of a row is made when the row comes into sight: hundreds of them would weigh too much. The
// first rows, which are in sight, have theirs before anything is painted, so the page isn't drawn twice.

const FIRST = 20;

const NAME = /^[A-Za-z0-9_]+$/u;
const menu = document.getElementById("row-menu").content;

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

function giveMenu(row) {
  const link = row.querySelector(".row-link");
  const [name, page] = [link.textContent, link.getAttribute("href")];
  const given = menu.cloneNode(true);
  const allowed = row.dataset.may?.split(" ") ?? [];
  given.querySelector("summary .visually-hidden").textContent = `Actions for ${row.dataset.about ?? name}`;
  for (const item of given.querySelectorAll("[data-act]")) {
    const address = `${page}${item.dataset.act}/`;
    if (!allowed.includes(item.dataset.act)) item.remove();
    else item.setAttribute(item.matches("a") ? "href" : "formaction", address);
  }
  for (const item of given.querySelectorAll("[data-part]")) item.href = page + item.dataset.part;
  for (const item of given.querySelectorAll("[data-asks]")) {
    item.href = item.dataset.asks + encodeURIComponent(row.dataset.about);
  }
  for (const button of given.querySelectorAll("[data-copy]")) {
    const inGame = `game:GetService("HttpService"):GetSecret("${name}")`;
    button.dataset.copy = button.hasAttribute("data-luau") ? inGame : name;
    if (!navigator.clipboard || !NAME.test(name)) button.remove();
  }
  if (given.querySelector(".menu-item")) row.querySelector(".cell-menu").append(given);
}

watchRows();
document.addEventListener("htmx:afterSwap", event => {
  if (["listing", "paged"].includes(event.detail.target.id)) watchRows();
});

// A host that is cut off is told in full to those who point at it.
document.addEventListener("pointerover", event => {
  const cut = event.target.closest?.(".secrets .one-line");
  if (cut && cut.scrollWidth > cut.clientWidth) cut.title = cut.textContent;
});
