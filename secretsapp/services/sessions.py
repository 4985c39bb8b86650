"""Encrypts and decrypts sessions at rest."""

from secretsapp.keys import master_ring

_OWNER = "django_session.session_data"


def encrypt(content: bytes) -> bytes:
    """The content of a session, encrypted under the current master key."""
    return master_ring().encrypt(content, owner=_OWNER)


def decrypt(blob: bytes) -> bytes:
    """The content of a session; raises KeyTrouble where no configured key opens it."""
    return master_ring().decrypt(blob, owner=_OWNER)
