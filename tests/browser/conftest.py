"""Chromium, and people who use it: what its console says ends up in the test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import lanes, stage
from tests.stage import Cast

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 10_000
# Chromium reports every page whose status is an error, also those that are meant to have one.
EXPECTED_STATUSES = ("status of 422", "status of 403", "status of 404")


@dataclass
class Visitor:
    """A person at a browser window."""

    page: Page
    server: str
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Keep whatever the console says; a violation of the policy is among it."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if not any(status in message.text for status in EXPECTED_STATUSES):
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(f"{self.server}{path}")

    def heading(self) -> str:
        """The heading of the page that is open."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def sign_in(self, role: str) -> None:
        """Sign in by the form."""
        self.open("/sign-in/")
        self.page.get_by_label("E-mail address").fill(f"{role}@example.com")
        self.page.get_by_label("Password").fill(stage.PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Universes")).to_be_visible()


Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; a machine without it leaves these tests out visibly."""
    path = lanes.chromium()
    if path is None:
        lanes.leave("Chromium is not installed, so no journey was made.")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop running in this thread, and fixtures use the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        running = playwright.chromium.launch(executable_path=str(path), args=ARGUMENTS)
        yield running
        running.close()
        connection.close()


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Visit]:
    """Opens windows, with the options of a browser context; at the end no console has spoken."""
    cache.clear()
    visitors: list[Visitor] = []

    def open_window(**options: object) -> Visitor:
        context = browser.new_context(**options)  # type: ignore[arg-type]  # the caller names them
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(context.new_page(), live_server.url)
        visitor.listen()
        visitors.append(visitor)
        return visitor

    yield open_window
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.page.context.close()
    cache.clear()
    assert complaints == []
