"""The frame: folded on a phone, in the theme that was chosen, and without a server."""

import pytest
from playwright.sync_api import expect

from secretsapp.models import Universe
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 800}


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
