"""The guide, adding and trying universes, their settings, and removing them."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_examples
from hypothesis import strategies as st
from pytest_django import Settings

from emulator import READ_SECRETS, Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import stored_keys
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Change, Grant, Universe
from secretsapp.models.secrets import ChangeState
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, field, words
from tests.stage import API_KEY, HARBOR_ID, STAGEHAND, Cast, engage
from tests.support.unfinished import leave_open

HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(client_for: ClientFor) -> Client:
    """The admin's browser."""
    return client_for("admin")


@pytest.fixture
def newcomer(db: None, harbor: EmulatedUniverse) -> Client:
    """The browser of the first admin, with nothing added yet."""
    client = Client()
    client.force_login(engage("newcomer", admin=True).user)
    return client


def sent(**changed: str) -> dict[str, str]:
    """A form that adds the emulated universe Quay with the only key."""
    key = str(ApiKey.objects.earliest("created_at").pk)
    return {"universe": "77", "api_key": key, "name": "", "environment": "staging"} | changed


@pytest.fixture
def quay(emulator: Emulator) -> EmulatedUniverse:
    """A universe at Roblox that is not here yet."""
    return emulator.add_universe(77, name="Quay", group_id=1234567)


def test_the_guide_leads_from_nothing_to_the_first_universe(
    newcomer: Client, settings: Settings
) -> None:
    settings.SERVER_ADDRESS = "203.0.113.7"
    page = newcomer.get(reverse("guide"))
    assert "203.0.113.7/32" in words(page)
    assert "List, create, update, and delete secrets" in words(page)
    assert "Add universe" not in words(page)
    stored = {"next": "guide", "name": field(page, "name"), "value": API_KEY}
    page = newcomer.post(reverse("api_key_create"), stored, follow=True)
    saved = ApiKey.objects.get()
    assert page.redirect_chain == [(f"{reverse('guide')}?key={saved.pk}#universe", 302)]
    assert "Stored, not tested yet: Sealroom Replace key" in words(page)
    typed = sent(next="guide", universe=str(HARBOR_ID), environment="")
    page = newcomer.post(reverse("universe_test"), typed)
    assert page.status_code == 200
    assert "Connection test passed" in words(page)
    assert "Connect your Roblox group" in words(page)
    assert field(page, "universe") == str(HARBOR_ID)
    assert not Universe.objects.exists()
    page = newcomer.post(
        reverse("universe_create"), typed | {"environment": "production"}, follow=True
    )
    assert page.redirect_chain == [(reverse("universe", args=[HARBOR_ID]), 302)]
    assert "Added Harbor." in words(page)
    assert "Connect another group" in words(newcomer.get(reverse("guide")))
    stored |= {"name": "Another", "is_meant": "on"}
    page = newcomer.post(reverse("api_key_create"), stored, follow=True)
    another = ApiKey.objects.get(name="Another")
    assert f'<option value="{another.pk}" selected>Another</option>' in body(page)
    assert re.search(r'<details class="fold">\s*<summary>Add another key', body(page))
    assert "selected>" not in body(newcomer.get(reverse("guide"), {"key": "no id"}))


def test_the_guide_shows_again_what_will_not_do(newcomer: Client, api_key: ApiKey) -> None:
    page = newcomer.post(reverse("api_key_create"), {"next": "guide", "value": "two words"})
    assert page.status_code == 422
    assert "Connect your Roblox group" in words(page)
    assert "That isn’t an API key" in words(page)
    page = newcomer.post(reverse("universe_create"), {"next": "guide", "universe": "x"})
    assert page.status_code == 422
    assert "That isn’t a universe." in words(page)


def test_an_address_that_is_not_known_is_told_how_to_find(newcomer: Client) -> None:
    assert "Sealroom can’t detect the address" in words(newcomer.get(reverse("guide")))


@pytest.mark.parametrize("reference", ["77", "78", "https://www.roblox.com/games/78/Quay?x=1"])
def test_a_universe_is_added_by_id_place_or_link(
    admin: Client, quay: EmulatedUniverse, reference: str
) -> None:
    answer = admin.post(reverse("universe_create"), sent(universe=reference), follow=True)
    assert answer.redirect_chain == [(reverse("universe", args=[77]), 302)]
    added = Universe.objects.get(pk=77)
    assert (added.name, added.environment) == ("Quay", "staging")


def test_a_key_that_only_reads_is_warned_of(
    admin: Client, emulator: Emulator, quay: EmulatedUniverse
) -> None:
    emulator.add_api_key(API_KEY, scopes=[READ_SECRETS])
    answer = admin.post(reverse("universe_create"), sent(), follow=True)
    sentence = "The API key can’t change secrets there: its scope universe.secret:write is missing."
    assert "Added Quay." in words(answer)
    assert sentence in words(answer)
    assert "its last test failed" in words(admin.get(reverse("guide")))
    key = ApiKey.objects.get()
    lacks = "It can’t change secrets in Harbor, Quay: its scope universe.secret:write is missing."
    assert words(admin.get(reverse("api_key", args=[key.pk]))).count(lacks) == 1


def test_that_it_is_for_nothing_particular_is_a_choice(
    admin: Client, quay: EmulatedUniverse
) -> None:
    admin.post(reverse("universe_create"), sent(environment="unspecified", name="Pier"))
    added = Universe.objects.get(pk=77)
    assert (added.name, added.environment) == ("Pier", "")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"universe": ""}, "Paste the universe id"),
        ({"universe": "Quay"}, "That isn’t a universe."),
        ({"api_key": ""}, "Choose its API key."),
        ({"api_key": "x"}, "Choose its API key."),
        ({"environment": ""}, "Choose an environment, or “No environment”."),
        ({"name": "x" * 101}, "Keep it to 100 characters"),
        ({"universe": str(HARBOR_ID)}, f"Universe {HARBOR_ID} is already in Sealroom."),
    ],
)
def test_what_will_not_do_is_said_and_what_was_typed_stays(
    admin: Client, quay: EmulatedUniverse, changed: dict[str, str], sentence: str
) -> None:
    answer = admin.post(reverse("universe_create"), sent(**changed))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert field(answer, "universe") == (changed.get("universe", "77"))
    assert Universe.objects.count() == 1


def test_where_roblox_does_not_open_it_a_test_says_why(
    admin: Client, emulator: Emulator, quay: EmulatedUniverse
) -> None:
    emulator.add_api_key(API_KEY, universes=[HARBOR_ID])
    answer = admin.post(reverse("universe_create"), sent())
    assert answer.status_code == 422
    assert "nothing was saved" in words(answer)
    assert "The key doesn’t cover this universe." in words(answer)
    emulator.add_api_key(API_KEY)
    emulator.inject(faults.html(), path="public-key", times=9)
    assert "can’t be used" in words(admin.post(reverse("universe_create"), sent()))


def test_a_test_shows_its_steps_and_stores_nothing(admin: Client, quay: EmulatedUniverse) -> None:
    page = admin.post(reverse("universe_test"), sent(environment=""))
    assert page.status_code == 200
    assert "<h1>Add a universe</h1>" in body(page)
    fragment = admin.post(reverse("universe_test"), sent(environment=""), headers=HTMX)
    assert "<h1>" not in body(fragment)
    assert "data-focus" in body(fragment)
    by_itself = sent(environment="", by_itself="1")
    unasked = admin.post(reverse("universe_test"), by_itself, headers=HTMX)
    assert "data-focus" not in body(unasked)
    for answer in (page, fragment, unasked):
        assert "“Quay”, of group 1234567, universe 77." in words(answer)
    assert Universe.objects.count() == 1
    unfinished = admin.post(reverse("universe_test"), by_itself | {"universe": ""}, headers=HTMX)
    assert (unfinished.status_code, words(unfinished)) == (200, "")


def test_a_test_of_nothing_says_what_is_missing(admin: Client, universe: Universe) -> None:
    answer = admin.post(reverse("universe_test"), sent(universe="x"), headers=HTMX)
    assert answer.status_code == 422
    assert "That isn’t a universe." in words(answer)


def test_a_test_of_one_that_is_here_leads_to_it(admin: Client, emulator: Emulator) -> None:
    typed = sent(universe=str(HARBOR_ID))
    answer = words(admin.post(reverse("universe_test"), typed))
    assert "Already added: Harbor" in answer
    assert "Connection test passed" not in answer
    emulator.add_api_key(API_KEY, enabled=False)
    answer = words(admin.post(reverse("universe_test"), typed))
    assert "Connection test failed" in answer
    assert "This universe is already added: Harbor" in answer


def test_what_is_not_amiss_at_roblox_is_not_to_be_corrected_there(
    admin: Client, emulator: Emulator, quay: EmulatedUniverse
) -> None:
    def note(**changed: str) -> bool:
        return "Fix this at Roblox" in words(admin.post(reverse("universe_test"), sent(**changed)))

    assert not note(universe="5")
    emulator.add_api_key(API_KEY, scopes=[READ_SECRETS])
    assert note()
    emulator.stop()
    assert not note()


def test_without_a_key_the_guide_is_offered(newcomer: Client) -> None:
    page = newcomer.get(reverse("universe_create"))
    assert "none is stored yet" in words(page)
    assert "<form class" not in body(page).partition("<main")[2]


def test_settings_are_changed(admin: Client, address_of: AddressOf, emulator: Emulator) -> None:
    emulator.add_api_key("second")
    second = stored_keys.add(STAGEHAND, name="second", value=Plaintext(b"second"), is_meant=True)
    changed = {"name": "Port", "environment": "unspecified", "api_key": str(second.pk)}
    answer = admin.post(address_of("universe_settings"), changed, follow=True)
    assert "Settings saved." in words(answer)
    stored = Universe.objects.get()
    assert (stored.name, stored.environment, stored.api_key) == ("Port", "", second)


def test_settings_from_an_old_page_undo_nothing(admin: Client, address_of: AddressOf) -> None:
    page = admin.get(address_of("universe_settings"))
    key = str(ApiKey.objects.get().pk)
    sent = {"name": "Port", "environment": "production", "api_key": key}
    sent["seen"] = field(page, "seen")
    Universe.objects.update(environment="staging")
    answer = admin.post(address_of("universe_settings"), sent)
    assert (answer.status_code, "Someone else changed" in words(answer)) == (422, True)
    assert (Universe.objects.get().name, field(answer, "name")) == ("Harbor", "Harbor")
    chosen = re.findall(r'<input[^>]*value="(\w+)"[^>]* checked', body(answer))
    assert chosen == ["staging"]
    sent["seen"] = field(answer, "seen")
    assert admin.post(address_of("universe_settings"), sent).status_code == 302
    assert Universe.objects.get().name == "Port"


def test_settings_that_roblox_or_a_rule_refuses_change_nothing(
    admin: Client, address_of: AddressOf, emulator: Emulator
) -> None:
    emulator.add_api_key("second", universes=[77])
    second = stored_keys.add(STAGEHAND, name="second", value=Plaintext(b"second"), is_meant=True)
    changed = {"name": "Port", "environment": "staging", "api_key": str(second.pk)}
    answer = admin.post(address_of("universe_settings"), changed)
    assert answer.status_code == 422
    assert "The key doesn’t cover this universe." in words(answer)
    answer = admin.post(address_of("universe_settings"), {"name": "", "environment": "staging"})
    assert "Enter a name for the universe." in words(answer)
    assert Universe.objects.get().name == "Harbor"


def test_a_universe_goes_only_by_its_exact_name(
    admin: Client, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    page = admin.get(address_of("universe_remove"))
    assert "5 access grants." in words(page)
    for typed in ("", "harbor", "Harbor_"):
        answer = admin.post(address_of("universe_remove"), {"typed": typed})
        assert (answer.status_code, Universe.objects.count()) == (422, 1)
    answer = admin.post(address_of("universe_remove"), {"typed": " Harbor "}, follow=True)
    assert "Removed Harbor from Sealroom. Its secrets are still at Roblox." in words(answer)
    assert (Universe.objects.exists(), len(harbor.secrets)) == (False, 3)
    assert Grant.objects.count() == 1


def test_an_open_change_is_seen_before_and_keeps_the_universe(
    admin: Client, address_of: AddressOf, emulator: Emulator, cast: Cast, universe: Universe
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    assert "you can’t remove the universe until then" in words(
        admin.get(address_of("universe_remove"))
    )
    answer = admin.post(address_of("universe_remove"), {"typed": "Harbor"})
    assert answer.status_code == 422
    assert Change.objects.get().state == ChangeState.UNKNOWN


@pytest.mark.parametrize("page", ["universe_settings", "universe_remove"])
def test_a_manager_is_told_who_may(client_for: ClientFor, address_of: AddressOf, page: str) -> None:
    answer = client_for("manager").get(address_of(page))
    assert answer.status_code == 403
    assert "You need the Admin role" in words(answer)


ODD = st.text(max_size=60) | st.sampled_from(["\x00", "\r\n", "x" * 3000, "9" * 400, "0001-01-01"])


@settings_of_examples(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(one=ODD, other=ODD)
def test_no_input_makes_a_page_fail(
    admin: Client, address_of: AddressOf, one: str, other: str
) -> None:
    universe = sent(universe=one, name=other, environment=other)
    assert admin.post(reverse("universe_test"), universe).status_code in {200, 422}
    assert admin.post(reverse("universe_create"), universe).status_code in {302, 422}
    changed = {"name": one, "environment": "staging", "api_key": other}
    assert admin.post(address_of("universe_settings"), changed).status_code in {302, 422}
    key = {"name": one, "value": other, "ends_at": other, "note": one}
    assert admin.post(reverse("api_key_create"), key).status_code in {302, 422}
