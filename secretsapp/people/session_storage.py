"""How sessions are stored: under a hash of their key, and encrypted for that place alone."""

import hashlib

from secretsapp.rules.keys import master_ring

STORED_KEY_LENGTH = 40


def stored_key(session_key: str) -> str:
    """What the table holds in place of the key in the cookie: 160 bits of its SHA-256.

    Who reads the table cannot get from there to the cookie. Keys are random, so no salt is
    needed; the column has room for 40 characters.
    """
    return hashlib.sha256(session_key.encode("utf-8")).hexdigest()[:STORED_KEY_LENGTH]


def encrypt(content: bytes, stored_key: str) -> bytes:
    """The content of the session stored there, encrypted under the current master key."""
    return master_ring().encrypt(content, owner=_owner(stored_key))


def decrypt(blob: bytes, stored_key: str) -> bytes:
    """The content of the session stored there.

    Raises KeyTrouble where no configured key opens it, or the blob is another session's.
    """
    return master_ring().decrypt(blob, owner=_owner(stored_key))


def _owner(stored_key: str) -> str:
    return f"django_session.session_data.{stored_key}"
