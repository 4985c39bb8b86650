"""What binds an identity to its person: a text that only the master keys can write.

A provider's word opens an account, so someone who can only edit the database must not be able to
move an identity to another account, or to add one.
"""

import hmac
import json

from secretsapp.core import keyring
from secretsapp.core.errors import KeyTrouble
from secretsapp.models import Identity
from secretsapp.rules.keys import master_ring


def bind(person_id: int, issuer: str, subject: str) -> bytes:
    """The text for the identity of that person."""
    return master_ring().encrypt(_text(issuer, subject), owner=_owner(person_id))


def is_bound(row: Identity) -> bool:
    """Whether the row was written for the person whose it is; not where no key opens it."""
    try:
        found = master_ring().decrypt(bytes(row.bound), owner=_owner(row.person_id))
    except KeyTrouble:
        return False
    return hmac.compare_digest(found, _text(row.issuer, row.subject))


def reencrypt(row: Identity) -> bytes:
    """The same text under the master key that writes now; raises KeyTrouble."""
    found = master_ring().decrypt(bytes(row.bound), owner=_owner(row.person_id))
    return master_ring().encrypt(found, owner=_owner(row.person_id))


def key_id_of(row: Identity) -> str:
    """The id, in hexadecimal, of the master key that the text is under, if it is whole."""
    return keyring.key_id_in(bytes(row.bound))


def _text(issuer: str, subject: str) -> bytes:
    return json.dumps([issuer, subject]).encode()


def _owner(person_id: int) -> str:
    return f"secretsapp_identity.bound.{person_id}"
