"""Ticking hundreds of secrets with a script."""

import pytest
from playwright.sync_api import expect

from secretsapp.models import Secret, Universe
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

COUNT = 150


@pytest.fixture
def many(universe: Universe) -> str:
    """Harbor with 150 secrets, and the page that they are ticked on."""
    Secret.objects.bulk_create(
        Secret(universe=universe, name=f"MANY_{number:03}") for number in range(COUNT)
    )
    return f"/universes/{universe.pk}/several/?q=many_*"


def test_one_box_ticks_more_than_a_form_has_fields(visit: Visit, many: str) -> None:
    visitor = visit()
    visitor.become("editor")
    visitor.open(many)
    page = visitor.page
    page.locator("[data-ticks-all]").check()
    page.get_by_role("button", name="Edit details").click()
    page.get_by_role("heading", name=f"Edit details of {COUNT} secrets").wait_for()
    page.get_by_label("Replace the note").check()
    page.get_by_label("Note", exact=True).fill("Ends yearly.")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#notices")).to_contain_text(f"Saved the details of {COUNT} secrets.")
    assert Secret.objects.filter(note="Ends yearly.").count() == COUNT


def test_what_is_ticked_in_the_list_follows_its_filter(visit: Visit, many: str) -> None:
    visitor = visit()
    visitor.become("editor")
    visitor.open(many.partition("several")[0])
    page = visitor.page
    page.locator("#filter").fill("many_00")
    page.wait_for_url("**/?q=many_00")
    page.get_by_role("link", name="Select", exact=True).click()
    page.get_by_role("button", name="Edit details").wait_for()
    assert page.locator("tbody [name=name]").count() == 10


@pytest.mark.parametrize("address", ["/compare/", "/changed-outside/"])
def test_every_environment_is_in_sight_on_a_phone(visit: Visit, many: str, address: str) -> None:
    window = visit()
    window.sign_in("admin")
    window.page.set_viewport_size({"width": 390, "height": 844})
    window.open(address)
    row = window.page.get_by_role("navigation", name="Environment")
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth")
    edge = row.get_by_role("link").last.bounding_box()
    assert edge is not None
    assert edge["x"] + edge["width"] < 390 - 16
