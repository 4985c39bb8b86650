"""A long audit log that is true: every event hashed, linked and authenticated, written in bulk."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from math import lcm
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from benchmarks.reviewed import FIRST_UNIVERSE
from secretsapp.core import chain
from secretsapp.core.actor import ActorKind, Door
from secretsapp.core.chain import AuditRing
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.rules import log_statistics, triggers
from secretsapp.rules.keys import audit_ring

BEGAN = datetime(2024, 1, 1, 0, 0, 0, 250, tzinfo=UTC)
INTERVAL = timedelta(seconds=60)
PEOPLE = 40
# Few enough that each has more than a page of the shortest log that is measured, so that pages of
# as many rows are compared; and it shares no divisor with the others, so that every pair occurs.
UNIVERSES = 11
SECRETS = 120
PER_SESSION = 40
CHUNK = 20_000

# What a log is mostly made of; the first two are one change.
EVENTS = (
    SecretEvent.SECRET_ROTATE_STARTED,
    SecretEvent.SECRET_ROTATE_SUCCEEDED,
    PersonEvent.PERSON_SIGNED_IN,
    SecretEvent.SECRET_DETAILS_CHANGED,
    AccessEvent.ACCESS_REFUSED,
    AccessEvent.GRANT_GIVEN,
    SecretEvent.SECRET_DRIFT_CHANGED,
)
OF_CHANGE = 2
REASONS = ("Roblox is away", "the key expired", "the deadline of the release", "a contractor left")
# After so many events everything but times, numbers and ids comes again.
PERIOD = lcm(len(EVENTS), PEOPLE, UNIVERSES, SECRETS, len(REASONS))


def lengthen(events: int) -> None:
    """Let the log hold that many events; triggers and indexes are off meanwhile, then on again."""
    with _bare_table():
        head, ring = AuditHead.objects.get(), audit_ring()
        rows = _rows(head, ring, events)
        while chunk := list(islice(rows, CHUNK)):
            with transaction.atomic():
                _store(chunk)
                head.save(update_fields=["sequence", "link"])
    settle()


@contextmanager
def _bare_table() -> Iterator[None]:
    """The table of events alone: an index is made in a fraction of the time once all are there."""
    triggers.remove()
    with connection.schema_editor() as editor:
        for index in AuditEvent._meta.indexes:
            editor.remove_index(AuditEvent, index)
    yield
    with connection.schema_editor() as editor:
        for index in AuditEvent._meta.indexes:
            editor.add_index(AuditEvent, index)
    log_statistics.install()
    triggers.install()


def _rows(head: AuditHead, ring: AuditRing, events: int) -> Iterator[list[Any]]:
    """The columns of each event behind the head, which moves along."""
    names = [field.attname for field in AuditEvent._meta.concrete_fields]
    # PostgreSQL stores a time with its zone, SQLite as text without.
    zone = UTC if connection.vendor == "postgresql" else None
    for sequence in range(head.sequence + 1, events + 1):
        time = BEGAN + sequence * INTERVAL
        fields = _fields(sequence, time)
        content = chain.content_hash(fields)
        head.sequence, head.link = sequence, chain.link_hash(head.link, content)
        columns: dict[str, Any] = fields | {
            "content": content,
            "link": head.link,
            "key_id": ring.current_key_id,
            "mac": ring.authenticate(head.link),
            "format": chain.FORMAT,
            "sequence": sequence,
            "time": time.replace(tzinfo=zone),
        }
        yield [columns[name] for name in names]


def _fields(sequence: int, time: datetime) -> dict[str, str]:
    """The event of that number as the texts that are hashed, varied as in a real log."""
    repeated = _repeated(sequence % PERIOD)
    round_, kind = divmod(sequence, len(EVENTS))
    varied = sequence - kind if kind < OF_CHANGE else sequence
    is_drift = EVENTS[kind] is SecretEvent.SECRET_DRIFT_CHANGED
    return repeated | {
        "sequence": str(sequence),
        "time": f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond:06}Z",
        "change_id": str(UUID(int=round_)) if kind < OF_CHANGE else "",
        "session_id": "" if is_drift else f"{varied // PER_SESSION:016x}",
        "request_id": "" if is_drift else f"{varied:016x}",
    }


@cache
def _repeated(place: int) -> dict[str, str]:
    """What the events have in common that stand at that place of a period."""
    kind = place % len(EVENTS)
    varied = place - kind if kind < OF_CHANGE else place
    person, universe = varied * 7 % PEOPLE, varied * 5 % UNIVERSES
    event = EVENTS[kind]
    is_grant = event is AccessEvent.GRANT_GIVEN
    is_drift = event is SecretEvent.SECRET_DRIFT_CHANGED
    has_secret = event not in (PersonEvent.PERSON_SIGNED_IN, AccessEvent.GRANT_GIVEN)
    is_person = event is PersonEvent.PERSON_SIGNED_IN
    return {
        "tag": event.tag,
        "actor_kind": str(ActorKind.SYSTEM if is_drift else ActorKind.PERSON),
        "actor_id": "" if is_drift else str(person),
        "actor_name": "Sealroom (refresh)" if is_drift else f"person{person}@example.com",
        "door": str(Door.WORKER if is_drift else Door.BROWSER),
        "address": "" if is_drift else f"192.0.2.{person}",
        "universe_id": "" if is_person else str(FIRST_UNIVERSE + universe),
        "universe_name": "" if is_person else f"Harbor {universe}",
        "secret_name": f"PROVIDER_{varied * 13 % SECRETS}_TOKEN" if has_secret else "",
        "subject_kind": "person" if is_grant else "",
        "subject_id": str(place % PEOPLE) if is_grant else "",
        "subject_name": f"person{place % PEOPLE}@example.com" if is_grant else "",
        "detail": json.dumps({"reason": REASONS[place % len(REASONS)]}),
    }


def _store(rows: list[list[Any]]) -> None:
    table = AuditEvent._meta.db_table
    columns = ", ".join(field.attname for field in AuditEvent._meta.concrete_fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(rows[0]))
        # Every word of it is a name of ours; what is stored goes beside it.
        statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608
        cursor.executemany(statement, rows)


def settle() -> None:
    """Let the database be at rest, so that it does nothing beside what is measured."""
    is_postgres = connection.vendor == "postgresql"
    rest = ("VACUUM ANALYZE", "CHECKPOINT") if is_postgres else ("PRAGMA wal_checkpoint(TRUNCATE)",)
    with connection.cursor() as cursor:
        for statement in rest:
            cursor.execute(statement)
