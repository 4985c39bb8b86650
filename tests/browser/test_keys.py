"""Single keys: they do what their sheet says, and nothing while someone types."""

import re

import pytest
from playwright.sync_api import expect

from secretsapp.models import Universe
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_single_keys_are_told_and_lead_to_pages_and_through_their_rows(
    visit: Visit, universe: Universe
) -> None:
    admin = visit()
    admin.become("admin")
    admin.open("/me/")
    page = admin.page
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet.get_by_text("Audit log")).to_be_visible()
    expect(sheet.get_by_text("Rotate")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page).to_have_url(f"{admin.server}/audit/")
    admin.look()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".event details[open]")).to_have_count(1)
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url(f"{admin.server}/people/")
    admin.look()
    page.keyboard.press("k")
    expect(page.locator(".cell-title").last).to_be_focused()


def test_single_keys_open_edit_rotate_and_create_secrets_and_leave_fields_alone(
    visit: Visit, universe: Universe
) -> None:
    admin = visit()
    admin.become("admin")
    page = admin.page
    admin.open(f"/universes/{universe.pk}/")
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="PAY_WEBHOOK")).to_be_focused()
    page.keyboard.press("Enter")
    of_secret = f"{admin.server}/universes/{universe.pk}/secrets/PAY_WEBHOOK/"
    expect(page).to_have_url(of_secret)
    for key, end in (("e", "details/"), ("r", "rotate/")):
        page.goto(of_secret)
        page.keyboard.press(key)
        expect(page).to_have_url(f"{of_secret}{end}")
    page.get_by_label("New value", exact=True).press_sequentially("n?gh")
    expect(page.get_by_label("New value", exact=True)).to_have_value("n?gh")
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(page).to_have_url(f"{admin.server}/universes/{universe.pk}/new-secret/")


def test_single_keys_that_were_turned_off_do_nothing(visit: Visit) -> None:
    viewer = visit()
    viewer.become("viewer")
    viewer.open("/me/")
    page = viewer.page
    page.get_by_role("button", name="Off", exact=True).click()
    expect(page.get_by_role("button", name="Off", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    viewer.look()
    for key in ("?", "/", "g", "h"):
        page.keyboard.press(key)
    page.keyboard.press("Control+k")
    expect(page.locator("#search")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/me/$"))
