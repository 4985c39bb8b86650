"""How secrets of second factors are stored: encrypted for one person, of whom the text tells.

allauth stores text and says neither whose it is nor which row it goes into, so the person's id is
part of the text. What was moved to another person's row is refused by `is_of`.
"""

import base64

from allauth.mfa.models import Authenticator

from secretsapp.core import keyring
from secretsapp.core.errors import KeyTrouble
from secretsapp.rules.keys import master_ring

# What is encrypted: the secret of an app, and what recovery codes are made from. Of a passkey there
# is nothing secret here; it is encrypted so that nobody who edits the database can add or move one.
_SECRETS = ("secret", "seed", "credential")


def encrypt(secret: str, person_id: int) -> str:
    """The secret as it is stored for that person."""
    blob = master_ring().encrypt(secret.encode("utf-8"), owner=_owner(person_id))
    return f"{person_id}:{base64.b64encode(blob).decode('ascii')}"


def decrypt(stored: str) -> str:
    """The secret; raises KeyTrouble where no configured key opens it for the person it names."""
    person_id, blob = _parts(stored)
    return master_ring().decrypt(blob, owner=_owner(person_id)).decode("utf-8")


def is_of(stored: str, person_id: int) -> bool:
    """Whether it was encrypted for that person, by what it says."""
    return stored.startswith(f"{person_id}:")


def secret_of(row: Authenticator) -> str:
    """What is encrypted in the row, as it is stored; nothing where there is no secret in it."""
    return next((str(row.data[name]) for name in _SECRETS if name in row.data), "")


def key_id_of_row(row: Authenticator) -> str:
    """The id, in hexadecimal, of the master key that its secret is under; nothing where it has no
    secret, or a damaged one."""
    try:
        return keyring.key_id_in(_parts(secret_of(row))[1])
    except KeyTrouble:
        return ""


def reencrypt(row: Authenticator) -> dict[str, object]:
    """What the row holds, its secret under the master key that writes now; raises KeyTrouble.

    It stays that of the person it names: otherwise a row that was moved would be made good here.
    """
    again = {name: _again(row.data[name]) for name in _SECRETS if name in row.data}
    return {**row.data, **again}


def _again(stored: str) -> str:
    person_id, _blob = _parts(stored)
    return encrypt(decrypt(stored), person_id)


def _parts(stored: str) -> tuple[int, bytes]:
    person_id, _colon, text = stored.partition(":")
    try:
        return int(person_id), base64.b64decode(text, validate=True)
    except ValueError:
        raise KeyTrouble("A second factor’s secret is damaged.") from None


def _owner(person_id: int) -> str:
    return f"mfa_authenticator.data.{person_id}"
