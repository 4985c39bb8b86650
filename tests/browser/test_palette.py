"""The palette: the search in the bar, from anywhere, by the keyboard alone."""

import pytest
from playwright.sync_api import expect

from secretsapp.models import Universe
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_the_palette_opens_moves_opens_what_is_chosen_and_gives_the_focus_back(
    visit: Visit, universe: Universe
) -> None:
    admin = visit()
    admin.become("admin")
    admin.open("/me/")
    page = admin.page
    field, chosen = page.locator("#search"), page.locator("[aria-selected=true]")
    listed = page.get_by_role("listbox", name="Results")
    password = page.get_by_role("link", name="Change password")
    password.focus()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(listed.get_by_role("option", name="Create secret in Harbor")).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    expect(password).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("pay_webhook")
    secrets = listed.get_by_role("group", name="Secrets").get_by_role("option")
    expect(secrets).to_have_count(1)
    expect(secrets).to_contain_text("Harbor PROD")
    expect(chosen).to_contain_text("PAY_WEBHOOK")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("Rotate PAY_WEBHOOK")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{admin.server}/universes/{universe.pk}/secrets/PAY_WEBHOOK/rotate/")


def test_on_a_list_the_slash_goes_to_its_filter_and_from_there_to_the_palette(
    visit: Visit, universe: Universe
) -> None:
    viewer = visit()
    viewer.become("viewer")
    viewer.open(f"/universes/{universe.pk}/")
    page = viewer.page
    page.keyboard.press("/")
    expect(page.locator("[data-slash]")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("#search")).to_have_value("a/b")
    # What the palette is still asking for would be cut off, and the console says so.
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="All results").click()
    expect(page.get_by_role("searchbox")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("a/b")
