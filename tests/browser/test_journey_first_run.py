"""From an installation that nobody has claimed to a first sealed secret."""

import pytest
from playwright.sync_api import expect

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.people import ways_in
from tests import stage
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    all_of_it,
    choose,
    complains_at,
    create_secret,
    fill,
    follow,
    is_at,
    is_headed,
    press,
    says,
    shows,
)

pytestmark = pytest.mark.browser

WRONG_KEY = "a-key-that-is-none"
PLACE = 4711


@pytest.fixture
def pier(emulator: Emulator) -> EmulatedUniverse:
    """A game at Roblox that nobody here knows yet."""
    return emulator.add_universe(77, name="Pier", group_id=stage.GROUP_ID, root_place_id=PLACE)


@WITH_AND_WITHOUT
def test_from_the_code_on_the_terminal_to_a_sealed_secret(
    script: bool, open_window: Visit, pier: EmulatedUniverse
) -> None:
    visitor = open_window(java_script_enabled=script)
    claim(visitor)
    is_headed(visitor, "Connect your Roblox group")
    if script:
        keep_ones_place(visitor)
    paste_a_wrong_key(visitor)
    replace_it(visitor)

    is_at(visitor, "/guide/")
    fill(visitor, Universe=f"https://www.roblox.com/games/{PLACE}/Pier")
    if script:
        # Universe and key are there, so that it is tested by itself.
        visitor.page.keyboard.press("Tab")
    else:
        press(visitor, "Test connection")
    shows(visitor, "Connection test passed")
    shows(visitor, f"“Pier”, of group {stage.GROUP_ID}, universe {pier.id}.")
    choose(visitor, "Production")
    press(visitor, "Add universe")
    says(visitor, "Added Pier.")
    is_at(visitor, f"/universes/{pier.id}/")

    visitor.page.get_by_role("link", name="Create the first").click()
    create_secret(visitor, "PAY_KEY", "the very first", "api.pay.example")
    says(visitor, "Created PAY_KEY.")
    assert pier.values == {"PAY_KEY": b"the very first"}
    assert pier.secrets["PAY_KEY"].domain == "api.pay.example"


def claim(visitor: Visitor) -> None:
    """Come by the bare address, mistype the code, and make the first account."""
    code = ways_in.issue_claim_code(stage.STAGEHAND)
    assert code is not None
    visitor.open("/")
    is_at(visitor, "/welcome/")
    visitor.look()
    visitor.page.get_by_label("One-time code").fill("1234-5678")
    fill(visitor, Your_name="Ada First", Password=stage.PASSWORD)
    visitor.page.get_by_label("Email address").fill("ada@example.com")
    press(visitor, "Create account")
    complains_at(visitor, "One-time code", "code")
    visitor.look()
    visitor.page.get_by_label("One-time code").fill(code.text)
    fill(visitor, Password=stage.PASSWORD)
    press(visitor, "Create account")
    is_at(visitor, "/guide/")
    assert code.text not in all_of_it(visitor)


def keep_ones_place(visitor: Visitor) -> None:
    """Tick off what is done at Roblox, and find it ticked later."""
    visitor.page.get_by_label("Give the account that role.").check()
    visitor.page.reload()
    expect(visitor.page.get_by_label("Give the account that role.")).to_be_checked()
    expect(visitor.page.get_by_label("Expiration")).not_to_be_checked()


def paste_a_wrong_key(visitor: Visitor) -> None:
    """Insist on a key that Roblox does not know, and be told what is wrong by a test."""
    fill(visitor, API_key=WRONG_KEY)
    press(visitor, "Save key")
    complains_at(visitor, "API key", "Roblox doesn’t know this key.")
    fill(visitor, API_key=WRONG_KEY)
    visitor.page.get_by_label("Save it without a check").check()
    press(visitor, "Save key")
    says(visitor, "Saved the key “Sealroom”.")
    fill(visitor, Universe="77")
    press(visitor, "Test connection")
    shows(visitor, "Connection test failed")
    shows(visitor, "The key is wrong, disabled or expired")
    shows(visitor, "this server’s address is not one of the key’s accepted IP addresses")
    assert WRONG_KEY not in all_of_it(visitor)


def replace_it(visitor: Visitor) -> None:
    """Put the right key in its place."""
    follow(visitor, "Replace key")
    fill(visitor, API_key=stage.API_KEY)
    press(visitor, "Replace key")
    says(visitor, "Replaced.")
    assert stage.API_KEY not in all_of_it(visitor)
