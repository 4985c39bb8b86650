"""How audit events are encoded, hashed, linked and authenticated.

The encoding can never change for events that exist: test vectors fix both forms. What is written
has the second one, which also says in which session and by which request it was done.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from secretsapp.core.errors import MissingKey
from secretsapp.core.keyring import Key

FORMAT = 2
LENGTH_BYTES = 4
START_OF_CHAIN = "0" * 64

_FIRST = (
    "sequence",
    "time",
    "tag",
    "actor_kind",
    "actor_id",
    "actor_name",
    "door",
    "address",
    "universe_id",
    "universe_name",
    "secret_name",
    "subject_kind",
    "subject_id",
    "subject_name",
    "change_id",
    "detail",
)
FIELDS = (*_FIRST, "session_id", "request_id")
# What is hashed of an event, in that order, by the form that it was written in.
FIELDS_OF: Mapping[int, tuple[str, ...]] = MappingProxyType({1: _FIRST, FORMAT: FIELDS})
_PREFIXES = {len(names): b"sealroom audit event %d\x00" % form for form, names in FIELDS_OF.items()}


def encode(fields: Mapping[str, str]) -> bytes:
    """The bytes of an event that are hashed: each field of its form in order, behind its length.

    Which form it is is said by its fields: those of one of FIELDS_OF and no others. Every field is
    text; its length is that of its UTF-8 bytes, four bytes, big-endian.
    """
    return _encoded([fields[name] for name in FIELDS[: len(fields)]])


def content_hash(fields: Mapping[str, str]) -> str:
    """SHA-256 of the encoded event, in hexadecimal."""
    return hashlib.sha256(encode(fields)).hexdigest()


def content_hash_of(texts: Sequence[str]) -> str:
    """The same of the fields in order."""
    return hashlib.sha256(_encoded(texts)).hexdigest()


def _encoded(texts: Sequence[str]) -> bytes:
    parts = [_PREFIXES[len(texts)]]
    for text in texts:
        content = text.encode("utf-8")
        parts += (len(content).to_bytes(LENGTH_BYTES, "big"), content)
    return b"".join(parts)


def link_hash(previous_link: str, content: str) -> str:
    """SHA-256 of the previous link and this event's content hash; all three in hexadecimal."""
    joined = bytes.fromhex(previous_link) + bytes.fromhex(content)
    return hashlib.sha256(joined).hexdigest()


class AuditRing:
    """Authenticates links with its first key and verifies with whichever key is named."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = {key.key_id.hex(): key.material for key in keys}
        self.current_key_id = keys[0].key_id.hex()

    def authenticate(self, link: str) -> str:
        """HMAC-SHA-256 of the link under the current key, in hexadecimal."""
        return _mac(self._keys[self.current_key_id], link)

    def verifies(self, link: str, *, mac: str, key_id: str) -> bool:
        """Whether `mac` is that of `link` under the key named; MissingKey if it is not here."""
        material = self._keys.get(key_id)
        if material is None:
            raise MissingKey(f"The audit key {key_id} is not configured. Add it to AUDIT_KEYS.")
        # Text that is not ASCII cannot be compared, and a row may have been edited to anything.
        return hmac.compare_digest(_mac(material, link).encode("utf-8"), mac.encode("utf-8"))


def _mac(material: bytes, link: str) -> str:
    return hmac.digest(material, bytes.fromhex(link), "sha256").hex()
