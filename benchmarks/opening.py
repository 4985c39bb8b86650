"""Opening a universe of 500 secrets with Roblox a way off: `python -m benchmarks.opening`."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from statistics import median

import rblxopencloud
from playwright.sync_api import Page

from benchmarks import browser, place, table
from benchmarks.place import Served
from harness.detour import ROBLOX, Detour

NEAR_MS, FAR_MS = 50, 2000
ROUNDS = 5
FAR_ROUNDS = 3
LIST_CALLS = (1, 50)

# Milliseconds since the page was asked for: the first byte, the first paint, and the answer that
# brought the list as Roblox has it now.
TIMES = """
() => {
  const refresh = performance.getEntriesByType("resource").find(e => e.name.endsWith("/refresh/"));
  const [first] = performance.getEntriesByName("first-contentful-paint");
  const [page] = performance.getEntriesByType("navigation");
  return [page.responseStart, first.startTime, refresh.responseEnd];
}
"""


@dataclass(frozen=True)
class Opened:
    """What someone waits for, in milliseconds since they asked for the page."""

    first_byte: float
    first_paint: float
    refreshed: float


def main() -> int:
    """Measure and print."""
    # Chromium is driven from an event loop of this thread; the database waits for nobody in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with place.served() as served:
        served.emulator.latency_ms = NEAR_MS
        _print_readings(served)
        with browser.signed_in(served.url) as page:
            near = _medians(_opened(page, served) for _ in range(ROUNDS))
            served.emulator.latency_ms = FAR_MS
            far = _medians(_opened(page, served) for _ in range(FAR_ROUNDS))
    _print_opening(near, far)
    return 0


def _print_readings(served: Served) -> None:
    """Reading the list with what the product uses for it, and with the library."""
    from secretsapp.core import actor  # noqa: PLC0415 - settings come first
    from secretsapp.models import Universe  # noqa: PLC0415
    from secretsapp.universes import refreshing  # noqa: PLC0415

    def ours() -> None:
        _rest()
        refreshing.refresh(actor.system("bench"), Universe.objects.get())

    _detour(served.emulator.url)
    experience = rblxopencloud.Experience(place.UNIVERSE_ID, api_key=place.API_KEY)
    works = (ours, lambda: list(experience.list_secrets()))
    rounds = [[_calls_and_seconds(served, work) for work in works] for _ in range(ROUNDS)]
    (calls, seconds), (their_calls, their_seconds) = (
        (max(calls for calls, _ in each), median(seconds for _, seconds in each))
        for each in zip(*rounds, strict=True)
    )
    where = f"with Roblox {NEAR_MS} ms away, to rblx-open-cloud"
    bound = LIST_CALLS[0] / LIST_CALLS[1]
    what = f"list calls for {place.SECRETS} secrets, to rblx-open-cloud"
    table.at_most(what, f"{calls} to {their_calls}", calls / their_calls, bound)
    table.ratio(
        f"reading and storing them {where} only reading",
        f"{seconds:.2f} s to {their_seconds:.2f} s",
        seconds / their_seconds,
    )


def _detour(url: str) -> None:
    """Let the library, which has Roblox's address built in, talk to the emulator."""
    session = rblxopencloud.http_session
    session.trust_env = False
    for prefix in (f"{ROBLOX}/", "https://", "http://"):
        session.mount(prefix, Detour(url))


def _calls_and_seconds(served: Served, work: Callable[[], object]) -> tuple[int, float]:
    served.emulator.clear_requests()
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    calls = [each for each in served.emulator.requests if each.path.endswith("/secrets")]
    return len(calls), seconds


def _rest() -> None:
    """Let the last refresh be long enough ago for another."""
    from secretsapp.models import Universe  # noqa: PLC0415 - settings come first

    Universe.objects.update(sync_tried_at=None)


def _opened(page: Page, served: Served) -> Opened:
    """Open the list as someone does who comes from another page."""
    page.goto(f"{served.url}/me/")
    _rest()
    page.goto(f"{served.url}/universes/{place.UNIVERSE_ID}/")
    page.wait_for_load_state("networkidle")
    return Opened(*page.evaluate(TIMES))


def _medians(opened: Iterable[Opened]) -> Opened:
    return Opened(*map(median, zip(*map(astuple, opened), strict=True)))


def _print_opening(near: Opened, far: Opened) -> None:
    table.line(
        f"the page of {place.SECRETS} secrets, first byte",
        f"{near.first_byte:.0f} ms, with Roblox {FAR_MS / 1000:g} s away {far.first_byte:.0f} ms",
    )
    for opened, away in ((near, f"{NEAR_MS} ms"), (far, f"{FAR_MS / 1000:g} s")):
        table.at_most(
            f"its first paint to the answer of Roblox, {away} away",
            f"{opened.first_paint:.0f} ms to {opened.refreshed:.0f} ms",
            opened.first_paint / opened.refreshed,
            1,
        )


if __name__ == "__main__":
    sys.exit(main())
