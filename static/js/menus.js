// What opens and closes: menus, the sidebar of a narrow screen, and what was done. Without
// it a menu opens by its summary and the sidebar by its link; here they close as people expect.

const MENUS = "details.menu[open]";
const ITEMS = "a[href], button:not([disabled], [hidden]), input:not([type=hidden])";

function closeMenu(menu) {
  menu.open = false;
  menu.classList.remove("menu-up");
}

// A menu near the lower edge opens upwards, if there is more room.
function place(menu) {
  const drop = menu.querySelector(".drop");
  const box = menu.getBoundingClientRect();
  const below = window.innerHeight - box.bottom;
  menu.classList.toggle("menu-up", below < drop.offsetHeight + 8 && box.top > below);
}

document.addEventListener("toggle", event => {
  const menu = event.target;
  if (!menu.matches?.(MENUS)) return;
  for (const other of document.querySelectorAll(MENUS)) {
    if (other !== menu) closeMenu(other);
  }
  place(menu);
}, true);

document.addEventListener("click", event => {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (!menu.contains(event.target) || event.target.closest("[data-copy], #keys")) closeMenu(menu);
  }
  if (location.hash === "#sidebar" && !event.target.closest("#sidebar, .menu-link")) closeSidebar();
});

// Arrows walk through the items, and from the button into them; Home and End lead to the ends.
function walkThrough(menu, key) {
  const items = [...menu.querySelectorAll(`.drop :is(${ITEMS})`)];
  const here = items.indexOf(document.activeElement);
  const goals = {
    ArrowDown: items[(here + 1) % items.length],
    ArrowUp: items.at(here <= 0 ? -1 : here - 1),
    Home: items[0],
    End: items.at(-1),
  };
  goals[key]?.focus();
  return key in goals;
}

document.addEventListener("keydown", event => {
  const menu = event.target.closest?.("details.menu");
  if (menu && event.key === "ArrowDown") menu.open = true;
  if (menu?.open && walkThrough(menu, event.key)) event.preventDefault();
  if (event.key === "Escape") closeAll();
});

// Escape closes what is open, and then what was done.
function closeAll() {
  const open = document.querySelectorAll(MENUS);
  for (const menu of open) {
    closeMenu(menu);
    menu.querySelector("summary").focus();
  }
  if (location.hash === "#sidebar") closeSidebar();
  else if (!open.length && !document.querySelector("dialog[open]")) document.querySelector(".toast")?.remove();
}

function closeSidebar() {
  location.replace("#content");
}

document.addEventListener("click", event => {
  event.target.closest("[data-closes]")?.closest(".notice").remove();
});

// Of tabs that don't fit, the page one is at is in sight, in browsers that don't see to it by the style.
const tabs = document.querySelector(".tabs ul");
if (tabs?.querySelector("li:last-child > [aria-current]")) tabs.scrollLeft = tabs.scrollWidth;

// In a long sidebar the universe one is at is in sight, and the others are found by their names.
document.querySelector(".sidebar-universes [aria-current]")?.scrollIntoView({ block: "nearest" });

for (const field of document.querySelectorAll("[data-filters]")) {
  field.parentElement.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const item of document.querySelectorAll(`#${field.dataset.filters} li`)) {
      item.hidden = !item.textContent.toLowerCase().includes(wanted);
    }
  });
}
