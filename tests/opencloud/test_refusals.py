"""What Roblox refuses becomes a class; nothing of the body but a known code is kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from emulator import READ_SECRETS, Emulator, Universe, faults
from secretsapp.core.plaintext import Plaintext
from secretsapp.opencloud.answers import (
    Conflict,
    Missing,
    NotAllowed,
    OpenCloudError,
    Refused,
    TooManyRequests,
    Unauthorized,
)
from secretsapp.opencloud.client import Client
from tests.core.chains import words_of
from tests.opencloud.calls import (
    BEFORE,
    KEY,
    READS,
    WRITES,
    Call,
    create,
    delete,
    failure_of,
    methods,
    sealed_for,
    update,
)

MARKER = "marker-4f1c"
CALLS: dict[str, Call] = {
    **READS,
    **WRITES,
    "introspect": lambda client, _universe: client.introspect(),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, Unauthorized),
        (403, NotAllowed),
        (404, Missing),
        (405, Refused),
        (407, Refused),
        (409, Conflict),
        (410, Refused),
        (413, Refused),
        (422, Refused),
        (499, Refused),
    ],
)
def test_a_refusal_has_its_class_and_is_final(
    client: Client,
    emulator: Emulator,
    universe: Universe,
    name: str,
    status: int,
    kind: type[Refused],
) -> None:
    emulator.inject(faults.status(status, {"code": "ABORTED", "message": MARKER}), times=100)
    failure = failure_of(CALLS[name], client, universe)
    assert isinstance(failure, Refused)
    assert (type(failure), failure.status, failure.code) == (kind, status, "ABORTED")
    assert str(failure) == f"Roblox answered {status}."
    assert len(emulator.requests) == 1
    assert universe.values == BEFORE


BODIES: list[tuple[faults.Body, str]] = [
    ({"errors": [{"code": 0, "message": MARKER}]}, ""),
    ({"errors": [{"code": "NOT_FOUND", "message": MARKER}]}, "NOT_FOUND"),
    ({"code": "INVALID_ARGUMENT", "message": MARKER, "details": [MARKER]}, "INVALID_ARGUMENT"),
    ({"error": "PERMISSION_DENIED", "message": MARKER, "errorDetails": [{}]}, "PERMISSION_DENIED"),
    ({"errors": {"id": [MARKER]}, "title": MARKER, "status": 400}, ""),
    ({"errors": {"id": [MARKER]}, "title": MARKER, "status": "400"}, ""),
    ({"title": MARKER, "status": "400", "detail": MARKER, "type": MARKER}, ""),
    ({"code": MARKER, "message": MARKER}, ""),
    ({"code": [MARKER], "error": {"code": MARKER}, "errors": [MARKER]}, ""),
    ({"code": None, "errors": []}, ""),
    ({"code": 13, "error": "INTERNAL"}, "INTERNAL"),
    ([MARKER], ""),
    (f'"{MARKER}"', ""),
    (f"<!DOCTYPE html><h1>{MARKER}</h1>", ""),
    (b"", ""),
    (None, ""),
    (b"\xff\x00" + MARKER.encode(), ""),
    (b'{"code": "NOT_FOUND", "message": "' + MARKER.encode(), ""),
    (b'{"code":' * 20_000, ""),
]


@pytest.mark.parametrize(("body", "code"), BODIES)
@pytest.mark.parametrize("call", [delete, READS["list_secrets"]])
def test_of_a_body_only_a_known_code_is_kept(
    client: Client,
    emulator: Emulator,
    universe: Universe,
    body: faults.Body,
    code: str,
    call: Call,
) -> None:
    emulator.inject(faults.status(400, body, {"x-note": MARKER, "set-cookie": MARKER}))
    failure = failure_of(call, client, universe)
    assert isinstance(failure, Refused)
    assert failure.code == code
    assert MARKER not in words_of(failure)
    assert KEY not in words_of(failure)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("30", 30),
        ("0", 0),
        ("007", 7),
        ("3600", 3600),
        ("3601", 3600),
        ("9" * 9, 3600),
        ("9" * 10, None),
        ("9" * 5000, None),
        ("-1", None),
        ("0.001", 1),
        ("1.5", 2),
        ("30.0", 30),
        ("3600.5", 3600),
        ("1.", None),
        (".5", None),
        ("1,5", None),
        ("1.5s", None),
        ("nan", None),
        ("9." + "9" * 5000, None),
        ("1e3", None),
        ("²", None),
        ("30, 60", None),
        ("soon", None),
        ("", None),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30),
        ("Saturday, 21-Nov-26 12:00:30 GMT", 30),
        ("Sat Nov 21 12:00:30 2026", 30),
        ("Sat, 21 Nov 2026 12:00:30 +0000", 30),
        ("Sat, 21 Nov 2026 11:59:59 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
        ("Sat, 21 Nov 2026 12:00:30 +999999999", None),
        ("2026-11-21T12:00:30Z", None),
        ("21 Nov 2026" + " " * 5000, None),
    ],
)
@pytest.mark.parametrize("call", [delete, READS["list_secrets"]])
def test_the_wait_of_a_429_is_read_and_capped(
    client: Client,
    emulator: Emulator,
    universe: Universe,
    time_machine: Any,
    asked: str,
    seconds: int | None,
    call: Call,
) -> None:
    time_machine.move_to(datetime(2026, 11, 21, 12, 0, tzinfo=UTC), tick=False)
    emulator.inject(faults.status(429, None, {"Retry-After": asked}), times=3)
    failure = failure_of(call, client, universe)
    assert isinstance(failure, TooManyRequests)
    assert failure.retry_after == seconds


def test_a_429_without_a_wait_tells_none_and_a_write_is_not_repeated(
    client: Client, emulator: Emulator, universe: Universe, naps: list[float]
) -> None:
    emulator.inject(faults.status(429), times=100)
    failure = failure_of(create, client, universe)
    assert isinstance(failure, TooManyRequests)
    assert failure.retry_after is None
    assert (methods(emulator), naps) == (["POST"], [])


def failure_with(emulator: Emulator, key: str, call: Call, universe: Universe) -> OpenCloudError:
    """How the call fails under another key."""
    with Client(emulator.url, Plaintext(key.encode())) as client:
        return failure_of(call, client, universe)


@pytest.mark.parametrize("name", ["list_secrets", "public_key", "universe", *WRITES])
def test_a_wrong_key_is_unauthorized(emulator: Emulator, universe: Universe, name: str) -> None:
    failure = failure_with(emulator, "another-key", CALLS[name], universe)
    assert type(failure) is Unauthorized


def test_a_key_that_is_unknown_cannot_be_introspected(
    emulator: Emulator, universe: Universe
) -> None:
    failure = failure_with(emulator, "another-key", CALLS["introspect"], universe)
    assert type(failure) is Refused


@pytest.mark.parametrize("method", WRITES)
def test_a_key_that_may_only_read_is_not_allowed_to_write(
    emulator: Emulator, universe: Universe, method: str
) -> None:
    emulator.add_api_key("reading-key", scopes=[READ_SECRETS])
    failure = failure_with(emulator, "reading-key", WRITES[method], universe)
    assert isinstance(failure, NotAllowed)


def test_a_name_that_is_taken_is_a_conflict(client: Client, universe: Universe) -> None:
    create(client, universe)
    assert isinstance(failure_of(create, client, universe), Conflict)


@pytest.mark.parametrize("call", [update, delete])
def test_a_secret_that_is_gone_is_missing(client: Client, universe: Universe, call: Call) -> None:
    universe.remove("OLD")
    assert isinstance(failure_of(call, client, universe), Missing)


def test_a_universe_that_is_unknown_is_missing(client: Client, universe: Universe) -> None:
    assert isinstance(failure_of(lambda client, _: client.universe(1), client, universe), Missing)


def test_a_value_sealed_for_an_older_key_is_refused(client: Client, universe: Universe) -> None:
    sealed = sealed_for(universe)
    universe.rotate_key_pair()
    failure = failure_of(
        lambda client, _: client.create_secret(universe.id, "NEW", sealed, ""), client, universe
    )
    assert isinstance(failure, Refused)
    assert failure.status == 400
    assert sealed.box not in words_of(failure)


def test_the_rate_limit_says_how_long_to_wait(
    client: Client, emulator: Emulator, universe: Universe
) -> None:
    universe.put("SECOND", b"value")
    emulator.rate_limit = 1
    client.delete_secret(universe.id, "SECOND")
    failure = failure_of(delete, client, universe)
    assert isinstance(failure, TooManyRequests)
    assert failure.code == "RESOURCE_EXHAUSTED"
    assert failure.retry_after is not None
    assert 1 <= failure.retry_after <= 60


@pytest.mark.parametrize("show", [str, repr])
def test_a_refusal_shows_its_status_alone(show: Callable[[object], str]) -> None:
    assert "Roblox answered 429." in show(TooManyRequests(429, "RESOURCE_EXHAUSTED", 30))
