"""When pages of a large installation are painted, in Chromium: `python -m benchmarks.paint`."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from statistics import median

from playwright.sync_api import CDPSession, Page

from benchmarks import browser, place, table

UNIVERSES = PEOPLE = 1000
ROUNDS = 5
THROTTLE = 4
# What makes a page more than its text.
LOOKS = ("*/static/*",)
# What the page's main thread does, in all and of what kind, as Chromium calls it.
WORK = ("TaskDuration", "RecalcStyleDuration", "LayoutDuration", "ScriptDuration")
SETTLED_MS = 200

# Milliseconds since the page was asked for; what was painted before this is told as well.
TIMES = """
() => new Promise(resolve => {
  const [page] = performance.getEntriesByType("navigation");
  const found = { first: null, largest: null };
  const look = (name, type) => new PerformanceObserver(list => {
    found[name] = list.getEntries().findLast(e => e.name !== "first-paint").startTime;
    if (found.first && found.largest) resolve([page.responseStart, found.first, found.largest]);
  }).observe({ type, buffered: true });
  look("first", "paint");
  look("largest", "largest-contentful-paint");
})
"""


@dataclass(frozen=True)
class Painted:
    """The first byte, the first words that were painted, and the largest part, in milliseconds."""

    first_byte: float
    first: float
    largest: float


def main() -> int:
    """Measure and print."""
    # Chromium is driven from an event loop of this thread; the database waits for nobody in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with place.served((1,)) as served:
        addresses = _gathered()
        with browser.signed_in(served.url) as page:
            for name, path in addresses.items():
                _print(name, page, served.url + path)
    return 0


def _gathered() -> dict[str, str]:
    """The paths of the pages that are measured, once there is something to see on them."""
    from benchmarks import crowd  # noqa: PLC0415 - settings come first

    crowd.gather(UNIVERSES, PEOPLE)
    return {
        "home": "/",
        "the list of 100 secrets": f"/universes/{crowd.FIRST_ID}/",
        "People": "/people/",
        "the list of universes": "/universes/",
    }


def _print(name: str, page: Page, address: str) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    # The first visit fills the cache of the browser.
    painted(page, address)
    rounds = [
        (painted(page, address), _without_looks(session, page, address)) for _ in range(ROUNDS)
    ]
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    ours, text = (medians(each) for each in zip(*rounds, strict=True))
    table.ratio(
        f"{name}, CPU throttled {THROTTLE}×, first paint to that of its text alone",
        f"{ours.first:.0f} ms to {text.first:.0f} ms",
        ours.first / text.first,
    )
    table.line(
        f"{name}, the same: first byte, first paint, largest part",
        f"{ours.first_byte:.0f} ms, {ours.first:.0f} ms, {ours.largest:.0f} ms",
    )
    work = [median(each) for each in zip(*_works(session, page, address), strict=True)]
    table.line(
        f"{name}, processor of its main thread: in all, style, layout, script",
        ", ".join(f"{each:.0f} ms" for each in work),
    )


def painted(page: Page, address: str) -> Painted:
    """Open the page as someone does who comes from another."""
    page.goto("about:blank")
    page.goto(address)
    return Painted(*page.evaluate(TIMES))


def _works(session: CDPSession, page: Page, address: str) -> Iterator[list[float]]:
    """The milliseconds of the processor, not slowed down, in each round."""
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    for _ in range(ROUNDS):
        page.goto("about:blank")
        before = _worked(session)
        painted(page, address)
        page.wait_for_timeout(SETTLED_MS)
        yield [each - past for each, past in zip(_worked(session), before, strict=True)]


def _worked(session: CDPSession) -> list[float]:
    metrics = session.send("Performance.getMetrics")["metrics"]
    found = {each["name"]: each["value"] * 1000 for each in metrics}
    return [found[name] for name in WORK]


def _without_looks(session: CDPSession, page: Page, address: str) -> Painted:
    """The same without style sheets, scripts and icons."""
    session.send("Network.setBlockedURLs", {"urls": [*LOOKS]})
    try:
        return painted(page, address)
    finally:
        session.send("Network.setBlockedURLs", {"urls": []})


def medians(found: Iterable[Painted]) -> Painted:
    """The median of each."""
    return Painted(*map(median, zip(*map(astuple, found), strict=True)))


if __name__ == "__main__":
    sys.exit(main())
