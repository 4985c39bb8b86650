"""Every page as three people see it, in both themes, on sheets: `make screenshots` takes them."""

import argparse
import html
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

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
PAGES = {
    "home": "/",
    "universes": "/universes/",
    "compare": "/compare/?show=all",
    "names to fill": f"/names-to-fill/?from={story.HARBOR}&to={story.STAGING}",
    "universe": HARBOR,
    "select secrets": f"{HARBOR}several/",
    "secret": SECRET,
    "new secret": f"/universes/{story.STAGING}/new-secret/",
    "rotate": f"{SECRET}rotate/",
    "rotate, staging": f"{IN_STAGING}rotate/",
    "details": f"{IN_STAGING}details/",
    "delete": f"{IN_STAGING}delete/",
    "access": f"{HARBOR}access/",
    "grant access": f"{HARBOR}access/new/",
    "teams": "/teams/",
    "team": "/teams/1/",
    "reviews": "/reviews/",
    "review": "/reviews/1/",
    "requests": "/requests/",
    "access by person": f"{HARBOR}access/?by=person",
    "what someone can do": "/people/3/access/",
    "who can use a secret": f"{SECRET}access/",
    "invite": "/people/invite/",
    "invite to a universe": f"{HARBOR}access/invite/",
    "grant in several": "/access/several/",
    "ask for access": f"{HARBOR}requests/new/",
    "proposals": f"{HARBOR}proposals/",
    "protection": f"{HARBOR}protection/",
    "settings": f"{HARBOR}settings/",
    "audit log": "/audit/",
    "checkpoints": "/audit/checkpoints/",
    "evidence": "/audit/evidence/",
    "search": "/search/?q=pay+key",
    "people": "/people/",
    "person": "/people/3/",
    "new person": "/people/new/",
    "grant to a person": "/people/3/access/new/",
    "disable a person": "/people/4/disable/",
    "API keys": "/api-keys/",
    "new API key": "/api-keys/new/",
    "channels": "/channels/",
    "add a channel": "/channels/new/",
    "new webhook": "/channels/new/webhook/",
    "add a universe": "/universes/new/",
    "guide": "/guide/",
    "your account": "/me/",
    "your activity": "/me/activity/",
    "role permissions": "/help/roles/",
    "what changed": "/help/changes/",
}
# So wide that words can be read on a sheet that holds every page of a person.
THUMBNAILS = {390: 240, 1440: 520, 1920: 640}
SHEET, QUALITY = ViewportSize(width=2700, height=900), 55
STYLE = """
body { align-items: start; background: #888; display: flex; flex-wrap: wrap; font: 14px sans-serif }
figure { background: #fff; margin: 6px }
figcaption { padding: 2px 8px }
"""


@dataclass(frozen=True)
class View:
    """Who looks, how wide their window is, and in which theme."""

    person: str
    width: int
    theme: Theme


def main(arguments: Sequence[str]) -> int:
    """Take every picture, and put those of one person at one width on a sheet."""
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
        for person, width in product(PEOPLE, SIZES):
            views = [View(person, width, theme) for theme in THEMES]
            taken = [_take(browser, address, view, kept or Path(directory)) for view in views]
            _make_sheet(browser, f"sheet-{person}-{width}", THUMBNAILS[width], chain(*taken))
        browser.close()
    print(f"The sheets are in {TARGET.relative_to(ROOT)}.")
    return 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.contact_sheets")
    parser.add_argument("--keep", type=Path, help="where each picture is kept, of a whole page")
    return parser.parse_args(arguments)


def _take(browser: Browser, address: str, view: View, directory: Path) -> list[Path]:
    """A picture of each page that the person can open."""
    directory.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(
        viewport=SIZES[view.width], color_scheme=view.theme, reduced_motion="reduce"
    )
    sign_in(page, address, PEOPLE[view.person])
    taken = []
    for name, path in PAGES.items():
        answer = page.goto(f"{address}{path}")
        if answer is None or not answer.ok:
            continue
        page.wait_for_load_state("networkidle")
        picture = directory / f"{name} – {view.person} {view.width} {view.theme}.png"
        page.screenshot(path=picture, full_page=True)
        taken.append(picture)
    page.close()
    return taken


def _make_sheet(browser: Browser, name: str, width: int, pictures: Iterable[Path]) -> None:
    """One picture of all these, side by side."""
    figures = "".join(
        f'<figure><img src="{each.as_uri()}" width="{width}" alt="">'
        f"<figcaption>{html.escape(each.stem)}</figcaption></figure>"
        for each in pictures
    )
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as sheet:
        sheet.write(f'<meta charset="utf-8"><style>{STYLE}</style>{figures}')
        sheet.flush()
        page = browser.new_page(viewport=SHEET)
        page.goto(Path(sheet.name).as_uri())
        page.screenshot(path=TARGET / f"{name}.jpg", full_page=True, type="jpeg", quality=QUALITY)
        page.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
