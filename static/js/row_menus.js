// The menu of a row is made when the row comes into sight: hundreds of them would weigh too much.

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
  for (const row of document.querySelectorAll("#rows tr:has(.row-link)")) rowsInSight.observe(row);
}

function giveMenu(row) {
  const link = row.querySelector(".row-link");
  const name = link.textContent;
  const given = menu.cloneNode(true);
  const allowed = row.dataset.may?.split(" ") ?? [];
  given.querySelector("summary .visually-hidden").textContent = `Actions for ${name}`;
  for (const item of given.querySelectorAll("[data-act]")) {
    if (allowed.includes(item.dataset.act)) item.href = `${link.getAttribute("href")}${item.dataset.act}/`;
    else item.remove();
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
  if (event.detail.target.id === "listing") watchRows();
});

// A host that is cut off is told in full to those who point at it.
document.addEventListener("pointerover", event => {
  const cut = event.target.closest?.(".secrets .one-line");
  if (cut && cut.scrollWidth > cut.clientWidth) cut.title = cut.textContent;
});
