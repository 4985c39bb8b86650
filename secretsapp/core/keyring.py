"""Encryption at rest: AES-256-GCM under a ring of keys; the first writes, every one reads."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from secretsapp.core.errors import MissingKey, WrongKey

KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
# Of 32 random bytes some 30 differ, and of 64 random hexadecimal digits hardly ever fewer than 12.
FEWEST_DIFFERENT_BYTES = 8
FORMAT = b"\x01"
HEADER_BYTES = len(FORMAT) + KEY_ID_BYTES + NONCE_BYTES


@dataclass(frozen=True)
class Key:
    """32 bytes of key material with an id that is derived from them, so it cannot be wrong."""

    material: bytes = field(repr=False)

    @property
    def key_id(self) -> bytes:
        """Eight bytes that name the key and tell nothing of it."""
        digest = hashlib.sha256(b"sealroom key id\x00" + self.material)
        return digest.digest()[:KEY_ID_BYTES]


def generate_key() -> str:
    """A new random key, in the base64 text that `parse_keys` reads."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def is_guessable(content: bytes) -> bool:
    """Whether it is a piece that repeats itself, or has so few different bytes that no chance
    made it: zeros, one letter, a word written several times."""
    repeats = content in (content + content)[1:-1]
    return repeats or len(set(content)) < FEWEST_DIFFERENT_BYTES


def parse_keys(text: str, setting: str) -> list[Key]:
    """The keys in `text`: base64 of 32 bytes each, separated by white space or commas.

    `setting` is the name to mention when it goes wrong; raises MissingKey with a sentence that
    never holds any of the text.
    """
    words = text.replace(",", " ").split()
    keys = [Key(_decode(word, number, setting)) for number, word in enumerate(words, start=1)]
    if not keys:
        raise MissingKey(f"{setting} has no key. Run `manage.py setup` or set it.")
    if len({key.key_id for key in keys}) != len(keys):
        raise MissingKey(f"{setting} has the same key twice. Remove one of the two.")
    return keys


def _decode(word: str, number: int, setting: str) -> bytes:
    try:
        material = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        material = b""
    if len(material) != KEY_BYTES:
        raise MissingKey(
            f"Key {number} in {setting} is not the base64 text of {KEY_BYTES} bytes. Fix it."
        )
    return material


class KeyRing:
    """Encrypts with its first key and decrypts with whichever key a blob names."""

    def __init__(self, keys: Sequence[Key]) -> None:
        # Most commands encrypt and decrypt nothing, and the library is large.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        self._keys = {key.key_id: AESGCM(key.material) for key in keys}
        self._first = keys[0].key_id

    def encrypt(self, content: bytes, *, owner: str) -> bytes:
        """A blob that opens only for the same `owner`: the place it is stored, in words.

        The layout is format (1 byte), key id (8), nonce (12), ciphertext and tag (16 bytes
        longer than the content).
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        header = FORMAT + self._first + nonce
        cipher = self._keys[self._first]
        return header + cipher.encrypt(nonce, content, _associated_data(header, owner))

    def decrypt(self, blob: bytes, *, owner: str) -> bytes:
        """The content of a blob of `encrypt`.

        Raises MissingKey if the ring doesn't have the key that wrote it, and WrongKey where the
        blob is damaged, was moved from another owner, or is no blob of ours.
        """
        header, sealed = blob[:HEADER_BYTES], blob[HEADER_BYTES:]
        if len(header) < HEADER_BYTES or header[:1] != FORMAT:
            raise WrongKey(
                "Encrypted data is damaged: it is not in the form that Sealroom "
                "writes. Restore a backup."
            )
        cipher = self._keys.get(key_id_of(blob))
        if cipher is None:
            raise MissingKey(
                f"The master key {key_id_of(blob).hex()} is not configured. Add it to "
                "MASTER_KEYS again."
            )
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as in __init__

        try:
            return cipher.decrypt(header[-NONCE_BYTES:], sealed, _associated_data(header, owner))
        except InvalidTag:
            raise WrongKey(
                "Encrypted data can’t be decrypted: it was damaged or moved. Restore a backup."
            ) from None


def key_id_of(blob: bytes) -> bytes:
    """The id of the key that wrote `blob`."""
    return blob[len(FORMAT) : len(FORMAT) + KEY_ID_BYTES]


def key_id_in(blob: bytes) -> str:
    """The same in hexadecimal; nothing where the blob is too short to be one."""
    return key_id_of(blob).hex() if len(blob) >= HEADER_BYTES else ""


def _associated_data(header: bytes, owner: str) -> bytes:
    """Binds format, key, nonce and place to the ciphertext; the header has a fixed length."""
    return header + owner.encode("utf-8")
