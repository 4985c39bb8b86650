"""The main job from the sign-in to the last deletion, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from tests.browser.conftest import Visit, Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def manager(request: pytest.FixtureRequest, visit: Visit) -> Visitor:
    """The manager of Harbor, signed in."""
    visitor = visit(java_script_enabled=request.param)
    visitor.sign_in("manager")
    return visitor


def follow(visitor: Visitor, name: str) -> None:
    """Click the link of that very name."""
    visitor.page.get_by_role("link", name=name, exact=True).click()


def press(visitor: Visitor, name: str) -> None:
    """Press the button of that name."""
    visitor.page.get_by_role("button", name=name).click()


def says(visitor: Visitor, words: str) -> None:
    """Expect a notice with these words."""
    notice = visitor.page.get_by_role("status").filter(has_text=words)
    expect(notice).to_be_visible()


def test_the_main_job(manager: Visitor, harbor: EmulatedUniverse) -> None:
    page = manager.page
    follow(manager, "Harbor")
    expect(page.get_by_role("row")).to_have_count(4)

    follow(manager, "New secret")
    page.get_by_label("Name").fill("MAIL_KEY")
    page.get_by_label("Value", exact=True).fill("first line\nsecond line")
    page.get_by_label("One host, or its subdomains").check()
    page.get_by_label("Host", exact=True).fill("*.mail.example")
    press(manager, "Seal and create")
    says(manager, "Created MAIL_KEY at")
    assert harbor.values["MAIL_KEY"] == b"first line\nsecond line"
    assert harbor.secrets["MAIL_KEY"].domain == "*.mail.example"

    follow(manager, "Rotate")
    assert manager.heading().startswith("Rotate MAIL_KEY in Harbor")
    page.get_by_label("Value", exact=True).fill("  другое значение ")
    press(manager, "Seal and save")
    says(manager, "Running servers keep the old value until they restart.")
    assert harbor.values["MAIL_KEY"].decode() == "  другое значение "
    assert harbor.secrets["MAIL_KEY"].domain == "*.mail.example"

    follow(manager, "Edit details")
    page.get_by_label("Note").fill("Sends the receipts.")
    page.get_by_label("Owner").select_option("editor@example.com")
    press(manager, "Save details")
    says(manager, "Details saved.")
    expect(page.get_by_text("Sends the receipts.")).to_be_visible()

    follow(manager, "Delete")
    page.get_by_label("Type its name to confirm").fill("MAIL_KEY")
    press(manager, "Delete for good")
    says(manager, "Deleted MAIL_KEY at")
    assert "MAIL_KEY" not in harbor.secrets
    expect(page.get_by_role("link", name="MAIL_KEY")).to_have_count(0)

    follow(manager, "Audit log")
    expect(page.get_by_text("manager@example.com deleted MAIL_KEY")).to_be_visible()
    press(manager, "Sign out")
    says(manager, "You are signed out.")


def test_a_refused_value_comes_back_empty_with_the_reason_in_focus(
    manager: Visitor, universe: Universe, harbor: EmulatedUniverse
) -> None:
    manager.open(f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/")
    manager.page.get_by_label("Value", exact=True).fill("x" * 1025)
    press(manager, "Seal and save")
    reason = manager.page.get_by_role("alert")
    expect(reason).to_contain_text("A value has at most 1,024 bytes; this one has 1,025.")
    expect(reason).to_be_focused()
    expect(manager.page.get_by_label("Value", exact=True)).to_have_value("")
    assert harbor.values["PAY_KEY"] == b"pay value"


def test_reloading_and_going_back_repeat_nothing(
    manager: Visitor, universe: Universe, harbor: EmulatedUniverse
) -> None:
    address = f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/"
    manager.open(address)
    manager.page.get_by_label("Value", exact=True).fill("new value")
    press(manager, "Seal and save")
    says(manager, "Running servers keep the old value")
    saved = harbor.secrets["PAY_KEY"].update_time
    manager.page.reload()
    manager.page.go_back()
    expect(manager.page).to_have_url(re.compile(re.escape(address)))
    expect(manager.page.get_by_label("Value", exact=True)).to_have_value("")
    assert harbor.secrets["PAY_KEY"].update_time == saved


def test_the_button_refreshes_the_list(
    manager: Visitor, universe: Universe, harbor: EmulatedUniverse
) -> None:
    manager.open(f"/universes/{universe.pk}/")
    manager.page.wait_for_load_state("networkidle")
    harbor.remove("PAY_WEBHOOK")
    Universe.objects.filter(pk=universe.pk).update(sync_tried_at=None)
    press(manager, "Refresh")
    expect(manager.page.get_by_text("Missing", exact=True)).to_be_visible()
