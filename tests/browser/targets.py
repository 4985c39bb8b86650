"""How large what can be pressed is: WCAG 2.5.8 wants 24 pixels each way."""

from playwright.sync_api import Page

LEAST = 24
# A box is pressed by its label too, and a link that reaches over its row by all of that. A link in
# a sentence is as high as its line, which the rule allows.
MEASURED = """
least => {
    const boxes = "[type=radio], [type=checkbox]";
    const union = (one, other) => ({
        width: Math.max(one.right, other.right) - Math.min(one.left, other.left),
        height: Math.max(one.bottom, other.bottom) - Math.min(one.top, other.top),
    });
    const isInSentence = element => {
        if (!element.matches("a") || getComputedStyle(element).display !== "inline") return false;
        const around = element.closest("p, li, dd, td, h1, h2, h3, summary, .muted, .notice");
        const words = text => text.replaceAll(/\\s+/g, " ").trim().length;
        return around && words(around.textContent) > words(element.textContent);
    };
    const sizeOf = element => {
        const own = element.getBoundingClientRect();
        const label = element.matches(boxes) && element.labels[0];
        if (label) return union(own, label.getBoundingClientRect());
        return element.matches(".row-link")
            ? element.closest("tr, li").getBoundingClientRect()
            : own;
    };
    const targets = "a[href], button, summary, input:not([type=hidden]), select, textarea";
    return Array.from(document.querySelectorAll(targets))
        .filter(element => element.checkVisibility() && !element.closest(".visually-hidden"))
        .filter(element => !element.matches(".skip-link:not(:focus)") && !isInSentence(element))
        .map(element => [element, sizeOf(element)])
        .filter(([_, size]) => size.width < least || size.height < least)
        .map(([element, { width, height }]) =>
            `${Math.round(width)} x ${Math.round(height)} px: ${element.outerHTML.slice(0, 120)}`);
}
"""


def too_small(page: Page) -> list[str]:
    """What can be pressed on the page that is open, and is smaller than it has to be."""
    found: list[str] = page.evaluate(MEASURED, LEAST)
    return found
