"""What is sealed opens with the private key alone; what is no key is refused."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import (
    SEAL_OVERHEAD_BYTES,
    PublicKey,
    Sealed,
    UnusablePublicKey,
    seal,
    short_fingerprint,
)

KEY_ID = "9007199254740993123"

# From PyNaCl's published reference vectors, tests/data/sealed_box_ref.txt.
VECTOR_PRIVATE_KEY = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
VECTOR_PUBLIC_KEY = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
VECTOR_VALUE = (
    "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc"
    "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
    "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
    "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
    "5e0705"
)
VECTOR_BOX = (
    "199c808806a62c1be56951023ad3396b0ce0ef2c5b9ca688ac96d2d06ca43f65"
    "d314400cc9bbefb23dd26f824c9cb553f81e8c894ea9a553f4d777c77b66d5a6"
    "925da3f5961c5f7147172db5597ac14210066ee3ee13e6230a9a9610e9cddbf2"
    "4094f54fbbf6694c08a436cec39ff5a373656d9584f4df9dd8c817e2e5975406"
    "28d0ee21a6524a3fcf3eabdc0968390bd260a47366ead7f71cc2e774d411d96f"
    "3497c7e10291937bc16dc46a111686b85a8c86"
)

# The points of small order on Curve25519, which make a shared secret that anybody knows.
LAST_BYTES_OF_P = "ff" * 30 + "7f"
SMALL_ORDER_KEYS = [
    "00" * 32,
    "01" + "00" * 31,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ec" + LAST_BYTES_OF_P,
    "ed" + LAST_BYTES_OF_P,
    "ee" + LAST_BYTES_OF_P,
]


def public_half(private_key: PrivateKey) -> PublicKey:
    """The public half as Roblox would send it."""
    text = base64.b64encode(bytes(private_key.public_key)).decode()
    return PublicKey.from_base64(text, KEY_ID)


def opened(sealed: Sealed, private_key: PrivateKey) -> bytes:
    """What is in the box, for the holder of the private key."""
    return SealedBox(private_key).decrypt(base64.b64decode(sealed.box, validate=True))


@pytest.fixture(scope="module")
def private_key() -> PrivateKey:
    """The key that Roblox keeps."""
    return PrivateKey.generate()


@pytest.mark.parametrize(
    "value",
    [
        b"v",
        b"several\nlines\r\nand\ttabs\n",
        "Schlüssel ключ 鍵 🔑".encode(),
        bytes(range(256)) * 4,
    ],
)
def test_what_is_sealed_opens_with_the_private_key(private_key: PrivateKey, value: bytes) -> None:
    sealed = seal(Plaintext(value), public_half(private_key))
    assert opened(sealed, private_key) == value
    assert sealed.key_id == KEY_ID


@given(st.binary(max_size=1024))
@settings(max_examples=40)
def test_a_box_is_48_bytes_longer_than_the_value(value: bytes) -> None:
    sealed = seal(Plaintext(value), public_half(PrivateKey.generate()))
    assert len(base64.b64decode(sealed.box)) == len(value) + 48
    assert SEAL_OVERHEAD_BYTES == 48


def test_the_same_value_is_never_sealed_the_same_twice(private_key: PrivateKey) -> None:
    key = public_half(private_key)
    assert seal(Plaintext(b"value"), key).box != seal(Plaintext(b"value"), key).box


def test_another_private_key_does_not_open_the_box(private_key: PrivateKey) -> None:
    sealed = seal(Plaintext(b"value"), public_half(private_key))
    with pytest.raises(CryptoError):
        opened(sealed, PrivateKey.generate())


def test_the_published_vector_opens_and_its_key_seals() -> None:
    private_key = PrivateKey(bytes.fromhex(VECTOR_PRIVATE_KEY))
    published = base64.b64encode(bytes.fromhex(VECTOR_BOX)).decode()
    text = base64.b64encode(bytes.fromhex(VECTOR_PUBLIC_KEY)).decode()
    ours = seal(Plaintext(bytes.fromhex(VECTOR_VALUE)), PublicKey.from_base64(text, KEY_ID))
    assert opened(ours, private_key).hex() == VECTOR_VALUE
    assert opened(replace(ours, box=published), private_key).hex() == VECTOR_VALUE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base64",
        "ä" * 44,
        base64.b64encode(bytes(range(31))).decode(),
        base64.b64encode(bytes(range(33))).decode(),
        base64.b64encode(bytes(range(32))).decode() + "\n",
        base64.urlsafe_b64encode(b"\xfb" * 32).decode(),
    ],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(UnusablePublicKey):
        PublicKey.from_base64(text, KEY_ID)


@pytest.mark.parametrize("key", SMALL_ORDER_KEYS)
def test_a_public_key_whose_boxes_anybody_could_open_is_refused(key: str) -> None:
    with pytest.raises(UnusablePublicKey):
        PublicKey.from_base64(base64.b64encode(bytes.fromhex(key)).decode(), KEY_ID)


def test_a_public_key_without_an_id_is_refused() -> None:
    with pytest.raises(UnusablePublicKey):
        PublicKey.from_base64(base64.b64encode(bytes(range(32))).decode(), "")


def test_a_key_id_beyond_what_a_double_holds_stays_as_it_is(private_key: PrivateKey) -> None:
    assert public_half(private_key).key_id == "9007199254740993123"


def test_a_sealed_value_does_not_show_its_box(private_key: PrivateKey) -> None:
    sealed = seal(Plaintext(b"value"), public_half(private_key))
    assert sealed.box not in repr(sealed)
    assert repr(sealed).startswith(f"Sealed(key_id='{KEY_ID}', fingerprint='")


def test_a_sealed_value_says_for_which_key_and_when(private_key: PrivateKey) -> None:
    key = public_half(private_key)
    digest = hashlib.sha256(bytes(private_key.public_key)).hexdigest()
    sealed = seal(Plaintext(b"value"), key)
    assert key.fingerprint == sealed.fingerprint == digest
    assert timedelta(0) <= datetime.now(UTC) - sealed.sealed_at < timedelta(minutes=1)


def test_a_fingerprint_is_short_enough_to_compare() -> None:
    assert short_fingerprint("0123456789abcdef" * 4) == "0123 4567 89ab cdef"
    assert short_fingerprint("") == ""
