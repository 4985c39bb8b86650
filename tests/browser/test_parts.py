"""The parts of pages that a script helps: times, menus, what was done, and the long sidebar."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import Universe
from tests.browser.conftest import Visit, Visitor
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast

pytestmark = pytest.mark.browser

TOKYO = "Asia/Tokyo"


def times(page: Page, way: str) -> list[Locator]:
    """The times on the page that are written that way."""
    found = page.locator(f"main time[data-as={way}]").all()
    assert found
    return found


def words(page: Page, way: str) -> list[str]:
    """What those times say."""
    return [time.inner_text() for time in times(page, way)]


def moment_of(time: Locator) -> datetime:
    """When that was."""
    return datetime.fromisoformat(time.get_attribute("datetime") or "")


def days(clocks: list[Locator], zone: str) -> list[str]:
    """What stands above those times: a run of the tests may have begun before midnight."""
    dates = dict.fromkeys(moment_of(time).astimezone(ZoneInfo(zone)).date() for time in clocks)
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    return ["Today" if date == today else "Yesterday" for date in dates]


def opened(visit: Visit, path: str, **options: object) -> Visitor:
    """A window of the admin on that page."""
    admin = visit(**options)
    admin.become("admin")
    admin.open(path)
    return admin


def test_times_are_by_the_clock_of_who_reads_them_with_utc_behind(
    visit: Visit, universe: Universe
) -> None:
    path = f"/universes/{universe.pk}/secrets/PAY_KEY/"
    for time in times(opened(visit, path, timezone_id=TOKYO).page, "moment"):
        there = moment_of(time)
        here = there.astimezone(ZoneInfo(TOKYO))
        expect(time).to_have_text(f"{here.day} {here:%b %Y, %H:%M}")
        expect(time).to_have_attribute("title", f"{there.day} {there:%b %Y, %H:%M} UTC")
    plain = opened(visit, path, timezone_id=TOKYO, java_script_enabled=False).page
    assert all(moment.endswith(" UTC") for moment in words(plain, "moment"))


def test_days_are_those_of_the_reader_and_stand_above_the_times(
    visit: Visit, cast: Cast, universe: Universe
) -> None:
    # An event that tells of another time stands below its own.
    until = timezone.now() + timedelta(days=9)
    grants.give(STAGEHAND, cast["viewer"].user, universe, Terms(Role.VIEWER, "PAY_*", until))
    for path, row in (("/", ".happening"), ("/audit/", ".event")):
        page = opened(visit, path, timezone_id=TOKYO).page
        clocks = page.locator(f"{row} time[data-as=clock]").all()
        expect(page.locator("[data-day]")).to_have_text(days(clocks, TOKYO))
        for time in clocks:
            here = moment_of(time).astimezone(ZoneInfo(TOKYO))
            expect(time).to_have_text(f"{here:%H:%M}")
        plain = opened(visit, path, timezone_id=TOKYO, java_script_enabled=False).page
        clocks = plain.locator(f"{row} time[data-as=clock]").all()
        above = [f"{day} (UTC)" for day in days(clocks, "UTC")]
        expect(plain.locator("[data-day]")).to_have_text(above)


def test_ids_of_events_are_copied_where_a_script_can(visit: Visit) -> None:
    page = opened(visit, "/audit/").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    event = page.locator(".event").first
    event.locator("summary .icon").click()
    event.get_by_role("button", name="Copy the event number").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"event-{copied}" == event.get_attribute("id")


def test_server_and_script_say_alike_how_long_ago_it_was(visit: Visit) -> None:
    plain = opened(visit, "/styleguide/", timezone_id="UTC", java_script_enabled=False)
    scripted = opened(visit, "/styleguide/", timezone_id="UTC")
    scripted.look()
    said = words(scripted.page, "ago")
    assert said == words(plain.page, "ago")
    assert {"1 hour ago", "yesterday", "2 days ago", "2 weeks ago", "3 months ago"} <= set(said)


def test_a_menu_is_walked_through_by_keys_and_closes_as_people_expect(visit: Visit) -> None:
    page = opened(visit, "/styleguide/").page
    menu = page.locator("details.menu-row").first
    button, drop = menu.locator("summary"), menu.locator(".menu-panel")
    button.focus()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("link", name="Rotate")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("link", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(drop).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.locator("#who summary").click()
    expect(drop).to_be_hidden()
    page.locator("#help summary").click()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#help summary")).to_be_focused()
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    page.keyboard.press("Escape")
    expect(toast).to_be_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_what_was_done_is_told_and_moves_nothing(script: bool, visit: Visit) -> None:
    page = opened(visit, "/me/", java_script_enabled=script).page
    before = page.get_by_role("heading", level=1).bounding_box()
    page.get_by_label("Name", exact=True).fill("Ada")
    page.get_by_role("button", name="Save name").click()
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    after = page.get_by_role("heading", level=1).bounding_box()
    assert (before == after) is script
    if script:
        expect(page.locator("#announcer")).not_to_be_empty()
        toast.get_by_role("button", name="Close").click()
        expect(toast).to_be_hidden()
    else:
        expect(toast.get_by_role("button")).to_be_hidden()


def test_a_long_sidebar_is_filtered(visit: Visit, universe: Universe) -> None:
    key = universe.api_key
    Universe.objects.bulk_create(
        Universe(pk=number, name=f"Tycoon {number}", owner="users/7", api_key=key)
        for number in range(1, 11)
    )
    page = opened(visit, "/me/").page
    sidebar = page.get_by_role("navigation", name="Main")
    expect(sidebar.get_by_role("heading", name="User 7 · 10")).to_be_visible()
    sidebar.get_by_label("Filter universes").fill("coon 1")
    expect(sidebar.locator(".sidebar-universes li:visible")).to_have_text(["Tycoon 1", "Tycoon 10"])
    expect(sidebar.get_by_role("heading", name="Group 1234567 · 1")).to_be_hidden()
