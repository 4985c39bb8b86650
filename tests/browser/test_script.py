"""What JavaScript adds: a list that refreshes itself, a log that grows, a value one may see."""

import pytest
from playwright.sync_api import expect

from emulator import Universe as EmulatedUniverse
from secretsapp.core.actor import Actor
from secretsapp.models import Universe
from secretsapp.queries.audit import PAGE_SIZE
from secretsapp.services import details
from tests.browser.conftest import Visit
from tests.stage import Cast

pytestmark = pytest.mark.browser


def test_the_list_refreshes_itself_after_it_was_shown(
    visit: Visit, universe: Universe, harbor: EmulatedUniverse
) -> None:
    harbor.put("NEW_ELSEWHERE", b"x", "*")
    viewer = visit()
    viewer.sign_in("viewer")
    viewer.open(f"/universes/{universe.pk}/")
    row = viewer.page.get_by_role("row").filter(has_text="NEW_ELSEWHERE")
    expect(row).to_contain_text("Changed elsewhere")


def test_a_session_that_ended_leads_to_the_sign_in_and_back(
    visit: Visit, universe: Universe
) -> None:
    viewer = visit()
    viewer.sign_in("viewer")
    viewer.open(f"/universes/{universe.pk}/")
    viewer.page.wait_for_load_state("networkidle")
    viewer.page.context.clear_cookies(name="sessionid")
    viewer.page.get_by_role("button", name="Refresh").click()
    expect(viewer.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(viewer.page.get_by_role("table")).to_have_count(0)
    assert viewer.page.url.endswith(f"/sign-in/?next=/universes/{universe.pk}/")


def test_older_events_are_put_behind_those_that_stand_there(
    visit: Visit, universe: Universe, cast: Cast
) -> None:
    write_events(cast["editor"].actor, universe, PAGE_SIZE + 10)
    auditor = visit()
    auditor.sign_in("auditor")
    auditor.open("/audit/?person=editor%40")
    rows = auditor.page.locator(".event")
    expect(rows).to_have_count(PAGE_SIZE)
    auditor.page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(PAGE_SIZE + 10)
    expect(rows.nth(PAGE_SIZE).locator("summary")).to_be_focused()
    expect(auditor.page.get_by_role("link", name="Older")).to_have_count(0)


def write_events(actor: Actor, universe: Universe, count: int) -> None:
    """So many events by that person."""
    secret = universe.secrets.get(name="PAY_KEY")
    for number in range(count):
        details.edit(
            actor=actor, universe=universe, secret=secret, note=f"note {number}", owner=None
        )


def test_the_value_is_masked_until_one_asks_to_see_it(visit: Visit, universe: Universe) -> None:
    rotator = visit()
    rotator.sign_in("rotator")
    rotator.open(f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/")
    field = rotator.page.get_by_label("Value", exact=True)
    eye = rotator.page.get_by_role("button", name="Show what I type")
    expect(field).to_have_css("-webkit-text-security", "disc")
    expect(eye).to_have_attribute("aria-pressed", "false")
    eye.click()
    expect(field).to_have_css("-webkit-text-security", "none")
    expect(eye).to_have_attribute("aria-pressed", "true")
