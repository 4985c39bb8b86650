"""The frame: reached by the keyboard, folded on a phone, in the theme that was chosen."""

import pytest
from playwright.sync_api import expect

from secretsapp.models import Universe
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 800}


def test_the_slash_goes_to_the_search_from_anywhere_and_arrows_walk_through_what_it_found(
    visit: Visit, universe: Universe
) -> None:
    viewer = visit()
    viewer.become("viewer")
    viewer.open("/me/")
    page = viewer.page
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("pay_w")
    panel = page.get_by_role("region", name="Search results")
    expect(panel.get_by_role("link").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.keyboard.type("hook")
    found = panel.get_by_role("link").filter(has_text="PAY_WEBHOOK")
    expect(found).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{viewer.server}/universes/{universe.pk}/secrets/PAY_WEBHOOK/")


def test_on_a_list_the_slash_goes_to_its_filter_and_from_there_to_the_search(
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


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_on_a_phone_the_sidebar_folds(script: bool, visit: Visit) -> None:
    viewer = visit(java_script_enabled=script, viewport=PHONE)
    viewer.become("viewer")
    viewer.open("/")
    page = viewer.page
    sidebar = page.get_by_role("navigation", name="Main")
    expect(sidebar).to_be_hidden()
    page.get_by_role("link", name="Menu").click()
    expect(sidebar.get_by_role("link", name="Harbor")).to_be_in_viewport()
    page.get_by_role("link", name="Close").click()
    expect(sidebar).to_be_hidden()
    page.get_by_role("link", name="Menu").click()
    sidebar.get_by_role("link", name="Harbor").click()
    assert viewer.heading().startswith("Harbor")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_theme_that_was_chosen_is_there_from_the_first_paint(
    script: bool, visit: Visit
) -> None:
    viewer = visit(java_script_enabled=script, color_scheme="light")
    viewer.become("viewer")
    viewer.open("/search/?q=pay")
    page = viewer.page
    page.locator(".menu-summary").click()
    page.locator("#who").get_by_role("button", name="Dark").click()
    assert page.url == f"{viewer.server}/search/?q=pay"
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(22, 20, 19)")
    page.locator(".menu-summary").click()
    page.locator("#who").get_by_role("button", name="System").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(250, 249, 247)")


def test_a_server_that_does_not_answer_is_said_and_the_page_stays(
    visit: Visit, universe: Universe
) -> None:
    viewer = visit()
    viewer.become("viewer")
    viewer.open(f"/universes/{universe.pk}/")
    page = viewer.page
    page.wait_for_load_state("networkidle")
    page.route("**/refresh/", lambda route: route.abort())
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#notices")).to_contain_text("Couldn’t reach Sealroom.")
    expect(page.get_by_role("link", name="PAY_KEY")).to_be_visible()
    viewer.complaints.clear()
