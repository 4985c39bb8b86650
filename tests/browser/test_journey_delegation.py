"""Delegation: two people in two windows, from an invitation to the end of what it gave."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings

from emulator import Universe as EmulatedUniverse
from secretsapp.models import AuditEvent, Change, Grant, Universe
from secretsapp.universes import protection
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    all_of_it,
    enter,
    fill,
    follow,
    is_headed,
    is_refused,
    press,
    shows,
)
from tests.stage import STAGEHAND

pytestmark = pytest.mark.browser

EMAIL = "grace@example.com"
PASSWORD = "a lantern on the pier"
VALUE = "proposed by one, approved by another"


@WITH_AND_WITHOUT
def test_a_contractor_is_invited_asks_proposes_and_their_access_ends(
    script: bool,
    visit: Visit,
    universe: Universe,
    harbor: EmulatedUniverse,
    settings: Settings,
) -> None:
    # Nobody does anything for the nine hours of it, and both are still there.
    settings.SESSION_IDLE_MINUTES = 600
    manager = enter(visit, "manager", f"/universes/{universe.pk}/access/", script=script)
    grace = visit(java_script_enabled=script)
    accept(grace, invite(manager))
    rotation = f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/"
    ask(grace, rotation)
    approve_for_less(manager)

    protection.protect(STAGEHAND, universe)
    propose(grace, rotation)
    assert harbor.secrets["PAY_KEY"].value == b"pay value"
    approve(manager)
    assert harbor.secrets["PAY_KEY"].value == VALUE.encode()
    assert Change.objects.get().name == "PAY_KEY"
    assert VALUE not in all_of_it(manager)

    with time_machine.travel(timezone.now() + timedelta(hours=9)):
        is_refused(grace, rotation, "A manager of Harbor, or an admin.")
        ask_again_in_vain(grace, manager)
    until = Grant.objects.get(person__email=EMAIL, role="viewer").until
    assert until is not None
    let_it_end(manager, grace, universe)


def invite(manager: Visitor) -> str:
    """Invite Grace to see what begins with PAY_ for a week; the link is shown once."""
    follow(manager, "Invite people")
    fill(manager, **{"Email addresses": EMAIL, "Greeting": "Welcome aboard", "Secrets": "PAY_*"})
    manager.page.get_by_role("radio", name="Viewer").check()
    manager.page.get_by_role("radio", name="7 days").check()
    press(manager, "Invite")
    is_headed(manager, "Invitation link")
    link = manager.page.get_by_label(f"Link for {EMAIL}").input_value()
    manager.page.reload()
    assert link.partition("#")[2] not in all_of_it(manager)
    return link


def accept(grace: Visitor, link: str) -> None:
    """Open the link, which uses nothing up, and create the account."""
    path, _, code = link.partition("#")
    grace.open(f"/{path.split('/', 3)[3]}#{code}")
    is_headed(grace, "Open your invitation")
    if not grace.has_script:
        fill(grace, **{"One-time code": code})
    assert code not in grace.page.url or not grace.has_script
    press(grace, "Continue")
    shows(grace, "Welcome aboard")
    fill(grace, **{"Your name": "Grace", "Password": PASSWORD})
    press(grace, "Create account")
    shows(grace, "Harbor")


def ask(grace: Visitor, rotation: str) -> None:
    """Ask, on the page that refuses it, for a month."""
    is_refused(grace, rotation, "A manager of Harbor, or an admin.")
    grace.page.get_by_role("radio", name="30 days").check()
    fill(grace, Reason="The provider was breached.")
    press(grace, "Ask for access")
    is_headed(grace, "Your request")


def approve_for_less(manager: Visitor) -> None:
    """Find the request on the first page, and give eight hours of the month."""
    manager.open("/")
    shows(manager, "Waiting for your answer")
    expect(manager.page.locator(".sidebar-count").first).to_contain_text("1")
    follow(manager, "Review")
    manager.page.get_by_role("radio", name="8 hours").check()
    press(manager, "Approve")
    shows(manager, "Approved")
    granted = Grant.objects.get(person__email=EMAIL, role="rotator")
    assert granted.names == ("PAY_KEY",)
    assert granted.until is not None
    assert granted.until <= timezone.now() + timedelta(hours=8)


def propose(grace: Visitor, rotation: str) -> None:
    """Propose a new value, which is sealed at once and waits."""
    grace.open(rotation)
    shows(grace, "Another person must approve this.")
    fill(grace, **{"New value": VALUE})
    press(grace, "Propose new value")
    shows(grace, "Waiting")
    expect(grace.page.get_by_role("button", name="Approve")).to_have_count(0)


def approve(manager: Visitor) -> None:
    """Find the proposal on the first page, and approve it."""
    manager.open("/")
    follow(manager, "Review")
    press(manager, "Approve")
    shows(manager, "Approved")


def ask_again_in_vain(grace: Visitor, manager: Visitor) -> None:
    """Ask once more, and be told no, with a note."""
    fill(grace, Reason="Once more.")
    press(grace, "Ask for access")
    is_headed(grace, "Your request")
    manager.open("/requests/")
    manager.page.get_by_role("link", name="Grace").first.click()
    fill(manager, Note="The season is over.")
    press(manager, "Decline")
    expect(manager.page.locator("#notices")).to_contain_text("Declined")
    grace.page.reload()
    shows(grace, "The season is over.")


def let_it_end(manager: Visitor, grace: Visitor, universe: Universe) -> None:
    """The giver is asked whether it should go on; without an answer it ends to the second."""
    manager.open("/")
    shows(manager, "Let it end")
    Grant.objects.filter(person__email=EMAIL).update(until=timezone.now())
    response = grace.page.goto(f"{grace.server}/universes/{universe.pk}/")
    assert response is not None
    assert response.status == 404
    grace.open("/")
    shows(grace, "You don’t have access to any universe yet.")
    told = AuditEvent.objects.filter(actor_name=EMAIL).values_list("tag", flat=True)
    assert {"access.requested", "secret.rotate.proposed", "access.refused"} <= set(told)
