"""Back and reload after every kind of write: nothing is done twice, and nothing comes to light."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from emulator import Emulator
from secretsapp.models import ApiKey, Universe
from tests import stage
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    all_of_it,
    create_secret,
    enter,
    events,
    field,
    fill,
    press,
    rotate,
    says,
    writes,
)

pytestmark = pytest.mark.browser

VALUE = "a value to be looked for"


def creates(admin: Visitor) -> None:
    """A secret."""
    create_secret(admin, "MAIL_KEY", VALUE, "mail.example")
    says(admin, "Created MAIL_KEY")


def rotates(admin: Visitor) -> None:
    """Its next value."""
    rotate(admin, VALUE)
    says(admin, "Running servers keep the old value")


def deletes(admin: Visitor) -> None:
    """Its end."""
    fill(admin, Type_its_name_to_confirm="PAY_KEY")
    press(admin, "Delete secret")
    says(admin, "Deleted PAY_KEY")


def replaces(admin: Visitor) -> None:
    """Another API key."""
    fill(admin, API_key=stage.NEXT_API_KEY)
    press(admin, "Test and replace")
    says(admin, "Key replaced.")


def gives(admin: Visitor) -> None:
    """A role."""
    field(admin, "Person").select_option("stranger@example.com")
    admin.page.get_by_role("radio", name="Viewer").check()
    fill(admin, Reason="Looks on.")
    press(admin, "Grant access")
    says(admin, "Granted stranger@example.com access.")


def engages(admin: Visitor) -> str:
    """An account; gives the code of its link, which is shown just once."""
    fill(admin, Email_address="grace@example.com")
    press(admin, "Create account")
    return field(admin, "Password link").input_value().partition("#")[2]


Write = Callable[[Visitor], str | None]


def writes_by_page(universe: Universe) -> dict[str, Write]:
    """Each page that writes to Roblox or stores something secret, and what is done there."""
    harbor = f"/universes/{universe.pk}"
    api_key = ApiKey.objects.get()
    return {
        f"{harbor}/new-secret/": creates,
        f"{harbor}/secrets/PAY_KEY/rotate/": rotates,
        f"{harbor}/secrets/PAY_KEY/delete/": deletes,
        f"/api-keys/{api_key.pk}/replace/": replaces,
        f"{harbor}/access/new/": gives,
        "/people/new/": engages,
    }


@WITH_AND_WITHOUT
def test_reload_and_back_repeat_no_write_and_show_nothing_again(
    script: bool, visit: Visit, universe: Universe, emulator: Emulator
) -> None:
    admin = enter(visit, "admin", script=script)
    for path, write in writes_by_page(universe).items():
        admin.open(path)
        hidden = [VALUE, stage.API_KEY, write(admin) or VALUE]
        before = writes(emulator), events()
        for move in (admin.page.reload, admin.page.go_back, admin.page.go_forward):
            move()
            expect(admin.page.locator("#who")).to_be_visible()
            page = all_of_it(admin)
            assert [text for text in hidden if text in page] == [], path
        assert (writes(emulator), events()) == before, path
