"""Encryption at rest: what the ring writes it reads, and nothing else."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsapp.core.errors import KeyTrouble, MissingKey, WrongKey
from secretsapp.core.keyring import Key, KeyRing, generate_key, key_id_of, parse_keys
from tests.core.chains import words_of

FIRST = Key(bytes(range(32)))
SECOND = Key(bytes(range(32, 64)))
FIRST_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SECOND_TEXT = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

# Written with AES-256-GCM directly: key, owner, content, and the blob in hexadecimal, which is
# format, key id, nonce, ciphertext and tag. They fix the format: every one must open for ever.
EMPTY_BLOB = "01e470b8d06f90365a0000000000000000000000005c66580f5abfd52ee4eb988272f123c5"
LINES_BLOB = (
    "01"
    "e470b8d06f90365a"
    "000102030405060708090a0b"
    "31c17269a180c861fa24fe7deb7d91eb4092c9897abe2608115820"
)
BYTES_BLOB = "01b1d41c40516645a2ffffffffffffffffffffffffb1f04d5cb97bad838763c56bcb70f3a45aaa"
VECTORS = [
    (FIRST, "somewhere", b"", EMPTY_BLOB),
    (FIRST, "table.column.1", "värde\nzwei".encode(), LINES_BLOB),
    (SECOND, "ört", b"\x00\xff", BYTES_BLOB),
]
BLOB = bytes.fromhex(LINES_BLOB)


@pytest.mark.parametrize(("key", "owner", "content", "blob"), VECTORS)
def test_blobs_that_were_written_once_open_for_ever(
    key: Key, owner: str, content: bytes, blob: str
) -> None:
    ring = KeyRing([FIRST, SECOND])
    assert ring.decrypt(bytes.fromhex(blob), owner=owner) == content
    assert key_id_of(bytes.fromhex(blob)) == key.key_id


@given(st.binary(max_size=200), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=60)
def test_what_is_encrypted_opens_again_for_its_owner(content: bytes, owner: str) -> None:
    blob = KeyRing([FIRST]).encrypt(content, owner=owner)
    assert KeyRing([SECOND, FIRST]).decrypt(blob, owner=owner) == content
    assert len(blob) == 1 + 8 + 12 + len(content) + 16


def test_the_same_content_is_never_encrypted_the_same_twice() -> None:
    ring = KeyRing([FIRST])
    assert ring.encrypt(b"content", owner="a") != ring.encrypt(b"content", owner="a")


def test_the_first_key_writes_and_every_key_reads() -> None:
    old, new = KeyRing([FIRST]), KeyRing([SECOND, FIRST])
    old_blob, new_blob = old.encrypt(b"old", owner="a"), new.encrypt(b"new", owner="a")
    assert key_id_of(old_blob) == FIRST.key_id
    assert key_id_of(new_blob) == SECOND.key_id
    assert new.decrypt(old_blob, owner="a") == b"old"


@pytest.mark.parametrize("owner", ["table.column.2", "table.column.1 ", "", "table.column.11"])
def test_a_blob_that_was_moved_does_not_open(owner: str) -> None:
    with pytest.raises(WrongKey, match="moved"):
        KeyRing([FIRST]).decrypt(BLOB, owner=owner)


@pytest.mark.parametrize("place", range(len(BLOB)))
def test_a_bit_flipped_anywhere_is_noticed(place: int) -> None:
    damaged = bytearray(BLOB)
    damaged[place] ^= 0x10
    with pytest.raises(KeyTrouble):
        KeyRing([FIRST, SECOND]).decrypt(bytes(damaged), owner="table.column.1")


@pytest.mark.parametrize("length", range(len(BLOB)))
def test_a_blob_that_was_cut_off_does_not_open(length: int) -> None:
    with pytest.raises(WrongKey):
        KeyRing([FIRST]).decrypt(BLOB[:length], owner="table.column.1")


def test_a_blob_that_was_lengthened_does_not_open() -> None:
    with pytest.raises(WrongKey):
        KeyRing([FIRST]).decrypt(BLOB + b"\x00", owner="table.column.1")


@pytest.mark.parametrize("format_byte", [b"\x00", b"\x02", b"\xff"])
def test_another_format_is_no_blob_of_ours(format_byte: bytes) -> None:
    with pytest.raises(WrongKey, match="form"):
        KeyRing([FIRST]).decrypt(format_byte + BLOB[1:], owner="table.column.1")


def test_a_blob_under_a_key_that_is_not_here_names_that_key() -> None:
    with pytest.raises(MissingKey, match=r"e470b8d06f90365a.*MASTER_KEYS"):
        KeyRing([SECOND]).decrypt(BLOB, owner="table.column.1")


def test_a_blob_relabelled_as_another_key_does_not_open() -> None:
    relabelled = BLOB[:1] + SECOND.key_id + BLOB[9:]
    with pytest.raises(WrongKey):
        KeyRing([FIRST, SECOND]).decrypt(relabelled, owner="table.column.1")


def test_a_key_does_not_show_itself() -> None:
    assert repr(FIRST) == "Key()"
    assert FIRST.key_id.hex() == "e470b8d06f90365a"


def test_a_generated_key_is_one_that_is_read_and_never_the_same() -> None:
    first, second = generate_key(), generate_key()
    assert first != second
    assert len(parse_keys(f"{first} {second}", "MASTER_KEYS")) == 2


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST_TEXT} {SECOND_TEXT}",
        f"{FIRST_TEXT},{SECOND_TEXT}",
        f"  {FIRST_TEXT} ,\n{SECOND_TEXT}\n",
    ],
)
def test_keys_stand_apart_by_white_space_or_commas_and_keep_their_order(text: str) -> None:
    assert parse_keys(text, "MASTER_KEYS") == [FIRST, SECOND]


@pytest.mark.parametrize("text", ["", " \n", ",, ,"])
def test_no_key_is_said_in_words(text: str) -> None:
    with pytest.raises(MissingKey, match=r"AUDIT_KEYS has no key.*manage\.py setup"):
        parse_keys(text, "AUDIT_KEYS")


def test_a_key_given_twice_is_said_in_words() -> None:
    with pytest.raises(MissingKey, match="same key twice") as refusal:
        parse_keys(f"{FIRST_TEXT} {SECOND_TEXT} {FIRST_TEXT}", "MASTER_KEYS")
    assert FIRST_TEXT[:8] not in words_of(refusal.value)


@pytest.mark.parametrize(
    "bad",
    [
        "marker",
        "marker-is-not-base64!",
        "märker",
        "marker" + FIRST_TEXT,
        base64.b64encode(b"marker" * 5).decode(),
        base64.b64encode(b"marker" * 6).decode(),
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
    ],
)
def test_a_bad_key_is_named_by_its_number_and_never_shown(bad: str) -> None:
    with pytest.raises(MissingKey, match="Key 2 in MASTER_KEYS") as refusal:
        parse_keys(f"{FIRST_TEXT} {bad}", "MASTER_KEYS")
    assert bad not in words_of(refusal.value)
    assert FIRST_TEXT not in words_of(refusal.value)


def refusal_of(text: str) -> str | None:
    """The sentence with which the keys in the text are refused, or None."""
    try:
        parse_keys(text, "MASTER_KEYS")
    except MissingKey as refusal:
        return str(refusal)
    return None


@given(st.text(max_size=80))
def test_text_that_is_no_key_is_refused_in_words(text: str) -> None:
    assert "MASTER_KEYS" in (refusal_of(text) or "")
    assert refusal_of(FIRST_TEXT) is None
