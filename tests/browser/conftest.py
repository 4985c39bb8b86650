"""Chromium, and people who use it: what its console says ends up in the test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from harness import programs
from secretsapp.models import User
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
expect.set_options(timeout=PATIENCE_MS)
# Chromium reports every page whose status is an error, also those that are meant to have one.
EXPECTED_STATUSES = ("status of 422", "status of 403", "status of 404")
# The focus is given before the second frame; without scripts nobody can be told of a frame.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass
class Visitor:
    """A person at a browser window."""

    page: Page
    server: str
    has_script: bool = True
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

    def look(self) -> None:
        """Wait until the page is drawn and has given its focus away, as a person would."""
        self.page.wait_for_load_state("load")
        if self.has_script:
            self.page.evaluate(DRAWN)

    def heading(self) -> str:
        """The heading of the page that is open."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def become(self, role: str) -> None:
        """Be the person with that role without filling in the form; nobody where it is empty."""
        self.page.context.clear_cookies()
        if not role:
            return
        client = Client()
        client.force_login(User.objects.get(email=f"{role}@example.com"))
        morsel = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies(
            [{"name": morsel.key, "value": morsel.value, "url": self.server}]
        )

    def sign_in(self, role: str) -> None:
        """Sign in by the form."""
        self.open("/sign-in/")
        self.look()
        self.page.get_by_label("Email address").fill(f"{role}@example.com")
        self.page.get_by_label("Password").fill(stage.PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.locator("#who")).to_be_visible()


Visit = Callable[..., Visitor]


class Windows:
    """The windows of a browser: one that was closed is opened again, for its cache is filled."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._closed: dict[str, list[BrowserContext]] = {}

    def open(self, options: dict[str, Any]) -> Page:
        """An empty window in which nobody is signed in."""
        closed = self._closed.get(repr(options))
        context = closed.pop() if closed else self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()

    def close(self, page: Page, options: dict[str, Any]) -> None:
        """Forget who was there."""
        context = page.context
        page.close()
        context.clear_cookies()
        context.clear_permissions()
        self._closed.setdefault(repr(options), []).append(context)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; a machine without it leaves these tests out visibly."""
    path = programs.chromium()
    if path is None:
        lanes.leave("Chromium is not installed, so no journey was made.")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop running in this thread, and fixtures use the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        running = playwright.chromium.launch(executable_path=str(path), args=ARGUMENTS)
        yield running
        running.close()
        connection.close()


@pytest.fixture(scope="package")
def windows(browser: Browser) -> Windows:
    """The windows of the browser."""
    return Windows(browser)


@pytest.fixture
def open_window(windows: Windows, live_server: LiveServer) -> Iterator[Visit]:
    """Opens windows, with the options of a browser context; at the end no console has spoken."""
    cache.clear()
    opened: list[tuple[Visitor, dict[str, Any]]] = []

    def open_one(**options: Any) -> Visitor:
        has_script = options.get("java_script_enabled", True)
        visitor = Visitor(windows.open(options), live_server.url, has_script=has_script)
        visitor.listen()
        opened.append((visitor, options))
        return visitor

    yield open_one
    complaints = [complaint for visitor, _ in opened for complaint in visitor.complaints]
    for visitor, options in opened:
        windows.close(visitor.page, options)
    cache.clear()
    assert complaints == []


@pytest.fixture
def visit(open_window: Visit, cast: Cast) -> Visit:
    """Opens windows on Harbor and its cast."""
    return open_window
