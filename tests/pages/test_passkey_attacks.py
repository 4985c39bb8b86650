"""Passkeys, attacked: replayed, swapped, moved, from elsewhere, and what is none at all."""

import json
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from secretsapp.core.errors import InvalidInput
from secretsapp.models import AuditEvent
from secretsapp.operation import master_keys, ring_changes
from secretsapp.people import passkeys, sign_ins, webauthn
from secretsapp.rules.keys import Ring
from tests.pages.conftest import ClientFor
from tests.pages.proving import (
    ADD,
    ALONE,
    ME,
    SECOND,
    SIGN_IN,
    VIEWER,
    add,
    alone,
    is_signed_in,
    prove,
    with_password,
)
from tests.pages.reading import body
from tests.stage import STAGEHAND, Cast
from tests.support.apps_of_people import code_of, give_app
from tests.support.passkeys_of_people import Device, give_passkey, options_on
from tests.support.rings import use_copies


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no attempt of an earlier test count, and no answer wait."""
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0)
    cache.clear()


@pytest.fixture
def device(cast: Cast) -> Device:
    """The device with the viewer's passkey."""
    return give_passkey(cast["viewer"].user)


def events(prefix: str) -> list[str]:
    """The tags of events that begin so, the oldest first."""
    found = AuditEvent.objects.filter(tag__startswith=prefix).order_by("pk")
    return list(found.values_list("tag", flat=True))


def test_an_answer_counts_once_and_in_the_session_it_was_asked_in(
    device: Device, password: str
) -> None:
    first, second = with_password(password), with_password(password)
    answer = device.use(options_on(first.get(SECOND)))
    second.get(SECOND)
    assert second.post(SECOND, {"credential": answer}).status_code == 422
    first.post(SECOND, {"credential": answer})
    assert is_signed_in(first)
    first.post("/sign-out/")
    first.post(SIGN_IN, {"login": VIEWER, "password": password})
    assert first.post(SECOND, {"credential": answer}).status_code == 422
    stranger = Client()
    stranger.post(ALONE)
    assert stranger.post(ALONE, {"credential": answer}).status_code == 422
    assert not is_signed_in(second)


def test_an_answer_that_failed_cannot_be_tried_again(device: Device, password: str) -> None:
    client = with_password(password)
    options = options_on(client.get(SECOND))
    client.post(SECOND, {"credential": "{}"})
    assert client.post(SECOND, {"credential": device.use(options)}).status_code == 422


def test_a_challenge_for_one_purpose_serves_no_other(
    device: Device, password: str, client_for: ClientFor, cast: Cast
) -> None:
    client = with_password(password)
    options = options_on(client.get(SECOND))
    assert client.post(ALONE, {"credential": device.use(options)}).status_code == 422
    own = client_for(cast["viewer"])
    options = options_on(own.get(ADD))
    assert own.post(ADD, {"name": "x", "credential": device.use(options)}).status_code == 422
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_a_challenge_is_good_for_ten_minutes(
    device: Device, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = with_password(password)
    answer = device.use(options_on(client.get(SECOND)))
    monkeypatch.setattr(webauthn, "GOOD_FOR_SECONDS", -1)
    assert client.post(SECOND, {"credential": answer}).status_code == 422


def test_a_passkey_of_another_person_proves_nothing(
    device: Device, cast: Cast, password: str
) -> None:
    admins = give_passkey(cast["admin"].user)
    client = with_password(password)
    assert prove(client, admins).status_code == 422
    assert events("person.second") == ["person.second_factor_failed"]


def test_a_swapped_user_handle_signs_in_nobody(device: Device, cast: Cast) -> None:
    give_passkey(cast["admin"].user)
    device.handle = str(cast["admin"].user.pk).encode()
    client = alone(device)
    assert not is_signed_in(client)
    assert events("person.sign") == ["person.sign_in_failed"]


@pytest.mark.parametrize(
    "handle", [b"", b"x", b"-1", b"0", b"9" * 18, b"9" * 40, b"\xff\xfe", "\u0661".encode()]
)
def test_a_user_handle_of_nobody_signs_in_nobody(device: Device, handle: bytes) -> None:
    device.handle = handle
    assert not is_signed_in(alone(device))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("origin", "http://evil.localhost:8000"),
        ("origin", "http://localhost:9000"),
        ("origin", "https://localhost:8000"),
        ("origin", "http://127.0.0.1:8000"),
        ("host", "evil.example.com"),
    ],
)
def test_what_was_asked_for_by_another_host_is_refused(
    device: Device, password: str, client_for: ClientFor, cast: Cast, name: str, said: str
) -> None:
    setattr(device, name, said)
    assert prove(with_password(password), device).status_code == 422
    assert not is_signed_in(alone(device))
    new = Device()
    setattr(new, name, said)
    assert add(client_for(cast["viewer"]), new).status_code == 422


def test_pages_of_hosts_below_the_own_are_others(settings: Settings, cast: Cast) -> None:
    settings.SITE_URL = "https://vault.example.com"
    device = give_passkey(cast["viewer"].user)
    challenge = webauthn.begin_alone()
    device.origin = "https://below.vault.example.com"
    answer = device.use(json.loads(challenge.options))
    with pytest.raises(InvalidInput):
        passkeys.prove_alone(STAGEHAND, state=challenge.state, answer=answer)


def test_a_passkey_alone_leaves_a_sign_in_of_someone_else_that_waits(
    device: Device, cast: Cast, password: str
) -> None:
    give_app(cast["admin"].user)
    client = with_password(password, "admin@example.com")
    assert is_signed_in(alone(device, client))
    assert VIEWER in body(client.get(ME))
    assert client.get(SECOND).headers["Location"] == SIGN_IN


def test_a_key_that_could_not_be_verified_is_not_added(client_for: ClientFor) -> None:
    assert add(client_for("viewer"), Device(algorithm=-65535)).status_code == 422
    assert add(client_for("viewer"), Device(algorithm=5)).status_code == 422
    assert not Authenticator.objects.exists()


def answer_with(part: object, attestation: object) -> str:
    """An answer that has all its parts, each of them rubbish."""
    names = ("clientDataJSON", "authenticatorData", "signature", "userHandle")
    response = {**dict.fromkeys(names, part), "attestationObject": attestation}
    return json.dumps({"id": part, "rawId": part, "response": response, "type": "public-key"})


@pytest.mark.parametrize(
    "sent",
    [
        *("", " ", "x", "{}", "[]", "null", "1", '"x"', "{" * 900, "[" * 30_000, "x" * 40_000),
        '{"id": "x", "rawId": "x", "response": {}, "type": "public-key"}',
        answer_with("AA", "n5-f"),
        answer_with(1, None),
        answer_with({}, []),
    ],
)
def test_what_is_no_answer_of_a_passkey_is_refused_in_words(
    device: Device, password: str, client_for: ClientFor, cast: Cast, sent: str
) -> None:
    client, stranger, own = with_password(password), Client(), client_for(cast["viewer"])
    client.get(SECOND)
    stranger.post(ALONE)
    own.get(ADD)
    assert client.post(SECOND, {"credential": sent}).status_code == 422
    assert stranger.post(ALONE, {"credential": sent}).status_code == 422
    assert own.post(ADD, {"name": "x", "credential": sent}).status_code == 422


def test_a_passkey_alone_leaves_the_second_step_of_others_to_be_done(
    device: Device, cast: Cast, password: str
) -> None:
    give_app(cast["admin"].user)
    client = alone(device)
    client.post("/sign-out/")
    client.post(SIGN_IN, {"login": "admin@example.com", "password": password})
    assert not is_signed_in(client)
    client.post(SIGN_IN, {"login": VIEWER, "password": password})
    assert not is_signed_in(client)


def test_a_row_that_was_moved_or_made_in_the_database_opens_nothing(
    device: Device, cast: Cast, password: str
) -> None:
    give_passkey(cast["admin"].user)
    mine = Authenticator.objects.get(user=cast["viewer"].user, type="webauthn")
    rows = Authenticator.objects.filter(user=cast["admin"].user, type="webauthn")
    rows.update(data=mine.data)
    device.handle = str(cast["admin"].user.pk).encode()
    assert not is_signed_in(alone(device))
    text = mine.data["credential"].partition(":")[2]
    rows.update(data=mine.data | {"credential": f"{cast['admin'].user.pk}:{text}"})
    assert not is_signed_in(alone(device))
    client = with_password(password, "admin@example.com")
    assert not is_signed_in(client), "a row that opens nothing is a factor all the same"


def test_a_new_master_key_makes_no_moved_row_good(
    device: Device, cast: Cast, settings: Settings, tmp_path: Path, password: str
) -> None:
    use_copies(settings, tmp_path / "keys")
    secret = give_app(cast["viewer"].user)
    admin = cast["admin"].user
    Authenticator.objects.filter(user=cast["viewer"].user).update(user=admin)
    master_keys.rotate(STAGEHAND, ring_changes.add(STAGEHAND, Ring.MASTER))
    device.handle = str(admin.pk).encode()
    assert not is_signed_in(alone(device))
    client = with_password(password, "admin@example.com")
    client.post(SECOND, {"code": code_of(secret)})
    assert not is_signed_in(client)


def test_guesses_count_with_those_of_codes(device: Device, password: str) -> None:
    client = with_password(password)
    sent = [{"code": "1"}, {"credential": "{}"}] * 6
    answers = [client.post(SECOND, each).status_code for each in sent]
    assert answers == [422] * 10 + [429, 429]


def test_nobody_sees_or_changes_the_passkey_of_another(
    device: Device, client_for: ClientFor
) -> None:
    row, admin = Authenticator.objects.get(type="webauthn"), client_for("admin")
    for page in ("rename", "remove"):
        there = f"/me/passkeys/{row.pk}/{page}/"
        assert admin.get(there).status_code == 404
        assert admin.post(there, {"name": "x"}).status_code == 404
    assert Authenticator.objects.get(type="webauthn").data == row.data
