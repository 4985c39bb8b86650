"""An open change on the list: notice and row change by themselves, and the page asks no more."""

import pytest
from playwright.sync_api import expect

from emulator import Emulator, faults
from secretsapp.models import Universe
from secretsapp.secrets import settling
from tests.browser.conftest import Visit
from tests.stage import PASSWORD, STAGEHAND, Cast
from tests.support.unfinished import later, leave_open

pytestmark = pytest.mark.browser


def test_notice_and_row_change_by_themselves_once_it_is_settled(
    visit: Visit, universe: Universe, emulator: Emulator, cast: Cast
) -> None:
    leave_open("create", faults.cut_after(), emulator, cast, universe)
    viewer = visit()
    viewer.sign_in("viewer")
    viewer.open(f"/universes/{universe.pk}/")
    page = viewer.page
    notice, row = page.locator("#open-changes"), page.get_by_role("row").filter(has_text="NEW_KEY")
    expect(notice).to_contain_text("but its outcome is unknown")
    expect(row).to_contain_text("Being created")
    with later():
        settling.settle(STAGEHAND, older_than_seconds=0)
    told = "took effect. Running servers use it after they restart."
    expect(notice).to_contain_text(told)
    expect(row.get_by_role("link", name="NEW_KEY")).to_be_visible()
    expect(row).not_to_contain_text("Being created")
    assert notice.get_attribute("hx-trigger") is None


def test_what_was_not_sent_is_said_once(visit: Visit, universe: Universe) -> None:
    editor = visit()
    editor.sign_in("editor")
    form = f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/"
    editor.open(form)
    page = editor.page
    page.get_by_label("Value", exact=False).first.fill("a value that is lost")
    page.context.clear_cookies(name="sessionid")
    # The page asks first whether its session is there; here it gets no answer that it knows.
    page.route("**/me/session/**", lambda route: route.fulfill(body=""))
    page.get_by_role("button", name="Save new value").click()
    expect(page.locator(".entrance")).to_contain_text("so nothing was sent")
    editor.look()
    page.get_by_label("Email address").fill("editor@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#notices")).to_contain_text("so nothing was sent. Enter the value again")
    expect(page).to_have_url(f"{editor.server}{form}")
    page.reload()
    expect(page.locator("#notices")).to_be_empty()
