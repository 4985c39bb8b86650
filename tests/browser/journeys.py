"""What people do on the pages and see there, whatever the journey."""

import re
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Locator, expect

from emulator import Emulator
from secretsapp.adapters.sessions import SessionStore
from secretsapp.models import AuditEvent
from tests.browser.conftest import Visit, Visitor

WITH_AND_WITHOUT = pytest.mark.parametrize(
    "script", [True, False], ids=["with JavaScript", "without JavaScript"]
)
# Everything a page holds, and what stands in its fields.
ALL_OF_IT = """
() => document.documentElement.outerHTML
    + Array.from(document.querySelectorAll("input, textarea"), field => field.value).join(" ")
"""


def enter(visit: Visit, role: str, path: str = "/", *, script: bool) -> Visitor:
    """A window in which the person of that role has opened a page."""
    visitor = visit(java_script_enabled=script)
    visitor.become(role)
    visitor.open(path)
    return visitor


def age(visitor: Visitor) -> None:
    """Let it be a while since the person of the window confirmed that it's them."""
    cookies = {each.get("name"): each.get("value") for each in visitor.page.context.cookies()}
    session = SessionStore(cookies[settings.SESSION_COOKIE_NAME])
    session["confirmed_at"] = (timezone.now() - timedelta(hours=1)).timestamp()
    session.save()


def go_to(visitor: Visitor, name: str) -> None:
    """Follow a link of the sidebar."""
    sidebar(visitor).get_by_role("link", name=name).click()


def sidebar(visitor: Visitor) -> Locator:
    """Where one may go."""
    return visitor.page.get_by_role("navigation", name="Main")


def follow(visitor: Visitor, name: str) -> None:
    """Follow the link of that very name on the page itself."""
    visitor.page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


def open_actions(visitor: Visitor, whose: str) -> None:
    """Open the menu of that row."""
    visitor.page.locator(".menu-row > summary", has_text=f"Actions for {whose}").click()


def press(visitor: Visitor, name: str) -> None:
    """Press the button of that very name on the page itself."""
    visitor.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def fill(visitor: Visitor, **fields: str) -> None:
    """Fill in the fields that are labelled so; an underscore stands for a blank."""
    visitor.look()
    for label, text in fields.items():
        field(visitor, label.replace("_", " ")).fill(text)


def field(visitor: Visitor, label: str) -> Locator:
    """The field of that very label."""
    return visitor.page.get_by_role("main").get_by_label(label, exact=True)


def choose(visitor: Visitor, label: str) -> None:
    """Choose one of several."""
    visitor.page.get_by_label(label).check()


def says(visitor: Visitor, words: str) -> None:
    """Expect a notice with these words."""
    notices = visitor.page.locator("#notices").get_by_role("status")
    expect(notices.filter(has_text=words)).to_be_visible()


def complains(visitor: Visitor, words: str) -> None:
    """Expect a refusal that can be corrected, in these words and under the focus."""
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_contain_text(words)
    expect(alert).to_be_focused()


def complains_at(visitor: Visitor, label: str, words: str) -> None:
    """Expect a refusal that is about this field alone, at the field, which has the focus."""
    expect(field(visitor, label)).to_be_focused()
    expect(field(visitor, label)).to_have_accessible_description(re.compile(re.escape(words)))
    expect(visitor.page.get_by_role("alert")).to_have_count(0)


def shows(visitor: Visitor, words: str) -> None:
    """Expect these words on the page."""
    expect(visitor.page.get_by_role("main").get_by_text(words).first).to_be_visible()


def is_at(visitor: Visitor, path: str) -> None:
    """Expect the address to be that of this page."""
    expect(visitor.page).to_have_url(re.compile(rf"^{re.escape(visitor.server + path)}(\?.*)?$"))


def is_headed(visitor: Visitor, words: str) -> None:
    """Expect a page with this heading."""
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(words)


def is_refused(visitor: Visitor, path: str, words: str) -> None:
    """Expect that page to be refused, with who could give what is missing."""
    response = visitor.page.goto(f"{visitor.server}{path}")
    assert response is not None
    assert response.status == 403, path
    is_headed(visitor, "You can’t")
    expect(visitor.page.get_by_role("alert")).to_contain_text(words)


def are_refused(visitor: Visitor, paths: Iterable[str], words: str) -> None:
    """Expect all these pages to be refused so; the first of them is looked at."""
    first, *others = paths
    is_refused(visitor, first, words)
    for path in others:
        # With the cookies of the window, but without the work of drawing what looks the same.
        response = visitor.page.request.get(f"{visitor.server}{path}")
        assert response.status == 403, path
        assert words in response.text(), path


def create_secret(visitor: Visitor, name: str, value: str, host: str) -> None:
    """Fill in the page for a new secret, which is open, and send it."""
    fill(visitor, Name=name, Value=value)
    choose(visitor, "One host, or its subdomains")
    fill(visitor, Host=host)
    press(visitor, "Create secret")


def rotate(visitor: Visitor, value: str) -> None:
    """Fill in the page of a rotation, which is open, and send it."""
    fill(visitor, **{"New value": value})
    press(visitor, "Save new value")


def all_of_it(visitor: Visitor) -> str:
    """Everything that the page holds, also in its fields, whether it can be seen or not."""
    text: str = visitor.page.evaluate(ALL_OF_IT)
    return text


def writes(emulator: Emulator) -> int:
    """How many writes have reached Roblox; what is asked of a key by POST is none."""
    sent = (each for each in emulator.requests if not each.path.endswith("/introspect"))
    return sum(each.method != "GET" for each in sent)


def events() -> int:
    """How many events the log holds."""
    return AuditEvent.objects.count()
