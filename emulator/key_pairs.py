"""A universe's key pair: what is sealed with its public half is really opened with the other."""

import base64
import secrets
from dataclasses import dataclass, field
from typing import Self

from nacl.public import PrivateKey, SealedBox

from emulator.documents import Document

# Roblox's key ids are numbers beyond what a double can hold exactly, written as text.
SMALLEST_KEY_ID = 10**18
KEY_IDS = 8 * 10**18


@dataclass(frozen=True)
class KeyPair:
    """A private key and the id under which its public half is handed out."""

    key_id: str
    private_key: PrivateKey = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """A new pair with a new id."""
        return cls(str(SMALLEST_KEY_ID + secrets.randbelow(KEY_IDS)), PrivateKey.generate())

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """The pair that `as_document` described."""
        return cls(str(document["key_id"]), PrivateKey(base64.b64decode(document["private_key"])))

    def as_document(self) -> Document:
        """What the state file keeps of the pair."""
        return {"key_id": self.key_id, "private_key": _base64(bytes(self.private_key))}

    @property
    def public_key(self) -> str:
        """The public half in base64."""
        return _base64(bytes(self.private_key.public_key))

    def unseal(self, box: bytes) -> bytes:
        """What is in the sealed box; raises nacl.exceptions.CryptoError if it does not open."""
        return SealedBox(self.private_key).decrypt(box)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
