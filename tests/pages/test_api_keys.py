"""The pages of API keys: stored once, tried, replaced, removed, and never shown."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from emulator import Emulator, faults
from secretsapp.core.errors import StaleVersion
from secretsapp.models import ApiKey, AuditEvent, Universe
from secretsapp.rules import connections
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, field, value_shown, words
from tests.stage import API_KEY, STAGEHAND

SECOND = "second-emulated-api-key"
NEW = {"name": "Second", "value": f"  {SECOND}\r\n", "ends_at": "", "note": "Whose it is"}


@pytest.fixture
def admin(client_for: ClientFor, emulator: Emulator) -> Client:
    """The admin's browser; Roblox knows two keys."""
    emulator.add_api_key(SECOND)
    return client_for("admin")


@pytest.fixture
def address(universe: Universe) -> Callable[[str], str]:
    """The address of a page about the stored key."""
    return lambda page: reverse(page, args=[universe.api_key_id])


Address = Callable[[str], str]


def end(days: float) -> None:
    """Let every key end that many days from now."""
    ApiKey.objects.update(ends_at=timezone.now() + timedelta(days=days))


def test_a_key_is_stored_without_the_blanks_around_it_and_never_shown(
    admin: Client, emulator: Emulator
) -> None:
    answer = admin.post(reverse("api_key_create"), NEW, follow=True)
    stored = ApiKey.objects.get(name="Second")
    assert answer.redirect_chain == [(reverse("api_key", args=[stored.pk]), 302)]
    assert "Saved the key “Second”." in words(answer)
    assert "Whose it is" in words(answer)
    assert SECOND not in body(answer)
    asked = [request for request in emulator.requests if "introspect" in request.path]
    assert asked[-1].headers["x-api-key"] == SECOND


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter a name for the API key."),
        ({"name": "automation"}, "There is already an API key named “automation”."),
        ({"value": ""}, "Enter the API key that Roblox showed you."),
        ({"value": "two words"}, "That isn’t an API key"),
        ({"ends_at": "soon"}, "Enter the day as 2027-01-31, or leave it empty."),
        ({"ends_at": "2020-01-01"}, "That date is in the past."),
    ],
)
def test_what_will_not_do_is_said_and_the_key_is_asked_for_again(
    admin: Client, changed: dict[str, str], sentence: str
) -> None:
    answer = admin.post(reverse("api_key_create"), NEW | changed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert (value_shown(answer), ApiKey.objects.count()) == ("", 1)
    assert SECOND not in body(answer)
    assert "Whose it is" in body(answer)


def test_a_key_that_roblox_says_is_no_good_is_stored_only_if_it_is_meant(
    admin: Client, emulator: Emulator
) -> None:
    unknown = NEW | {"value": "a-key-cut-off"}
    answer = admin.post(reverse("api_key_create"), unknown)
    assert (answer.status_code, value_shown(answer), ApiKey.objects.count()) == (422, "", 1)
    assert "Nothing was saved. Roblox doesn’t know this key." in words(answer)
    assert "Save it without a check" in body(answer)
    for wrong in ({"enabled": False}, {"expires": timezone.now() - timedelta(days=1)}):
        emulator.add_api_key(SECOND, **wrong)
        assert admin.post(reverse("api_key_create"), NEW).status_code == 422
    assert "This key has expired" in words(admin.post(reverse("api_key_create"), NEW))
    assert AuditEvent.objects.filter(tag="api_key.added").count() == 1
    assert admin.post(reverse("api_key_create"), unknown | {"is_meant": "on"}).status_code == 302
    unused = reverse("api_key_replace", args=[ApiKey.objects.get(name="Second").pk])
    assert "doesn’t know this key" in words(admin.post(unused, {"value": "another"}))
    # Where Roblox can't be asked nothing speaks against the key.
    emulator.inject(faults.cut_before(), path="introspect", times=2)
    answer = admin.post(reverse("api_key_create"), unknown | {"name": "Third"}, follow=True)
    assert "Saved the key “Third”. Add a universe to test it." in words(answer)


def test_the_list_says_what_each_key_opens_and_how_the_last_test_went(
    admin: Client, universe: Universe, emulator: Emulator, address: Address
) -> None:
    row = "automation Used by 1 universe Harbor Expires Unknown Last test Passing"
    assert row in words(admin.get(reverse("api_keys")))
    assert 'action="' + address("api_key_test") in body(admin.get(address("api_key")))
    answer = admin.post(address("api_key_test"), follow=True)
    works = "Test passed: it can read 1 universe."
    assert f"{works} Roblox doesn’t say when it expires." in words(answer)
    end(12.5)
    answer = admin.post(address("api_key_test"), follow=True)
    assert f"{works} It expires in 12 days, on " in words(answer)
    end(300)
    assert "Passing just now" in words(admin.get(reverse("api_keys")))
    emulator.add_api_key(API_KEY, allowed=False)
    answer = admin.post(address("api_key_test"), follow=True)
    refused = "Roblox refuses it although it is enabled."
    assert words(answer).count(refused) == 1
    assert "Found just now" in words(answer)
    assert "Failing just now" in words(admin.get(reverse("api_keys")))
    admin.post(reverse("api_key_create"), NEW)
    unused = reverse("api_key_test", args=[ApiKey.objects.get(name="Second").pk])
    assert "Never tested" in words(admin.get(reverse("api_keys")))
    answer = admin.post(unused, follow=True)
    assert "No universe to test" in words(answer)
    assert f'action="{unused}"' not in body(answer)


def test_of_many_universes_two_are_named_and_the_others_counted(
    admin: Client, universe: Universe, address: Address
) -> None:
    named = [Universe(id=n, name=f"Isle {n}", api_key=universe.api_key) for n in range(1, 8)]
    Universe.objects.bulk_create(named)
    for page in (reverse("api_keys"), address("api_key_remove"), address("api_key_replace")):
        assert "8 universes Isle 1, Isle 2 +6" in words(admin.get(page))
    assert "Not while 8 universes use it." in words(admin.get(address("api_key")))
    refused = words(admin.post(address("api_key_remove")))
    assert "Isle 5 and others. Choose another key" in refused


@pytest.mark.parametrize(
    ("days", "chip"),
    [
        (12.5, "Expires in 12 days"),
        (1.5, "Expires in 1 day"),
        (0.5, "Expires within a day"),
        (-1, "Expired"),
    ],
)
def test_an_end_that_is_near_is_seen(
    admin: Client, address: Address, days: float, chip: str
) -> None:
    end(days)
    assert chip in words(admin.get(reverse("api_keys")))
    shown = words(admin.get(address("api_key")))
    to_do = "Set a later date at Roblox" if days < 0 else "Create a new key with the same account"
    assert to_do in shown


def test_an_end_that_is_far_is_only_a_date(admin: Client, address: Address) -> None:
    end(31)
    assert "Expires in" not in words(admin.get(reverse("api_keys")))
    assert "Create a new one" not in words(admin.get(address("api_key")))


def test_an_edit_keeps_the_hour_of_an_end_that_was_left_alone(
    admin: Client, address: Address
) -> None:
    end(40.5)
    before = ApiKey.objects.get().ends_at
    page = admin.get(address("api_key_edit"))
    sent = {"name": "Robot", "note": "", "ends_at": field(page, "ends_at")}
    assert "Changes saved." in words(admin.post(address("api_key_edit"), sent, follow=True))
    assert (ApiKey.objects.get().name, ApiKey.objects.get().ends_at) == ("Robot", before)
    assert admin.post(address("api_key_edit"), sent | {"ends_at": ""}).status_code == 302
    assert ApiKey.objects.get().ends_at is None


def test_a_key_that_opens_all_takes_the_place_of_the_old_one(
    admin: Client, emulator: Emulator, address: Address
) -> None:
    emulator.add_api_key(SECOND)
    before = bytes(ApiKey.objects.get().encrypted_value)
    sent = {"value": SECOND, "ends_at": "2091-05-06"}
    answer = admin.post(address("api_key_replace"), sent, follow=True)
    assert "6 May 2091, 23:59 UTC" in words(answer)
    assert "Key replaced. Sealroom has deleted the old key" in words(answer)
    assert bytes(ApiKey.objects.get().encrypted_value) != before


def test_a_key_that_opens_nothing_is_replaced_untried(admin: Client, address: Address) -> None:
    admin.post(reverse("api_key_create"), NEW)
    unused = ApiKey.objects.get(name="Second")
    page = reverse("api_key_replace", args=[unused.pk])
    assert "Test and replace" in body(admin.get(address("api_key_replace")))
    assert "Test and replace" not in body(admin.get(page))
    answer = admin.post(page, {"value": API_KEY}, follow=True)
    assert answer.redirect_chain == [(reverse("api_key", args=[unused.pk]), 302)]
    assert "delete it at Roblox" not in words(answer)
    Universe.objects.all().delete()
    assert admin.post(page, {"value": SECOND}).headers["Location"] == reverse("guide")


def test_an_edit_from_an_old_page_undoes_nothing(admin: Client, address: Address) -> None:
    page = admin.get(address("api_key_edit"))
    sent = {"name": "automation", "note": "", "ends_at": "", "seen": field(page, "seen")}
    end(40)
    answer = admin.post(address("api_key_edit"), sent)
    assert (answer.status_code, "Someone else or a test" in words(answer)) == (422, True)
    known = ApiKey.objects.get().ends_at
    assert known is not None
    assert field(answer, "ends_at") == f"{known:%Y-%m-%d}"
    sent |= {name: field(answer, name) for name in ("seen", "ends_at")} | {"name": "Robot"}
    assert admin.post(address("api_key_edit"), sent).status_code == 302
    assert (ApiKey.objects.get().name, ApiKey.objects.get().ends_at) == ("Robot", known)


def test_while_others_wait_for_roblox_one_more_is_refused_and_the_pages_answer(
    admin: Client, universe: Universe, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.01)
    with ExitStack() as others:
        for _ in range(connections.CONVERSATIONS_AT_ONCE):
            others.enter_context(connections.client_of(STAGEHAND, universe.api_key))
        before = ApiKey.objects.get().checked_at
        refused = admin.post(address("api_key_test"))
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
        assert "Too many other requests are waiting for Roblox" in words(refused)
        assert admin.get(reverse("home")).status_code == 200
    # That nothing was tried says nothing against the key.
    assert ApiKey.objects.get().checked_at == before


def test_a_test_that_another_key_overtook_says_so(
    admin: Client, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_arguments: object) -> None:
        raise StaleVersion("It was stored again.")

    monkeypatch.setattr("secretsapp.api_keys.stored_keys.test", overtaken)
    answer = admin.post(address("api_key_test"), follow=True)
    assert answer.redirect_chain == [(address("api_key"), 302)]
    assert "It was stored again." in words(answer)


def test_a_key_that_does_not_leaves_the_old_one(
    admin: Client, emulator: Emulator, address: Address
) -> None:
    before = bytes(ApiKey.objects.get().encrypted_value)
    answer = admin.post(address("api_key_replace"), {"value": "wrong"})
    assert (answer.status_code, value_shown(answer)) == (422, "")
    assert "Roblox refused the API key" in words(answer)
    assert bytes(ApiKey.objects.get().encrypted_value) == before


def test_a_key_in_use_stays_and_another_goes(admin: Client, address: Address) -> None:
    page = admin.get(address("api_key_remove"))
    assert "You can’t remove this key while universes use it." in words(page)
    assert f'href="{address("api_key")}">Back to the key' in body(page)
    page = admin.get(address("api_key"))
    assert "Not while 1 universe uses it." in words(page)
    assert f'href="{address("api_key_remove")}"' not in body(page)
    refused = admin.post(address("api_key_remove"))
    assert (refused.status_code, ApiKey.objects.count()) == (422, 1)
    admin.post(reverse("api_key_create"), NEW)
    unused = reverse("api_key_remove", args=[ApiKey.objects.get(name="Second").pk])
    assert f'href="{unused}"' in body(admin.get(reverse("api_keys")))
    assert "No universe uses this key." in words(admin.get(unused))
    answer = admin.post(unused, follow=True)
    assert "Removed the key “Second”." in words(answer)
    assert ApiKey.objects.get().name == "automation"


def test_without_a_key_the_list_leads_to_the_guide(admin: Client, universe: Universe) -> None:
    universe.delete()
    ApiKey.objects.all().delete()
    answer = admin.get(reverse("api_keys"))
    assert f'href="{reverse("guide")}"' in body(answer)
    assert field(admin.get(reverse("api_key_create")), "name") == "Sealroom"


def test_an_unknown_key_is_not_found(admin: Client) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert admin.get(reverse("api_key", args=[unknown])).status_code == 404


def test_a_refusal_names_the_right(client_for: ClientFor) -> None:
    answer = client_for("manager").get(reverse("api_keys"))
    assert "You need the Admin role" in words(answer)
    assert AuditEvent.objects.filter(tag="access.refused").count() == 1
