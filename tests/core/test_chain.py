"""The encoding, hashing and linking of audit events never change."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsapp.core.chain import (
    FIELDS,
    FIELDS_OF,
    FORMAT,
    START_OF_CHAIN,
    AuditRing,
    content_hash,
    encode,
    link_hash,
)
from secretsapp.core.errors import MissingKey
from secretsapp.core.keyring import Key

KEY = Key(bytes(range(32)))
OTHER = Key(bytes(range(32, 64)))

EMPTY = dict.fromkeys(FIELDS_OF[1], "")
ROTATION = {
    "sequence": "1",
    "time": "2026-11-21T10:00:00.000000Z",
    "tag": "secret.rotate.succeeded",
    "actor_kind": "person",
    "actor_id": "7",
    "actor_name": "editor@example.com",
    "door": "browser",
    "address": "192.0.2.7",
    "universe_id": "6930499524",
    "universe_name": "Hafen ⚓",
    "secret_name": "PAYMENT_KEY",
    "subject_kind": "",
    "subject_id": "",
    "subject_name": "",
    "change_id": "3f0c",
    "detail": '{"domain":"api.example.com"}',
}

TRACED = ROTATION | {"session_id": "9f86d081884c7d65", "request_id": "req-00000001"}

# These were computed by hand from the description, without the code under test: the rotation is
# the second event of a chain whose first is the empty one, and the third is the same in the form
# that says in which session and by which request it was done.
EMPTY_ENCODED = "7365616c726f6f6d206175646974206576656e74203100" + "00000000" * 16
EMPTY_CONTENT = "04d1e7a2509e3b554a3022492b67c89b62c36e755b7ffee710cef71a2f86d197"
EMPTY_LINK = "65f5103253c89e03ab7bf9e1f2a54815f6ba654ae0cfaa8f0fa2688597aba920"
EMPTY_MAC = "a997b65d6cb49209156bff003db734d47e11b61f6cc44b9af8b49a277202492d"
ROTATION_ENCODED = (
    "7365616c726f6f6d206175646974206576656e74203100"
    "0000000131"
    "0000001b323032362d31312d32315431303a30303a30302e3030303030305a"
    "000000177365637265742e726f746174652e737563636565646564"
    "00000006706572736f6e"
    "0000000137"
    "00000012656469746f72406578616d706c652e636f6d"
    "0000000762726f77736572"
    "000000093139322e302e322e37"
    "0000000a36393330343939353234"
    "00000009486166656e20e29a93"
    "0000000b5041594d454e545f4b4559"
    "000000000000000000000000"
    "0000000433663063"
    "0000001c7b22646f6d61696e223a226170692e6578616d706c652e636f6d227d"
)
ROTATION_CONTENT = "2c24e7a156c21c2f73a5796b2c7748bd78249fc697caf51b0353febe6da9fd6b"
ROTATION_LINK = "043b3aabb98ea16a87053b9b71bda90959f098747bbe51b169f8e05cc5ea656a"
ROTATION_MAC = "1f0328728baec009d12a3f9c01153a10a505acce3351e48e34ef173e9cd2a722"
TRACED_ENCODED = (
    ROTATION_ENCODED.replace("6576656e74203100", "6576656e74203200")
    + "0000001039663836643038313838346337643635"
    "0000000c7265712d3030303030303031"
)
TRACED_CONTENT = "aa5d27e79246087213d5f8d842fffd5da501b82306220fb2e9a141ce2439e2ef"
TRACED_LINK = "6cf741ad4827aff9a7a6cc83fe4107e55b01c74de28b1ac521301fc4b9654bba"
TRACED_MAC = "168939daff044b9f4438a56b7368cfa2c614029228a6e1535cf78390185944ee"

VECTORS = [
    (EMPTY, START_OF_CHAIN, EMPTY_ENCODED, EMPTY_CONTENT, EMPTY_LINK, EMPTY_MAC),
    (ROTATION, EMPTY_LINK, ROTATION_ENCODED, ROTATION_CONTENT, ROTATION_LINK, ROTATION_MAC),
    (TRACED, ROTATION_LINK, TRACED_ENCODED, TRACED_CONTENT, TRACED_LINK, TRACED_MAC),
]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
forms = {form: st.fixed_dictionaries(dict.fromkeys(FIELDS_OF[form], texts)) for form in FIELDS_OF}
events = st.one_of(*forms.values())


@pytest.mark.parametrize(
    ("event", "previous", "encoded", "content", "link", "mac"),
    VECTORS,
    ids=["empty", "rotation", "traced"],
)
def test_an_event_is_encoded_hashed_linked_and_authenticated_as_ever(
    event: dict[str, str], previous: str, encoded: str, content: str, link: str, mac: str
) -> None:
    assert encode(event).hex() == encoded
    assert content_hash(event) == content
    assert link_hash(previous, content) == link
    assert AuditRing([KEY]).authenticate(link) == mac


def test_a_chain_starts_with_nothing_but_zeros() -> None:
    assert START_OF_CHAIN == "0" * 64


@pytest.mark.parametrize("name", FIELDS)
@given(texts)
@settings(max_examples=15)
def test_a_change_of_any_field_changes_the_content(name: str, text: str) -> None:
    changed = {**TRACED, name: TRACED[name] + "!" + text}
    assert content_hash(changed) != TRACED_CONTENT


@given(events, events)
def test_only_equal_events_are_encoded_alike(one: dict[str, str], two: dict[str, str]) -> None:
    assert (encode(one) == encode(two)) == (one == two)


@given(forms[FORMAT], st.integers(0, len(FIELDS) - 2), st.integers(1, 12))
def test_text_that_moves_to_the_field_beside_it_changes_the_encoding(
    event: dict[str, str], place: int, count: int
) -> None:
    left, right = FIELDS[place], FIELDS[place + 1]
    moved = {
        **event,
        left: event[left][:-count],
        right: event[left][-count:] + event[right],
    }
    assert (encode(moved) == encode(event)) == (moved == event)


@given(events)
def test_an_event_can_be_read_back_from_its_encoding(event: dict[str, str]) -> None:
    prefix, _, rest = encode(event).partition(b"\x00")
    form = int(prefix.removeprefix(b"sealroom audit event "))
    found = {}
    for name in FIELDS_OF[form]:
        length = int.from_bytes(rest[:4], "big")
        found[name] = rest[4 : 4 + length].decode()
        rest = rest[4 + length :]
    assert (found, rest) == (event, b"")


def test_fields_that_are_of_no_form_are_not_encoded() -> None:
    for more in ({"note": "something"}, {"session_id": "", "note": ""}):
        with pytest.raises(KeyError):
            encode(ROTATION | more)


def test_an_event_that_lacks_a_field_is_not_encoded() -> None:
    with pytest.raises(KeyError):
        encode({name: "" for name in FIELDS if name != "detail"})


def test_a_link_depends_on_the_link_before_it_and_on_the_content() -> None:
    assert link_hash(EMPTY_LINK, ROTATION_CONTENT) != link_hash(START_OF_CHAIN, ROTATION_CONTENT)
    assert link_hash(EMPTY_LINK, ROTATION_CONTENT) != link_hash(EMPTY_LINK, EMPTY_CONTENT)
    assert link_hash(EMPTY_LINK, ROTATION_CONTENT) != link_hash(ROTATION_CONTENT, EMPTY_LINK)


def test_the_first_key_authenticates_and_every_key_verifies() -> None:
    old, new = AuditRing([KEY]), AuditRing([OTHER, KEY])
    mac = old.authenticate(EMPTY_LINK)
    assert old.current_key_id == KEY.key_id.hex()
    assert new.current_key_id == OTHER.key_id.hex()
    assert new.authenticate(EMPTY_LINK) != mac
    assert new.verifies(EMPTY_LINK, mac=mac, key_id=old.current_key_id)


@pytest.mark.parametrize(
    "mac",
    [
        "",
        "0" * 64,
        EMPTY_MAC.upper(),
        EMPTY_MAC[:-1],
        EMPTY_MAC + "0",
        "ü" * 64,
        base64.b64encode(bytes.fromhex(EMPTY_MAC)).decode(),
    ],
)
def test_any_other_mac_does_not_verify(mac: str) -> None:
    ring = AuditRing([KEY])
    assert ring.verifies(EMPTY_LINK, mac=EMPTY_MAC, key_id=ring.current_key_id)
    assert not ring.verifies(EMPTY_LINK, mac=mac, key_id=ring.current_key_id)


def test_the_mac_of_another_link_or_key_does_not_verify() -> None:
    ring = AuditRing([KEY, OTHER])
    assert not ring.verifies(ROTATION_LINK, mac=EMPTY_MAC, key_id=KEY.key_id.hex())
    assert not ring.verifies(EMPTY_LINK, mac=EMPTY_MAC, key_id=OTHER.key_id.hex())


def test_a_key_that_is_not_here_is_named() -> None:
    with pytest.raises(MissingKey, match=r"b1d41c40516645a2.*AUDIT_KEYS"):
        AuditRing([KEY]).verifies(EMPTY_LINK, mac=EMPTY_MAC, key_id=OTHER.key_id.hex())
