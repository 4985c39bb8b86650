"""People and access: from an account with a link to its end, and one's own page."""

import pytest
from playwright.sync_api import expect

from secretsapp.core.roles import Role
from secretsapp.models import Grant, Universe
from tests import stage
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    all_of_it,
    choose,
    complains_at,
    enter,
    field,
    fill,
    follow,
    go_to,
    is_at,
    is_headed,
    is_refused,
    open_actions,
    press,
    says,
    shows,
    sidebar,
)

pytestmark = pytest.mark.browser

EMAIL = "grace@example.com"
PASSWORD = "a lantern on the pier"
NEXT_PASSWORD = "two lanterns on the pier"


@WITH_AND_WITHOUT
def test_a_person_comes_gets_access_and_is_let_go(
    script: bool, visit: Visit, universe: Universe
) -> None:
    admin = enter(visit, "admin", script=script)
    grace = visit(java_script_enabled=script)
    follow_link(grace, create_account(admin))
    shows(grace, "You don’t have access to any universe yet.")

    manager = enter(visit, "manager", f"/universes/{universe.pk}/", script=script)
    give_access(manager)
    grace.page.reload()
    follow(grace, "Harbor")
    expect(grace.page.locator("#rows").get_by_role("link")).to_have_text(["PAY_KEY", "PAY_WEBHOOK"])
    is_refused(grace, f"/universes/{universe.pk}/new-secret/", "A manager of Harbor, or an admin.")
    grace.open("/me/")
    shows(grace, "PAY_*")

    change_and_revoke(manager)
    response = grace.page.goto(f"{grace.server}/universes/{universe.pk}/")
    assert response is not None
    assert response.status == 404
    disable(admin)
    grace.open("/me/")
    is_headed(grace, "Sign in")
    sign_in_by_form(grace, PASSWORD)
    is_headed(grace, "Account disabled")


def create_account(admin: Visitor) -> str:
    """Create the account, and take down the link, which is shown just once."""
    go_to(admin, "People")
    follow(admin, "Create account")
    fill(admin, Email_address=EMAIL, Name="Grace")
    press(admin, "Create account")
    says(admin, f"Created the account of {EMAIL}.")
    link = field(admin, "Password link").input_value()
    admin.page.reload()
    expect(field(admin, "Password link")).to_have_count(0)
    assert link.partition("#")[2] not in all_of_it(admin)
    return link


def follow_link(person: Visitor, link: str) -> None:
    """Open the link, too short a password first, and be met at home; the code may be pasted."""
    path, _, code = link.partition("#")
    person.open(f"/{path.split('/', 3)[3]}#{code}")
    is_headed(person, "Set your password")
    if field(person, "One-time code").is_visible():
        fill(person, **{"One-time code": code})
    else:
        assert code not in person.page.url
    fill(person, Password="short")
    press(person, "Set password")
    complains_at(person, "Password", "12 characters")
    fill(person, Password=PASSWORD)
    press(person, "Set password")
    is_at(person, "/")


def sign_in_by_form(person: Visitor, password: str) -> None:
    """Fill in the sign-in, which is open."""
    fill(person, Email_address=EMAIL, Password=password)
    press(person, "Sign in")


def give_access(manager: Visitor) -> None:
    """Let Grace rotate what begins with PAY_, for a month."""
    manager.page.get_by_role("navigation", name="Harbor").get_by_role("link", name="Access").click()
    follow(manager, "Grant access")
    expect(manager.page.get_by_role("radio", name="Admin")).to_have_count(0)
    field(manager, "Person").select_option(EMAIL)
    manager.page.get_by_role("radio", name="Rotator").check()
    fill(manager, Secrets="PAY_*_KEY", Reason="Season two")
    manager.page.get_by_role("radio", name="30 days").check()
    press(manager, "Grant access")
    expect(field(manager, "Secrets")).to_be_focused()
    assert field(manager, "Secrets").evaluate("field => field.validity.patternMismatch")
    fill(manager, Secrets="PAY_*")
    press(manager, "Grant access")
    says(manager, f"Granted {EMAIL} access.")
    row = manager.page.get_by_role("row").filter(has_text=EMAIL)
    for words in ("Rotator", "PAY_*", "Until", "Season two"):
        expect(row).to_contain_text(words)


def change_and_revoke(manager: Visitor) -> None:
    """Make them a viewer without an end, and then nothing any more."""
    open_actions(manager, f"{EMAIL} in Harbor")
    follow(manager, "Edit")
    manager.page.get_by_role("radio", name="Viewer").check()
    manager.page.get_by_role("radio", name="Never expires").check()
    press(manager, "Save changes")
    says(manager, f"Changed the access of {EMAIL}.")
    held = Grant.objects.get(person__email=EMAIL)
    assert (held.role, held.names, held.until) == (Role.VIEWER, ("PAY_*",), None)
    open_actions(manager, f"{EMAIL} in Harbor")
    follow(manager, "Revoke")
    press(manager, "Revoke access")
    says(manager, f"Revoked the access of {EMAIL}.")
    expect(manager.page.get_by_role("row").filter(has_text=EMAIL)).to_have_count(0)


def disable(admin: Visitor) -> None:
    """Disable their account."""
    follow(admin, "Disable account")
    shows(admin, "signed out everywhere at once")
    press(admin, "Disable account")
    says(admin, f"Disabled the account of {EMAIL}.")


def test_what_is_typed_as_a_pattern_is_sent_in_no_address_and_only_as_one(
    visit: Visit, universe: Universe
) -> None:
    manager = enter(visit, "manager", f"/universes/{universe.pk}/access/new/", script=True)
    sent: list[tuple[str, str]] = []
    manager.page.on("request", lambda asked: sent.append((asked.url, asked.post_data or "")))
    fill(manager, Reason="Season two", Secrets="PAY_*")
    shows(manager, "PAY_* matches 2 secrets")
    fill(manager, Secrets="PAY_sk-live/9=")
    expect(manager.page.locator(".reach-told")).to_be_empty()
    fill(manager, Secrets=" PAY_KEY ")
    shows(manager, "PAY_KEY matches 1 secret")
    assert all("PAY" not in address for address, _ in sent)
    names = [[part.partition("=")[0] for part in text.split("&")] for _, text in sent]
    assert names == [["csrfmiddlewaretoken", "names"]] * 2


def test_what_holds_a_form_back_is_unfolded(visit: Visit, universe: Universe) -> None:
    admin = enter(visit, "admin", "/people/new/", script=True)
    fold = admin.page.get_by_text("Grant access now (optional)")
    fold.click()
    fill(admin, Email_address=EMAIL, Secrets="PAY-*")
    fold.click()
    expect(field(admin, "Secrets")).to_be_hidden()
    press(admin, "Create account")
    expect(field(admin, "Secrets")).to_be_focused()


@WITH_AND_WITHOUT
def test_a_person_looks_after_the_own_account(script: bool, visit: Visit) -> None:
    here = enter(visit, "viewer", "/me/", script=script)
    elsewhere = enter(visit, "viewer", "/", script=script)
    here.page.reload()
    fill(here, Name="Vera")
    press(here, "Save name")
    expect(here.page.locator("#who")).to_contain_text("Vera")
    press(here, "End other sessions")
    elsewhere.page.reload()
    is_headed(elsewhere, "Sign in")

    follow(here, "Change password")
    fill(here, Current_password="a wrong one", New_password=NEXT_PASSWORD)
    press(here, "Change password")
    complains_at(here, "Current password", "password")
    fill(here, Current_password=stage.PASSWORD, New_password=NEXT_PASSWORD)
    press(here, "Change password")
    is_at(here, "/me/")
    assert NEXT_PASSWORD not in all_of_it(here)


@WITH_AND_WITHOUT
def test_the_last_admin_is_told_why_not_and_what_to_do_first(script: bool, visit: Visit) -> None:
    admin = enter(visit, "admin", "/people/", script=script)
    follow(admin, "admin@example.com")
    words = "Last admin. Make someone else an admin first."
    shows(admin, words)
    expect(admin.page.get_by_role("link", name="Disable")).to_have_count(0)
    go_to(admin, "Access")
    open_actions(admin, "admin@example.com in all universes")
    shows(admin, words)
    admin.open("/people/")
    follow(admin, "viewer@example.com")
    follow(admin, "Grant access")
    admin.page.get_by_label("All universes", exact=True).check()
    choose(admin, "Admin")
    choose(admin, "Never expires")
    press(admin, "Grant access")
    says(admin, "Granted viewer@example.com access.")
    go_to(admin, "Access")
    open_actions(admin, "admin@example.com in all universes")
    follow(admin, "Revoke")
    expect(sidebar(admin).get_by_role("link", name="People")).to_have_count(1)


def test_names_of_a_grant_are_added_and_removed_one_by_one(
    visit: Visit, universe: Universe
) -> None:
    manager = enter(visit, "manager", f"/universes/{universe.pk}/access/new/", script=True)
    page, names = manager.page, field(manager, "Secrets")
    entry = page.get_by_label("Add from the secrets that exist")
    entry.fill("PAY_KEY")
    entry.press("Enter")
    entry.fill("SIGNING_SEED, AD_*")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(names).to_have_value("PAY_KEY, SIGNING_SEED, AD_*")
    page.get_by_role("button", name="Remove AD_*").click()
    expect(names).to_have_value("PAY_KEY, SIGNING_SEED")
    shows(manager, "These 2 names and patterns match 2 secrets.")
    entry.fill("PAY_WEBHOOK")
    page.get_by_label("Person").select_option("stranger@example.com")
    choose(manager, "Rotator")
    choose(manager, "7 days")
    press(manager, "Grant access")
    says(manager, "Granted stranger@example.com access.")
    stored = Grant.objects.get(person__email="stranger@example.com")
    assert stored.names == ("PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED")
