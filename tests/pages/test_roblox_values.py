"""A Roblox API key as the value of a secret is told, and asked about once if its person agrees."""

import logging
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import Forbidden
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.due import policies
from secretsapp.due.policies import Covered, Terms
from secretsapp.models import Change, RotationPolicy, Universe, User
from secretsapp.models.due import DueRule
from secretsapp.opencloud.types import Introspection
from secretsapp.secrets import changes, roblox_values
from secretsapp.universes import protection
from tests.core.values import MADE_UP_KEY
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.pages.test_changes import NEW
from tests.spine.traces import LogRecords, Traces
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

HOST = {"reach": "host", "domain": "apis.roblox.com"}
KEY = NEW | HOST | {"value": MADE_UP_KEY}
AGREED = KEY | {"ask_roblox": "on"}
END = datetime(2031, 5, 6, 12, tzinfo=UTC)


@pytest.fixture
def editor(client_for: ClientFor, emulator: Emulator) -> Client:
    """The editor's browser; Roblox knows the key that is to be a value."""
    emulator.add_api_key(MADE_UP_KEY, expires=END, allowed=False)
    return client_for("editor")


@pytest.fixture
def traces() -> Traces:
    """Where the key could be found."""
    return Traces(MADE_UP_KEY)


def asked(emulator: Emulator) -> int:
    """How often Roblox was asked about a key."""
    return sum("introspect" in request.path for request in emulator.requests)


def end() -> date | None:
    """The day on which the credential of the secret ends, as its due date has it."""
    policy = RotationPolicy.objects.filter(secret__name="NEW_KEY").first()
    return policy.ends_on if policy else None


def test_it_is_told_what_such_a_key_needs_and_nothing_is_asked(
    editor: Client, address_of: AddressOf, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    emulator.clear_requests()
    sent = KEY | {"domain": "api.pay.example"}
    page = words(editor.post(address_of("secret_create"), sent, follow=True))
    assert "It looks like a Roblox API key." in page
    assert "must have no accepted IP addresses" in page
    assert "Its allowed host should be apis.roblox.com." in page
    assert asked(emulator) == 0
    assert harbor.values["NEW_KEY"] == MADE_UP_KEY.encode()


def test_with_consent_roblox_is_asked_once_and_the_end_is_kept_with_the_secret(
    editor: Client, address_of: AddressOf, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    emulator.clear_requests()
    watch = Watch()
    page = words(editor.post(address_of("secret_create"), AGREED, follow=True))
    assert "Roblox says the key expires on 6 May 2031, 12:00 UTC." in page
    assert "Roblox doesn’t say whether it has accepted IP addresses" in page
    assert asked(emulator) == 1
    assert watch.tags.index("secret.create.succeeded") < watch.tags.index("secret.key.asked")
    assert "It is due on that day." in page
    assert end() == date(2031, 5, 6)
    assert harbor.values["NEW_KEY"] == MADE_UP_KEY.encode()


def test_another_key_takes_its_own_end_along_and_the_hint_stays(
    editor: Client, address_of: AddressOf, emulator: Emulator
) -> None:
    editor.post(address_of("secret_create"), AGREED)
    RotationPolicy.objects.update(hint="In the Creator Dashboard.")
    emulator.add_api_key(MADE_UP_KEY, expires=END.replace(year=2032))
    editor.post(address_of("secret_rotate", "NEW_KEY"), AGREED)
    assert end() == date(2032, 5, 6)
    assert RotationPolicy.objects.get().hint == "In the Creator Dashboard."


def test_a_policy_that_someone_set_for_the_secret_stays(
    editor: Client, address_of: AddressOf, universe: Universe
) -> None:
    editor.post(address_of("secret_create"), AGREED | {"ask_roblox": ""})
    policies.set_policy(STAGEHAND, Covered(universe, "NEW_KEY"), Terms(DueRule.EVERY, days=90))
    answer = editor.post(address_of("secret_rotate", "NEW_KEY"), AGREED, follow=True)
    assert "It has a rotation policy of its own, which stays." in words(answer)
    assert (RotationPolicy.objects.get().rule, end()) == (DueRule.EVERY, None)


def test_who_may_not_edit_details_is_told_the_end_alone(
    client_for: ClientFor, editor: Client, address_of: AddressOf
) -> None:
    sent = {"value": MADE_UP_KEY, "ask_roblox": "on"}
    address = address_of("secret_rotate", "PAY_KEY")
    page = words(client_for("rotator").post(address, sent, follow=True))
    assert "Roblox says the key expires on 6 May 2031" in page
    assert "It isn’t marked as due on that day" in page
    assert not RotationPolicy.objects.exists()


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"enabled": False}, "Roblox says the key is disabled, so no game can use it."),
        ({"expires": datetime(2020, 1, 1, tzinfo=UTC)}, "Roblox says the key has expired"),
        ({}, "Roblox knows the key, and it has no expiry date."),
    ],
)
def test_what_roblox_says_is_told(
    editor: Client,
    address_of: AddressOf,
    emulator: Emulator,
    terms: dict[str, object],
    sentence: str,
) -> None:
    emulator.add_api_key(MADE_UP_KEY, **terms)  # type: ignore[arg-type]  # of many types
    assert sentence in words(editor.post(address_of("secret_create"), AGREED, follow=True))


def test_a_key_that_roblox_no_longer_tells_of_is_stored_all_the_same(
    editor: Client, address_of: AddressOf, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    emulator.age_api_key(MADE_UP_KEY, datetime(2026, 1, 1, tzinfo=UTC))
    page = words(editor.post(address_of("secret_create"), AGREED, follow=True))
    assert "Roblox told nothing of the key" in page
    assert (end(), harbor.values["NEW_KEY"]) == (None, MADE_UP_KEY.encode())


def test_what_is_not_in_the_form_of_a_key_is_sent_to_nobody(
    editor: Client, address_of: AddressOf, emulator: Emulator
) -> None:
    emulator.clear_requests()
    sent = AGREED | {"value": "another-provider-s-value"}
    page = words(editor.post(address_of("secret_create"), sent, follow=True))
    assert "so Roblox wasn’t asked about it" in page
    assert asked(emulator) == 0


@pytest.mark.parametrize(
    "wrong", [{"name": "1 bad name"}, {"name": ""}, {"reach": ""}, {"name": "PAY_KEY"}]
)
def test_a_form_that_is_refused_asks_nothing(
    editor: Client, address_of: AddressOf, emulator: Emulator, wrong: dict[str, str]
) -> None:
    emulator.clear_requests()
    watch = Watch()
    assert editor.post(address_of("secret_create"), AGREED | wrong).status_code == 422
    assert (asked(emulator), "secret.key.asked" in watch.tags) == (0, False)


def test_of_a_rotation_whose_outcome_is_unknown_nothing_is_noted(
    editor: Client, address_of: AddressOf, emulator: Emulator
) -> None:
    """It could be the end of the old value that is noted then."""
    emulator.clear_requests()
    emulator.inject(faults.cut_before(), method="PATCH")
    page = words(editor.post(address_of("secret_rotate", "PAY_KEY"), AGREED, follow=True))
    assert "isn’t known yet whether it was stored" in page
    assert (asked(emulator), RotationPolicy.objects.count()) == (0, 0)


def test_the_end_of_a_key_that_someone_has_replaced_by_then_is_not_noted(
    editor: Client,
    address_of: AddressOf,
    universe: Universe,
    monkeypatch: pytest.MonkeyPatch,
    cast: Cast,
) -> None:
    answer = roblox_values._answer

    def rotate_meanwhile(hint: Introspection) -> roblox_values.KeyAnswer:
        changes.rotate(
            actor=cast["rotator"].actor,
            universe=universe,
            name="PAY_KEY",
            value=Plaintext(b"another"),
        )
        return answer(hint)

    monkeypatch.setattr(roblox_values, "_answer", rotate_meanwhile)
    page = words(editor.post(address_of("secret_rotate", "PAY_KEY"), AGREED, follow=True))
    assert "It isn’t marked as due on that day: PAY_KEY has been changed again since." in page
    assert not RotationPolicy.objects.exists()


def test_who_lost_the_right_meanwhile_has_the_secret_and_no_answer(
    editor: Client, address_of: AddressOf, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = roblox_values.stored

    def disable_meanwhile(*told: Any, **since: Any) -> Change | None:
        User.objects.filter(email="editor@example.com").update(is_active=False)
        return stored(*told, **since)

    monkeypatch.setattr(roblox_values, "stored", disable_meanwhile)
    emulator.clear_requests()
    answer = editor.post(address_of("secret_create"), AGREED)
    assert (answer.status_code, asked(emulator)) == (302, 0)


def test_a_key_that_has_expired_already_is_not_due(
    editor: Client, address_of: AddressOf, emulator: Emulator
) -> None:
    emulator.add_api_key(MADE_UP_KEY, expires=datetime(2020, 1, 1, tzinfo=UTC))
    page = words(editor.post(address_of("secret_create"), AGREED, follow=True))
    assert "Roblox says the key has expired, so no game can use it." in page
    assert "due on that day" not in page


def test_a_proposal_asks_nothing_and_offers_nothing(
    editor: Client, address_of: AddressOf, emulator: Emulator, universe: Universe
) -> None:
    address = address_of("secret_create")
    assert "ask_roblox" in body(editor.get(address))
    protection.protect(STAGEHAND, universe)
    emulator.clear_requests()
    assert "ask_roblox" not in body(editor.get(address))
    editor.post(address, AGREED | {"why": "a new game", "proposing": "yes"})
    assert asked(emulator) == 0


def test_who_may_not_send_the_value_asks_nothing(
    cast: Cast, emulator: Emulator, universe: Universe
) -> None:
    emulator.clear_requests()
    value, watch = Plaintext(MADE_UP_KEY.encode()), Watch()
    with pytest.raises(Forbidden):
        roblox_values.ask(
            cast["viewer"].actor, Permission.ROTATE_SECRET, universe, "PAY_KEY", value
        )
    assert (asked(emulator), watch.tags) == (0, [])


def test_the_key_is_found_nowhere_afterwards(
    editor: Client, address_of: AddressOf, emulator: Emulator, traces: Traces
) -> None:
    records = LogRecords()
    logging.getLogger().addHandler(records)
    try:
        answers = [editor.post(address_of("secret_create"), AGREED, follow=True)]
        emulator.stop()
        answers.append(editor.post(address_of("secret_rotate", "NEW_KEY"), AGREED, follow=True))
    finally:
        logging.getLogger().removeHandler(records)
    for number, answer in enumerate(answers):
        traces.add_response(f"answer {number}", answer)
    traces.add_database()
    traces.add_cache()
    traces.add("log", "\n".join(records.lines))
    assert traces.found() == []
