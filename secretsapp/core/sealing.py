"""Seals a plaintext for a universe: libsodium's sealed box, which Sealroom can't open."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from secretsapp.core.plaintext import Plaintext

PUBLIC_KEY_BYTES = 32
SEAL_OVERHEAD_BYTES = 48
# Sixteen digits are 64 bits: enough to compare by eye what no one can aim at in a hurry.
SHORT_DIGITS, GROUP_DIGITS = 16, 4


class UnusablePublicKey(ValueError):
    """What claims to be a universe's public key is not an X25519 key in base64."""


@dataclass(frozen=True)
class PublicKey:
    """A universe's X25519 public key and the `key_id` that must go with what it seals.

    Roblox documents the id as a string; it is a number larger than 2**53, so it stays text.
    `asked_at` is when it was asked for: what is answered late may be a key of before.
    """

    key: bytes
    key_id: str
    asked_at: datetime = field(compare=False)

    @classmethod
    def from_base64(cls, text: str, key_id: str, asked_at: datetime | None = None) -> "PublicKey":
        """The key as Roblox sends it; raises UnusablePublicKey for anything else.

        Where nothing is said of when it was asked for, that was now.
        """
        try:
            key = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise UnusablePublicKey from None
        if len(key) != PUBLIC_KEY_BYTES or not key_id or not _can_seal(key):
            raise UnusablePublicKey
        return cls(key, key_id, asked_at or datetime.now(UTC))

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key's 32 bytes, as 64 hexadecimal digits."""
        return hashlib.sha256(self.key).hexdigest()


def short_fingerprint(fingerprint: str) -> str:
    """The beginning of a fingerprint in groups, for people to compare: `1f3a 90bc 77d2 0e45`."""
    digits = fingerprint[:SHORT_DIGITS]
    return " ".join(
        digits[start : start + GROUP_DIGITS] for start in range(0, len(digits), GROUP_DIGITS)
    )


def _can_seal(key: bytes) -> bool:
    """Whether libsodium takes the key; it refuses the few whose boxes anyone could open."""
    from nacl.exceptions import CryptoError  # noqa: PLC0415 - as in _sealed

    try:
        _sealed(b"", key)
    except CryptoError:
        return False
    return True


def _sealed(content: bytes, key: bytes) -> bytes:
    """The sealed box; libsodium is loaded with the first one, as most of what starts seals none."""
    from nacl.public import PublicKey as BoxKey  # noqa: PLC0415
    from nacl.public import SealedBox  # noqa: PLC0415

    return SealedBox(BoxKey(key)).encrypt(content)


@dataclass(frozen=True)
class Sealed:
    """A sealed value: base64 text of the sealed box, and for which key it was sealed, and when.

    `fingerprint` is that of the public key, `key_id` Roblox's name for it, and `asked_at` when it
    was asked for.
    """

    box: str = field(repr=False)
    key_id: str
    fingerprint: str
    asked_at: datetime
    sealed_at: datetime


def seal(value: Plaintext, public_key: PublicKey) -> Sealed:
    """Seal `value` for the holder of `public_key`.

    The box is 48 bytes longer than the value; the result carries it in standard base64, as
    Roblox's create and update calls take it.
    """
    box = _sealed(value.expose(), public_key.key)
    return Sealed(
        box=base64.b64encode(box).decode("ascii"),
        key_id=public_key.key_id,
        fingerprint=public_key.fingerprint,
        asked_at=public_key.asked_at,
        sealed_at=datetime.now(UTC),
    )
