"""How long one key stroke in the filter of 500 secrets takes: `python -m benchmarks.filter`."""

import sys
from statistics import median, quantiles

from playwright.sync_api import Page

from benchmarks import browser, place, table

FRAME_MS = 1000 / 60
THROTTLE = 4
ROUNDS = 1
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
    with place.served() as served, browser.signed_in(served.url) as page:
        _open(page, served.url)
        usual, slow = _strokes(page, rate=1), _strokes(page, rate=THROTTLE)
        page.evaluate(PLAIN_FIELD)
        plain = _strokes(page, rate=THROTTLE)
    of = f"one key stroke in the filter of {place.SECRETS} secrets"
    table.line(f"{of}, as it is", _words(usual))
    found = median(slow) / FRAME_MS
    table.ratio(f"{of}, CPU throttled {THROTTLE}×, to a frame", _words(slow), found)
    table.ratio("its throttled median, to as it is", f"{len(slow)} strokes", _ratio(slow, usual))
    table.ratio("its throttled median, to a plain field", _words(plain), _ratio(slow, plain))
    return 0


def _open(page: Page, address: str) -> None:
    """Open the list, and let it be refreshed and at rest."""
    page.goto(f"{address}/universes/{place.UNIVERSE_ID}/")
    page.wait_for_load_state("networkidle")
    page.evaluate(INSTRUMENT)


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


def _words(strokes: list[float]) -> str:
    late = quantiles(strokes, n=20)[-1]
    return f"median {median(strokes):.1f} ms, 95th {late:.1f} ms, longest {max(strokes):.1f} ms"


def _ratio(strokes: list[float], others: list[float]) -> float:
    return median(strokes) / median(others)


if __name__ == "__main__":
    sys.exit(main())
