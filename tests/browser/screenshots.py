"""The README's pictures, taken of a demo of its own: `make screenshots`."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from demo import story
from harness import programs
from secretsapp.management.processes import Processes
from secretsapp.management.serving import HOST, wait_until_ready

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "screenshots"
SIZE = ViewportSize(width=1280, height=800)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
HARBOR = f"/universes/{story.HARBOR}/"
PAGES = {
    "home": "/",
    "universe": HARBOR,
    "rotate": f"/universes/{story.STAGING}/secrets/PAY_API_KEY/rotate/",
    "audit": "/audit/",
}


def main() -> int:
    """Take every picture in both themes."""
    path = programs.chromium()
    if path is None:
        print("Chromium is not installed, so there are no pictures.", file=sys.stderr)
        return 1
    TARGET.mkdir(exist_ok=True)
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=ARGUMENTS)
        for theme in THEMES:
            take(browser, address, theme)
        browser.close()
    print(f"The pictures are in {TARGET.relative_to(ROOT)}.")
    return 0


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo that begins again and ends with this."""
    port = free_port()
    address = f"http://{HOST}:{port}"
    with (
        tempfile.TemporaryDirectory(prefix="sealroom-demo-") as directory,
        Processes() as processes,
    ):
        arguments = ["-m", "demo", "--port", str(port), "--directory", directory]
        processes.start("demo", arguments, os.environ)
        wait_until_ready(port, processes, site=address)
        yield address


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def take(browser: Browser, address: str, theme: Theme) -> None:
    """Every picture in one theme, as the admin sees it."""
    page = browser.new_page(viewport=SIZE, color_scheme=theme, reduced_motion="reduce")
    sign_in(page, address)
    for name, path in PAGES.items():
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=TARGET / f"{name}-{theme}.png")
    page.close()


def sign_in(page: Page, address: str, email: str = story.ADMIN) -> None:
    """Sign in by the form."""
    page.goto(f"{address}/sign-in/")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(story.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#who").wait_for()


if __name__ == "__main__":
    sys.exit(main())
