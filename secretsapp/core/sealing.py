"""Seals a plaintext for a universe: libsodium's sealed box, which nobody here can open."""

import base64
import binascii
from dataclasses import dataclass, field

from secretsapp.core.plaintext import Plaintext

PUBLIC_KEY_BYTES = 32
SEAL_OVERHEAD_BYTES = 48


class UnusablePublicKey(ValueError):
    """What claims to be a universe's public key is not an X25519 key in base64."""


@dataclass(frozen=True)
class PublicKey:
    """A universe's X25519 public key and the `key_id` that must go with what it seals.

    Roblox documents the id as a string; it is a number larger than 2**53, so it stays text.
    """

    key: bytes
    key_id: str

    @classmethod
    def from_base64(cls, text: str, key_id: str) -> "PublicKey":
        """The key as Roblox sends it; raises UnusablePublicKey for anything else."""
        try:
            key = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise UnusablePublicKey from None
        if len(key) != PUBLIC_KEY_BYTES or not key_id or not _can_seal(key):
            raise UnusablePublicKey
        return cls(key, key_id)


def _can_seal(key: bytes) -> bool:
    """Whether libsodium takes the key; it refuses the few whose boxes anybody could open."""
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
    """A sealed value: base64 text of the sealed box, and the id of the key it was sealed for."""

    box: str = field(repr=False)
    key_id: str


def seal(value: Plaintext, public_key: PublicKey) -> Sealed:
    """Seal `value` for the holder of `public_key`.

    The box is 48 bytes longer than the value; the result carries it in standard base64, as
    Roblox's create and update calls take it.
    """
    box = _sealed(value.expose(), public_key.key)
    return Sealed(base64.b64encode(box).decode("ascii"), public_key.key_id)
