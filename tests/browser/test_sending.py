"""A form that can't be sent now stays open with what was entered, and is sent after all."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from emulator import Emulator
from secretsapp.models import ApiKey, Universe
from tests import stage
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import age, choose, enter, field, fill, is_at, press, says

pytestmark = pytest.mark.browser


def in_a_new_tab(visitor: Visitor, name: str) -> Page:
    """Follow the link of the notice."""
    with visitor.page.context.expect_page() as opened:
        visitor.page.locator("#notices").get_by_role("link", name=name).click()
    return opened.value


def test_a_value_outlives_its_session_in_the_page_and_is_sent_after_signing_in_elsewhere(
    visit: Visit, universe: Universe, emulator: Emulator
) -> None:
    visitor = enter(visit, "admin", f"/universes/{universe.pk}/new-secret/", script=True)
    fill(visitor, Name="NEW_KEY", Value="kept in the page")
    choose(visitor, "One host, or its subdomains")
    fill(visitor, Host="api.pay.example")
    Session.objects.all().delete()
    press(visitor, "Create secret")
    notices = visitor.page.locator("#notices")
    expect(notices).to_contain_text("Your session has ended, so nothing was sent.")
    assert "NEW_KEY" not in emulator.universes[universe.pk].secrets
    tab = in_a_new_tab(visitor, "sign in in a new tab")
    tab.get_by_label("Email address").fill("admin@example.com")
    tab.get_by_label("Password").fill(stage.PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.locator("#who")).to_be_visible()
    tab.close()
    press(visitor, "Create secret")
    says(visitor, "Created NEW_KEY")


def test_a_key_stays_in_the_page_until_its_person_has_confirmed_that_it_is_them(
    visit: Visit, api_key: ApiKey
) -> None:
    page = f"/api-keys/{api_key.pk}/edit/"
    visitor = enter(visit, "admin", page, script=True)
    fill(visitor, Name="Another name")
    age(visitor)
    press(visitor, "Save changes")
    expect(visitor.page.locator("#notices")).to_contain_text("Nothing was sent yet.")
    tab = in_a_new_tab(visitor, "confirm in a new tab")
    tab.get_by_label("Password").fill(stage.PASSWORD)
    tab.get_by_role("button", name="Confirm").click()
    expect(tab).to_have_url(f"{visitor.server}/")
    tab.close()
    assert field(visitor, "Name").input_value() == "Another name"
    press(visitor, "Save changes")
    says(visitor, "Saved")


def test_without_a_script_one_confirms_before_the_form_is_shown(
    visit: Visit, universe: Universe
) -> None:
    page = f"/universes/{universe.pk}/secrets/PAY_KEY/delete/"
    visitor = visit(java_script_enabled=False)
    visitor.become("admin")
    age(visitor)
    visitor.open(page)
    fill(visitor, Password=stage.PASSWORD)
    press(visitor, "Confirm")
    is_at(visitor, page)
    fill(visitor, Type_its_name_to_confirm="PAY_KEY")
    press(visitor, "Delete secret")
    says(visitor, "Deleted PAY_KEY")
