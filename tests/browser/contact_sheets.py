"""Every page as three people see it, in both themes, on sheets: `make screenshots` takes them."""

import argparse
import base64
import html
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from demo import story
from harness import programs
from tests.browser.screenshots import ARGUMENTS, ROOT, TARGET, THEMES, Theme, demo, sign_in

SIZES = {
    390: ViewportSize(width=390, height=844),
    1440: ViewportSize(width=1440, height=900),
    1920: ViewportSize(width=1920, height=1080),
}
PEOPLE = {"admin": story.ADMIN, "editor": story.EDITOR, "viewer": story.VIEWER}
HARBOR = f"/universes/{story.HARBOR}/"
SECRET = f"{HARBOR}secrets/PAY_API_KEY/"
IN_STAGING = f"/universes/{story.STAGING}/secrets/PAY_API_KEY/"
# Where the walk begins, so that the first page of each kind is one with something to see; what
# links lead to from there comes by itself.
STARTS = (
    "/",
    "/universes/",
    HARBOR,
    SECRET,
    f"{SECRET}rotate/",
    f"{IN_STAGING}rotate/",
    f"{IN_STAGING}details/",
    f"{IN_STAGING}delete/",
    f"/universes/{story.STAGING}/new-secret/",
    "/compare/?show=all",
    f"/names-to-fill/?from={story.HARBOR}&to={story.STAGING}",
    f"{HARBOR}access/?by=person",
    f"{HARBOR}requests/new/",
    "/search/?q=pay+key",
    "/replace/?name=PAY_API_KEY",
    "/due/",
    "/audit/",
    "/people/3/",
    "/people/4/disable/",
)
# What makes one page of a kind different from another: numbers, UUIDs and names of secrets.
EXAMPLE = re.compile(r"(?<=/)(?:[0-9]+|[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/secrets/)[^/]+)(?=/)")
LINKS = "links => links.map(link => link.pathname)"
# A list asks for itself once more as soon as it is shown.
REFRESHED = "[hx-trigger*=load]"
# So wide that words can be read on a sheet that holds every page of a person.
THUMBNAILS = {390: 240, 1440: 480, 1920: 600}
# What comes after so many screens looks like what comes before.
SCREENS = 3
SHEET, QUALITY = ViewportSize(width=2500, height=900), 55
STYLE = """
body { background: #888; columns: var(--width); column-gap: 6px; margin: 6px }
figure { background: #fff; break-inside: avoid; margin: 0 0 6px }
figcaption { font: 12px sans-serif; overflow-wrap: anywhere; padding: 2px 8px }
img { display: block; width: 100% }
"""


@dataclass(frozen=True)
class View:
    """Who looks, how wide their window is, and in which theme."""

    person: str
    width: int
    theme: Theme

    def __str__(self) -> str:
        return f"{self.person}-{self.width}-{self.theme}"


VIEWS = [View(*each) for each in product(PEOPLE, SIZES, THEMES)]


def main(arguments: Sequence[str]) -> int:
    """Take every picture, and put those of one person at one width in one theme on a sheet."""
    kept: Path | None = _parsed(arguments).keep
    path = programs.chromium()
    if path is None:
        print("Chromium is not installed, so there are no pictures.", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="sealroom-pictures-") as directory,
        demo() as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(path), args=ARGUMENTS)
        for person in PEOPLE:
            _take_all(browser, address, person, Path(directory), kept)
        for old in TARGET.glob("sheet-*.jpg"):
            old.unlink()
        for view in VIEWS:
            _make_sheet(browser, view, Path(directory) / str(view))
        browser.close()
    print(f"The sheets are in {TARGET.relative_to(ROOT)}.")
    return 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.contact_sheets")
    parser.add_argument("--keep", type=Path, help="where each picture is kept, of a whole page")
    return parser.parse_args(arguments)


def _take_all(
    browser: Browser, address: str, person: str, directory: Path, kept: Path | None
) -> None:
    """Pictures of each page that the person can open, in each of their views."""
    page = browser.new_page(reduced_motion="reduce")
    session = page.context.new_cdp_session(page)
    sign_in(page, address, PEOPLE[person])
    for number, kind in enumerate(_pages(page, address)):
        for view in (view for view in VIEWS if view.person == person):
            name = f"{number:03} {kind.strip('/').replace('/', ' ')}"
            page.set_viewport_size(SIZES[view.width])
            page.emulate_media(color_scheme=view.theme)
            _take(page, session, THUMBNAILS[view.width], _in(directory / str(view), f"{name}.jpg"))
            if kept:
                page.screenshot(path=_in(kept / str(view), f"{name}.png"), full_page=True)
    page.close()


def _pages(page: Page, address: str) -> Iterator[str]:
    """Open the first page of each kind that links lead to; say which kind it is."""
    waiting, seen = list(STARTS), set[str]()
    while waiting:
        path = waiting.pop(0)
        kind = EXAMPLE.sub("…", path)
        if kind in seen:
            continue
        seen.add(kind)
        answer = page.goto(f"{address}{path}")
        if answer is None or not answer.ok:
            continue
        if page.locator(REFRESHED).count():
            page.wait_for_load_state("networkidle")
        links = page.locator("a[href^='/']:not([download])").evaluate_all(LINKS)
        # Files, such as a checkpoint, don't end like pages.
        waiting += [link for link in links if link.endswith("/")]
        yield kind


def _in(directory: Path, name: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory / name


def _take(page: Page, session: CDPSession, width: int, target: Path) -> None:
    """A small picture, which Chromium paints small: a large one would take three times as long."""
    size = page.viewport_size or SHEET
    height = page.evaluate("document.documentElement.scrollHeight")
    clip = {
        "x": 0,
        "y": 0,
        "width": size["width"],
        "height": min(height, SCREENS * size["height"]),
        "scale": width / size["width"],
    }
    options = {"format": "jpeg", "quality": 80, "captureBeyondViewport": True, "clip": clip}
    target.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", options)["data"]))


def _make_sheet(browser: Browser, view: View, directory: Path) -> None:
    """One picture of all that are in the directory, in columns."""
    figures = "".join(
        f'<figure><img src="{quote(each.name)}" alt="">'
        f"<figcaption>{html.escape(each.stem)}</figcaption></figure>"
        for each in sorted(directory.iterdir())
    )
    sheet = directory / "sheet.html"
    width = f":root {{ --width: {THUMBNAILS[view.width]}px }}"
    sheet.write_text(
        f'<!doctype html><meta charset="utf-8"><style>{width}{STYLE}</style>{figures}', "utf-8"
    )
    page = browser.new_page(viewport=SHEET)
    page.goto(sheet.as_uri())
    picture = TARGET / f"sheet-{view}.jpg"
    page.screenshot(path=picture, full_page=True, type="jpeg", quality=QUALITY)
    page.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
