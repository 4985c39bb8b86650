"""The calls as they go well, and the ways in which Roblox's replies may differ."""

from datetime import UTC, datetime

import pytest

from emulator import Emulator, Universe, faults
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import seal
from secretsapp.opencloud.answers import NothingSent, Unusable
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import (
    Introspection,
    KeyScope,
    RemoteSecret,
    RemoteUniverse,
    WriteReceipt,
)
from tests.opencloud.calls import KEY, UNIVERSE_ID, Call, create, failure_of, sealed_for, update

SECRETS = f"/cloud/v2/universes/{UNIVERSE_ID}/secrets"
VALUES = [b"v", b"several\nlines\r\n\n", "Größe 鍵 🔑".encode(), b"x" * 1024, bytes(range(256))]


def test_what_roblox_lists_is_read(client: Client, universe: Universe) -> None:
    old = universe.secrets["OLD"]
    assert client.list_secrets(UNIVERSE_ID) == [
        RemoteSecret("OLD", "old.example.com", old.key_id, old.create_time, old.update_time)
    ]


@pytest.mark.parametrize("value", VALUES)
def test_what_was_typed_is_what_roblox_unseals(
    client: Client, universe: Universe, value: bytes
) -> None:
    sealed = seal(Plaintext(value), client.public_key(UNIVERSE_ID))
    client.create_secret(UNIVERSE_ID, "NEW", sealed, "new.example.com")
    client.update_secret(UNIVERSE_ID, "OLD", sealed, "*")
    assert universe.values == {"OLD": value, "NEW": value}
    domains = {name: record.domain for name, record in universe.secrets.items()}
    assert domains == {"OLD": "*", "NEW": "new.example.com"}


def test_the_public_key_comes_with_its_id(client: Client, universe: Universe) -> None:
    before = client.public_key(UNIVERSE_ID)
    universe.rotate_key_pair()
    after = client.public_key(UNIVERSE_ID)
    assert before != after
    assert after.key_id == universe.key_pair.key_id


@pytest.mark.parametrize("call", [create, update])
def test_a_write_tells_domain_and_times(client: Client, universe: Universe, call: Call) -> None:
    receipt = call(client, universe)
    stored = universe.secrets["NEW" if call is create else "OLD"]
    assert receipt == WriteReceipt("new.example.com", stored.create_time, stored.update_time)


def test_a_deletion_tells_nothing(client: Client, universe: Universe) -> None:
    client.delete_secret(UNIVERSE_ID, "OLD")
    assert universe.values == {}


def test_a_domain_is_cleared_by_an_empty_one(client: Client, universe: Universe) -> None:
    client.update_secret(UNIVERSE_ID, "OLD", sealed_for(universe), "")
    assert universe.secrets["OLD"].domain == ""


def test_every_request_carries_the_key_and_nothing_else_of_ours(
    client: Client, emulator: Emulator, universe: Universe
) -> None:
    create(client, universe)
    client.list_secrets(UNIVERSE_ID)
    for request in emulator.requests:
        assert request.headers["x-api-key"] == KEY
        assert "authorization" not in request.headers
        assert "cookie" not in request.headers


@pytest.mark.parametrize("name", ["..", ".", "", "public-key", "A/B", "A?b=c", "../../x", "%2e%2e"])
def test_a_name_that_points_elsewhere_is_never_sent(
    client: Client, emulator: Emulator, universe: Universe, name: str
) -> None:
    with pytest.raises(NothingSent):
        client.delete_secret(UNIVERSE_ID, name)
    with pytest.raises(NothingSent):
        client.update_secret(UNIVERSE_ID, name, sealed_for(universe), "")
    assert emulator.requests == []


def test_an_address_may_end_with_a_slash(emulator: Emulator, universe: Universe) -> None:
    with Client(emulator.url + "/", Plaintext(KEY.encode())) as client:
        assert [secret.name for secret in client.list_secrets(universe.id)] == ["OLD"]
    assert emulator.requests[0].path == SECRETS


def test_times_of_the_older_guide_are_read(client: Client, universe: Universe) -> None:
    universe.legacy_times = True
    old = universe.secrets["OLD"]
    (found,) = client.list_secrets(UNIVERSE_ID)
    assert (found.create_time, found.update_time) == (old.create_time, old.update_time)
    receipt = client.update_secret(UNIVERSE_ID, "OLD", sealed_for(universe), "*")
    assert receipt.update_time == universe.secrets["OLD"].update_time


def test_times_may_be_missing(client: Client, universe: Universe) -> None:
    universe.omit_times = True
    (found,) = client.list_secrets(UNIVERSE_ID)
    assert (found.create_time, found.update_time) == ("", "")
    assert update(client, universe) == WriteReceipt("new.example.com", "", "")


def test_a_reply_may_hold_only_the_times(client: Client, universe: Universe) -> None:
    universe.terse = True
    receipt = client.update_secret(UNIVERSE_ID, "OLD", sealed_for(universe), "*")
    assert receipt.domain is None
    assert receipt.update_time == universe.secrets["OLD"].update_time


@pytest.mark.parametrize("body", [None, "", "  \n", {}])
@pytest.mark.parametrize("status", [200, 201, 204])
def test_an_accepted_write_may_say_nothing(
    client: Client, emulator: Emulator, universe: Universe, body: faults.Body, status: int
) -> None:
    emulator.inject(faults.status(status, None if status == 204 else body))
    assert create(client, universe) == WriteReceipt(None, "", "")


@pytest.mark.parametrize("domain", [None, 7, ["*"], "a\nb", "x" * 300])
def test_a_domain_that_cannot_be_read_is_none_that_was_told(
    client: Client, emulator: Emulator, universe: Universe, domain: object
) -> None:
    emulator.inject(faults.status(200, {"id": "OLD", "domain": domain}))
    assert update(client, universe) == WriteReceipt(None, "", "")


def test_a_universe_of_a_group_is_read(client: Client) -> None:
    assert client.universe(UNIVERSE_ID) == RemoteUniverse(UNIVERSE_ID, "Harbor", "groups/1234567")


def test_a_universe_of_a_user_is_read(client: Client, emulator: Emulator) -> None:
    emulator.add_universe(42, name="Own", user_id=99)
    assert client.universe(42) == RemoteUniverse(42, "Own", "users/99")


def test_a_place_leads_to_its_universe(client: Client) -> None:
    assert client.universe_of_place(112) == UNIVERSE_ID


@pytest.mark.parametrize("found", [None, "7", True, 0, -1, 2**63, 1.5, [1]])
def test_a_place_without_a_usable_universe_is_said(
    client: Client, emulator: Emulator, universe: Universe, found: object
) -> None:
    emulator.inject(faults.status(200, {"universeId": found}))
    failure = failure_of(lambda client, _: client.universe_of_place(111), client, universe)
    assert isinstance(failure, Unusable)


def test_a_place_that_is_unknown_has_no_universe(client: Client) -> None:
    with pytest.raises(Unusable, match="no universe"):
        client.universe_of_place(999)


def test_a_key_is_introspected(client: Client, emulator: Emulator) -> None:
    ends = datetime(2999, 12, 3, 18, tzinfo=UTC)
    emulator.add_api_key(KEY, name="automation", expires=ends)
    assert client.introspect() == Introspection(
        name="automation",
        enabled=True,
        expired=False,
        ends="2999-12-03T18:00:00.0000000Z",
        scopes=(
            KeyScope("universe.secret:read", None, opens_future=True),
            KeyScope("universe.secret:write", None, opens_future=True),
        ),
        account="7654321",
    )


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({}, Introspection("", enabled=True, expired=False, ends="", scopes=())),
        (
            {"enabled": False, "expired": True, "expirationUtcTime": "soon", "scopes": None},
            Introspection("", enabled=False, expired=True, ends="soon", scopes=()),
        ),
        (
            {"name": ["x"], "scopes": ["x", {"name": "a", "operations": ["read", 7, ["b"]]}]},
            Introspection(
                "", enabled=True, expired=False, ends="", scopes=(KeyScope("a:read", None),)
            ),
        ),
        (
            {"scopes": [{"name": "a"}, {"operations": ["x\ny", "z" * 300, "read"]}]},
            Introspection(
                "", enabled=True, expired=False, ends="", scopes=(KeyScope(":read", None),)
            ),
        ),
    ],
)
def test_an_introspection_may_lack_anything(
    client: Client, emulator: Emulator, record: dict[str, object], found: Introspection
) -> None:
    emulator.inject(faults.status(200, record))
    assert client.introspect() == found


@pytest.mark.parametrize(
    ("told", "covered"),
    [
        (["7", 8, "x", None, "9" * 5000], {7, 8}),
        ([], set()),
        (["*"], {7, 8, 9}),
        (None, {7, 8, 9}),
        ("7", {7, 8, 9}),
    ],
)
def test_an_introspection_says_where_a_scope_holds(
    client: Client, emulator: Emulator, told: object, covered: set[int]
) -> None:
    scope = {"name": "universe.secret", "operations": ["read"], "universeIds": told}
    emulator.inject(faults.status(200, {"scopes": [scope]}))
    hint = client.introspect()
    assert hint.has("universe.secret:read")
    assert not hint.has("universe.secret:write")
    assert {each for each in (7, 8, 9) if hint.covers("universe.secret:read", each)} == covered
    assert not hint.covers("universe.secret:write", 7)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"secret": None, "key_id": "1"},
        {"secret": "not base64", "key_id": "1"},
        {"secret": "AAAA", "key_id": "1"},
        {"secret": "A" * 43 + "=", "key_id": "1"},
        {"secret": "CQ" + "A" * 41 + "=", "key_id": None},
        {"secret": "CQ" + "A" * 41 + "=", "key_id": 12},
    ],
)
def test_a_public_key_that_cannot_be_used_is_refused(
    client: Client, emulator: Emulator, record: dict[str, object]
) -> None:
    emulator.inject(faults.status(200, record))
    with pytest.raises(Unusable, match="public key can't be used"):
        client.public_key(UNIVERSE_ID)
