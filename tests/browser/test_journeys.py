"""Secrets from the list to the last deletion, as each role, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Universe
from secretsapp.secrets import changes
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    are_refused,
    choose,
    complains,
    complains_at,
    create_secret,
    enter,
    field,
    fill,
    follow,
    go_to,
    is_headed,
    press,
    rotate,
    says,
    shows,
    writes,
)
from tests.stage import Cast
from tests.support.unfinished import let_rest

pytestmark = pytest.mark.browser

# The words of the link or the address that each role lacks, and what it is refused with.
LACKS = {
    "viewer": ("New secret", "Rotate", "Edit details", "Delete"),
    "auditor": ("New secret", "Rotate", "Edit details", "Delete"),
    "rotator": ("New secret", "Edit details", "Delete"),
    "editor": ("Delete",),
}
ADDRESSES = {
    "New secret": "new-secret/",
    "Rotate": "secrets/PAY_KEY/rotate/",
    "Edit details": "secrets/PAY_KEY/details/",
    "Delete": "secrets/PAY_KEY/delete/",
}


@WITH_AND_WITHOUT
def test_the_main_job(script: bool, visit: Visit, harbor: EmulatedUniverse) -> None:
    manager = visit(java_script_enabled=script)
    manager.sign_in("manager")
    page = manager.page
    go_to(manager, "Harbor")
    expect(page.get_by_role("row")).to_have_count(4)

    follow(manager, "New secret")
    create_secret(manager, "MAIL_KEY", "first line\nsecond line", "*.mail.example")
    says(manager, "Created MAIL_KEY.")
    assert harbor.values["MAIL_KEY"] == b"first line\nsecond line"
    assert harbor.secrets["MAIL_KEY"].domain == "*.mail.example"

    follow(manager, "Rotate")
    is_headed(manager, "Rotate MAIL_KEY in Harbor")
    rotate(manager, "  другое значение ")
    if not script:
        # With JavaScript the question stands there before anything is sent.
        complains_at(manager, "New value", "Check the value.")
        expect(field(manager, "New value")).to_have_value("")
        fill(manager, **{"New value": "  другое значение "})
    choose(manager, "Use as typed")
    press(manager, "Save new value")
    says(manager, "Running servers keep the old value until they restart.")
    assert harbor.values["MAIL_KEY"].decode() == "  другое значение "
    assert harbor.secrets["MAIL_KEY"].domain == "*.mail.example"

    note_what_it_is_for(manager)
    follow(manager, "Delete")
    fill(manager, Type_its_name_to_confirm="MAIL_KEY")
    press(manager, "Delete secret")
    says(manager, "Deleted MAIL_KEY.")
    assert "MAIL_KEY" not in harbor.secrets
    expect(page.get_by_role("link", name="MAIL_KEY")).to_have_count(0)

    go_to(manager, "Audit log")
    deleted = page.get_by_role("listitem").filter(has_text="manager@example.com deleted MAIL_KEY")
    expect(deleted).to_be_visible()
    page.locator("#who summary").click()
    page.locator("#who").get_by_role("button", name="Sign out").click()
    says(manager, "You are signed out.")


def note_what_it_is_for(manager: Visitor) -> None:
    """Write a note and name an owner."""
    follow(manager, "Edit details")
    fill(manager, Note="Sends the receipts.")
    field(manager, "Owner").select_option("editor@example.com")
    press(manager, "Save changes")
    says(manager, "Saved the details of MAIL_KEY.")
    shows(manager, "Sends the receipts.")


@WITH_AND_WITHOUT
def test_what_others_did_meanwhile_is_told_before_anything_is_sent(
    script: bool,
    visit: Visit,
    universe: Universe,
    harbor: EmulatedUniverse,
    emulator: Emulator,
    cast: Cast,
) -> None:
    """The manager rotates what an editor has just rotated, and knows of a change elsewhere."""
    path = f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/"
    manager = enter(visit, "manager", path, script=script)
    changes.rotate(
        actor=cast["editor"].actor, universe=universe, name="PAY_KEY", value=Plaintext(b"theirs")
    )
    sent = writes(emulator)
    sends_too_much(manager, script=script)
    rotate(manager, "mine")
    complains(manager, "editor@example.com")
    expect(field(manager, "New value")).to_have_value("")
    assert writes(emulator) == sent
    rotate(manager, "mine")
    says(manager, "Running servers keep the old value until they restart.")
    assert harbor.values["PAY_KEY"] == b"mine"

    knows_of_a_change_elsewhere(manager, universe, harbor)


def sends_too_much(manager: Visitor, *, script: bool) -> None:
    """Send more than fits; with JavaScript it is held back, and stays to be fixed."""
    rotate(manager, "x" * 1025)
    if script:
        expect(field(manager, "New value")).to_be_focused()
        shows(manager, "Too long: 1,025 / 1,024 bytes")
    else:
        complains_at(
            manager, "New value", "A value can have at most 1,024 bytes; this one has 1,025."
        )
        expect(field(manager, "New value")).to_have_value("")


def knows_of_a_change_elsewhere(
    manager: Visitor, universe: Universe, harbor: EmulatedUniverse
) -> None:
    """Refresh the list, see what was changed and what is gone, and acknowledge the first."""
    harbor.put("PAY_WEBHOOK", b"theirs", "*")
    harbor.remove("SIGNING_SEED")
    let_rest(universe)
    manager.open(f"/universes/{universe.pk}/")
    manager.page.wait_for_load_state("networkidle")
    let_rest(universe)
    press(manager, "Refresh")
    row = manager.page.get_by_role("row").filter(has_text="SIGNING_SEED")
    expect(row).to_contain_text("Missing")
    follow(manager, "PAY_WEBHOOK")
    shows(manager, "Changed outside Sealroom, found")
    press(manager, "Mark as reviewed")
    expect(manager.page.get_by_role("main")).not_to_contain_text("Sealroom, found")


@WITH_AND_WITHOUT
def test_each_role_does_what_it_may_and_lacks_the_buttons_for_the_rest(
    script: bool, visit: Visit, universe: Universe, harbor: EmulatedUniverse
) -> None:
    window = visit(java_script_enabled=script)
    for role, lacks in LACKS.items():
        window.become(role)
        for path, links in (("", ["New secret"]), ("secrets/PAY_KEY/", [*ADDRESSES][1:])):
            window.open(f"/universes/{universe.pk}/{path}")
            actions = window.page.locator(".page-head .actions")
            for link in links:
                wanted = 0 if link in lacks else 1
                expect(actions.get_by_role("link", name=link)).to_have_count(wanted)
        paths = [f"/universes/{universe.pk}/{ADDRESSES[link]}" for link in lacks]
        are_refused(window, paths, "Tell them your email address")
    edits_and_rotates(window, universe)
    assert harbor.values["SHIP_KEY"] == b"a rotator's"
    assert harbor.secrets["SHIP_KEY"].domain == "ships.example"


def edits_and_rotates(window: Visitor, universe: Universe) -> None:
    """As the editor create a secret, and as the rotator give it another value."""
    window.become("editor")
    window.open(f"/universes/{universe.pk}/new-secret/")
    create_secret(window, "SHIP_KEY", "an editor's", "ships.example")
    says(window, "Created SHIP_KEY.")
    window.become("rotator")
    window.page.reload()
    follow(window, "Rotate")
    shows(window, "Only editors, managers and admins can change it.")
    rotate(window, "a rotator's")
    says(window, "Running servers keep the old value until they restart.")
