"""The pages tell what is wrong with a key, lead through its replacement, and name the old one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from emulator import READ_SECRETS, Emulator
from secretsapp.api_keys import looking, stored_keys
from secretsapp.api_keys.key_reports import try_on
from secretsapp.core import actor as actors
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Universe
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import API_KEY, HARBOR_ID, STAGEHAND
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

SECOND = "second-emulated-api-key"
DAY = timedelta(days=1)


@pytest.fixture
def admin(client_for: ClientFor, emulator: Emulator) -> Client:
    """The admin's browser."""
    return client_for("admin")


def address(page: str) -> str:
    """The address of a page about the key."""
    return reverse(page, args=[ApiKey.objects.get().pk])


def look() -> None:
    """Let the worker look at the key now."""
    ApiKey.objects.update(look_due_at=None)
    looking.look_due(actors.system("keys"))


def test_the_page_of_a_key_says_what_is_wrong_and_whose_it_is(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(API_KEY, owner_id=42, universes=[HARBOR_ID, 5])
    look()
    page = words(admin.get(address("api_key")))
    assert "It also works for universe 5, which Sealroom doesn’t have." in page
    assert "Account at Roblox User 42" in page
    assert "Last used by Sealroom just now" in page
    assert "1 thing worth a look" in words(admin.get(reverse("api_keys")))


def test_a_key_as_it_should_be_has_nothing_to_fix(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(API_KEY, universes=[HARBOR_ID])
    look()
    assert "Nothing to fix." in words(admin.get(address("api_key")))


def test_a_look_that_could_not_be_made_is_said(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.stop()
    look()
    page = words(admin.get(address("api_key")))
    assert "The last daily check couldn’t be made, so this may be out of date." in page
    assert "Sealroom couldn’t reach Roblox." in page


def test_what_was_changed_at_roblox_is_said_with_one_click(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(API_KEY, scopes=[READ_SECRETS], universes=[HARBOR_ID])
    look()
    emulator.add_api_key(API_KEY, universes=[HARBOR_ID])
    emulator.age_api_key(API_KEY, timezone.now() - DAY)
    look()
    watch = Watch()
    assert "It can’t change secrets in Harbor" in words(admin.get(address("api_key")))
    page = admin.post(address("api_key_fixed"), follow=True)
    assert "Test passed" in words(page)
    assert "Nothing to fix." in words(page)
    assert watch.tags == ["api_key.fixed", "api_key.working", "api_key.tested"]
    again = words(admin.post(address("api_key_fixed"), follow=True))
    assert "Roblox has told nothing of this key that could be out of date." in again


def test_the_universe_says_that_its_key_fails_and_to_whom_to_turn(
    client_for: ClientFor, emulator: Emulator, universe: Universe
) -> None:
    of_universe = reverse("universe", args=[universe.pk])
    fails = "Its API key doesn’t work, so secrets can’t be read or changed."
    assert fails not in words(client_for("viewer").get(of_universe))
    emulator.add_api_key(API_KEY, enabled=False)
    look()
    viewer = client_for("viewer").get(of_universe)
    assert f"{fails} Ask an admin" in words(viewer)
    assert address("api_key") not in body(viewer)
    assert address("api_key") in body(client_for("admin").get(of_universe))
    emulator.add_api_key(API_KEY, scopes=[READ_SECRETS])
    look()
    can_read = "Its API key can read secrets but not change them."
    assert can_read in words(client_for("viewer").get(of_universe))


def test_what_fails_in_another_universe_is_not_told_in_this_one(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    look()
    assert "Its API key doesn’t work" not in words(admin.get(f"/universes/{universe.pk}/"))
    assert "Its API key doesn’t work" in words(admin.get("/universes/77/"))


def test_the_replacement_says_what_the_new_key_must_cover(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(API_KEY, owner_id=42)
    look()
    page = words(admin.get(address("api_key_replace")))
    assert "Signed in as the same account as before (user 42)" in page
    assert f"On, with this game: Harbor ({HARBOR_ID})" in page
    assert "universe.secret:write" in page


def test_a_key_that_ends_next_week_is_replaced_and_the_old_one_named_until_it_is_deleted(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(API_KEY, name="old one", expires=timezone.now() + 7 * DAY)
    look()
    soon = "Create a new key with the same account, and replace this one."
    assert soon in words(admin.get(address("api_key")))
    emulator.add_api_key(SECOND, name="new one", universes=[HARBOR_ID])
    page = admin.post(address("api_key_replace"), {"value": SECOND}, follow=True)
    assert "find the key called “old one” and delete it" in words(page)
    assert "Nothing to fix." in words(page)
    watch = Watch()
    page = admin.post(address("api_key_old_deleted"), follow=True)
    assert "The replacement is complete." in words(page)
    assert "Delete the old key" not in words(page)
    assert (watch.tags, detail(watch.last)) == (["api_key.old_deleted"], {"name": "old one"})
    again = words(admin.post(address("api_key_old_deleted"), follow=True))
    assert "No earlier key waits to be deleted at Roblox." in again


def test_an_old_key_whose_name_is_not_known_is_named_by_its_age(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    ApiKey.objects.update(told="")
    emulator.add_api_key(SECOND)
    page = admin.post(address("api_key_replace"), {"value": SECOND}, follow=True)
    assert "find the key that was created before this one and delete it" in words(page)


def test_a_new_key_that_only_reads_replaces_nothing(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    before = bytes(ApiKey.objects.get().encrypted_value)
    emulator.add_api_key(SECOND, scopes=[READ_SECRETS])
    page = admin.post(address("api_key_replace"), {"value": SECOND})
    assert page.status_code == 422
    assert "The old key stays. It can read secrets but not change them" in words(page)
    assert bytes(ApiKey.objects.get().encrypted_value) == before


def test_every_universe_that_a_new_key_does_not_open_is_named(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.add_universe(77)
    Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    emulator.add_api_key(SECOND, universes=[5])
    page = words(admin.post(address("api_key_replace"), {"value": SECOND}))
    assert "Quay: Roblox doesn’t allow this" in page
    assert "It fails in Harbor too." in page


def test_a_universe_that_is_added_while_the_new_key_is_tested_is_not_switched_untested(
    admin: Client, emulator: Emulator, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.add_api_key(SECOND)

    def and_add(*arguments: object, **named: object) -> object:
        report = try_on(*arguments, **named)  # type: ignore[arg-type]  # handed on as they came
        Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
        return report

    monkeypatch.setattr(stored_keys, "try_on", and_add)
    before, watch = bytes(ApiKey.objects.get().encrypted_value), Watch()
    page = admin.post(address("api_key_replace"), {"value": SECOND})
    assert "a universe was added to this key while the new one was tested" in words(page)
    assert (bytes(ApiKey.objects.get().encrypted_value), watch.tags) == (before, [])


def test_all_keys_are_checked_soon_on_request(
    admin: Client, emulator: Emulator, universe: Universe
) -> None:
    look()
    stored_keys.add(STAGEHAND, name="second", value=Plaintext(SECOND.encode()), is_meant=True)
    page = admin.post(reverse("api_keys_check"), follow=True)
    assert "Sealroom checks 2 API keys, starting within a minute." in words(page)
    emulator.clear_requests()
    assert len(looking.look_due(actors.system("keys"))) == 2
