"""What a copy of the database holds, read from the copy itself and not through the models."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Model

from secretsapp.core.errors import CopyFailed
from secretsapp.core.keyring import key_id_of
from secretsapp.models import (
    Invitation,
    InvitationGrant,
    NewSignIn,
    OneTimeCode,
    OutgoingMail,
    PasswordMail,
    SignedIn,
    Tally,
    Worker,
    WrongPasswords,
)

# What belongs to the running installation alone: a copy is made without it.
FLEETING: tuple[type[Model], ...] = (
    Session,
    SignedIn,
    NewSignIn,
    OneTimeCode,
    OutgoingMail,
    PasswordMail,
    InvitationGrant,
    Invitation,
    Tally,
    Worker,
    WrongPasswords,
)
FLEETING_TABLES = tuple(model._meta.db_table for model in FLEETING)

# Runs a query on the copy; raises what the driver raises.
Rows = Callable[[str], list[Any]]

NOT_OURS = "it is not a Sealroom backup: it has none of its tables"

_HEAD = "SELECT sequence, link FROM secretsapp_audithead"
_EVENTS = "SELECT count(*) FROM secretsapp_auditevent"
_AUDIT_KEYS = "SELECT DISTINCT key_id FROM secretsapp_auditevent"
_BLOBS = (
    "SELECT encrypted_value FROM secretsapp_apikey UNION ALL SELECT blob FROM secretsapp_keyproof"
)
_MIGRATIONS = "SELECT name FROM django_migrations WHERE app = 'secretsapp'"


@dataclass(frozen=True)
class Contents:
    """How far the audit log of a copy goes, and the ids of the keys that the copy needs."""

    events: int
    sequence: int
    link: str
    master_keys: tuple[str, ...]
    audit_keys: tuple[str, ...]
    migrations: frozenset[str]

    @property
    def anchor(self) -> str:
        """The head of the log, as `SEQ:LINK`."""
        return f"{self.sequence}:{self.link}"


def read(rows: Rows) -> Contents:
    """What the copy holds; raises CopyFailed where it was never set up."""
    head = rows(_HEAD)
    if not head:
        raise CopyFailed("The copy has no installation that was set up.")
    sequence, link = head[0]
    return Contents(
        events=rows(_EVENTS)[0][0],
        sequence=sequence,
        link=link,
        master_keys=_ids(key_id_of(bytes(blob)).hex() for (blob,) in rows(_BLOBS)),
        audit_keys=_ids(key_id for (key_id,) in rows(_AUDIT_KEYS)),
        migrations=frozenset(name for (name,) in rows(_MIGRATIONS)),
    )


def _ids(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))
