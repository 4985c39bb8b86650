"""How long one key stroke in the filter of 500 secrets takes: `python -m benchmarks.filter`."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from benchmarks import place

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FRAME_MS = 1000 / 60
THROTTLE = 4
ROUNDS = 3
# Each word is typed and taken back: the first stroke hides most rows, the last shows all again.
WORDS = ("pay_api", "provider", "zzz", "stats_token_1")
# Longer than what the page puts off until nobody types.
PAUSE_MS = 350

# From the key until the browser has painted, without the wait for the screen in between: the
# handlers first; then, from the start of the frame, style, layout and paint.
INSTRUMENT = """
() => {
  const field = document.getElementById("filter");
  window.strokes = [];
  let pressed = 0;
  addEventListener("keydown", () => { pressed = performance.now(); }, true);
  addEventListener("input", () => {
    const handled = performance.now() - pressed;
    requestAnimationFrame(() => {
      const began = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.strokes.push(handled + performance.now() - began);
      port2.postMessage(null);
    });
  });
  field.focus();
}
"""

# A field on the same page that nothing listens to: what a key stroke costs by itself.
PLAIN_FIELD = """
() => {
  const field = document.createElement("input");
  field.className = "form-control";
  document.querySelector(".list-bar").append(field);
  field.focus();
}
"""


def main() -> int:
    """Measure and print."""
    with place.served() as address, _opened(address) as page:
        usual, slow = _strokes(page, rate=1), _strokes(page, rate=THROTTLE)
        page.evaluate(PLAIN_FIELD)
        plain = _strokes(page, rate=THROTTLE)
    lines = (
        f"One key stroke in a list of {place.SECRETS} secrets, {len(slow)} strokes each:",
        _line("as it is", usual),
        _line(f"CPU throttled {THROTTLE}×", slow),
        _line("a plain field, so", plain),
        f"throttled to as it is: {median(slow) / median(usual):.1f} times, by the medians",
        f"throttled, to a plain field: {median(slow) / median(plain):.2f} times, by the medians",
    )
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


@contextmanager
def _opened(address: str) -> Iterator[Page]:
    """The list in Chromium, refreshed and at rest."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/sign-in/")
        page.get_by_label("E-mail address").fill(place.EMAIL)
        page.get_by_label("Password").fill(place.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/universes/{place.UNIVERSE_ID}/")
        page.wait_for_load_state("networkidle")
        page.evaluate(INSTRUMENT)
        yield page
        browser.close()


def _strokes(page: Page, *, rate: int) -> list[float]:
    """The time of each stroke in milliseconds."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    page.evaluate("window.strokes = []")
    for word in WORDS * ROUNDS:
        for key in [*word, *["Backspace"] * len(word)]:
            page.keyboard.press(key)
            page.wait_for_timeout(PAUSE_MS)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    strokes: list[float] = page.evaluate("window.strokes")
    return strokes


def _line(words: str, strokes: list[float]) -> str:
    middle, late = median(strokes), quantiles(strokes, n=20)[-1]
    return (
        f"{words:>20}: median {middle:6.1f} ms ({middle / FRAME_MS:4.2f} frames)   "
        f"95th {late:6.1f} ms ({late / FRAME_MS:4.2f} frames)   longest {max(strokes):6.1f} ms"
    )


if __name__ == "__main__":
    sys.exit(main())
