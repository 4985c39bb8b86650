"""The only writer of audit events: appends them to the chain, last in a transaction."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import connection
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from secretsapp.core import chain
from secretsapp.core.actor import Actor
from secretsapp.core.errors import LogBroken
from secretsapp.core.events.kinds import RUN_BY, Event
from secretsapp.models import ApiKey, AuditEvent, Team, Universe, User
from secretsapp.models.audit import HEAD_ID
from secretsapp.rules.keys import audit_ring


class Named(Protocol):
    """What else an event can be about: its kind, its id and its name stand in the event."""

    @property
    def subject_kind(self) -> str: ...
    @property
    def pk(self) -> Any: ...
    @property
    def name(self) -> Any: ...


Subject = User | Team | ApiKey | Named | None

# An event is equal to another that says the same of the same actor, by the same way.
EQUAL = (
    "tag",
    "door",
    "address",
    "actor_kind",
    "actor_id",
    "actor_name",
    "universe_id",
    "secret_name",
    "subject_id",
    "detail",
)
ABOUT_SUBJECT, ABOUT_ACTOR = ("tag", "subject_kind", "subject_id"), ("tag", "actor_id")
EQUAL_AMONG = 1000

# Everyone else waits while the head is locked, and the ORM takes half a millisecond for each.
_READ_HEAD = 'SELECT "sequence", "link" FROM "secretsapp_audithead" WHERE "id" = %s'
_MOVE_HEAD = 'UPDATE "secretsapp_audithead" SET "sequence" = %s, "link" = %s WHERE "id" = %s'


@dataclass
class Head:
    """The number and link of the newest event."""

    sequence: int
    link: str


@dataclass(frozen=True)
class Entry:
    """An event to be: what happened, who did it and to what. Details are short texts."""

    event: Event
    actor: Actor
    universe: Universe | None = None
    secret_name: str = ""
    subject: Subject = None
    change_id: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


def append(*entries: Entry) -> list[AuditEvent]:
    """Append the entries to the chain, in order; gives the events they became.

    The head row stays locked until the transaction ends, so nothing else may be locked after
    it: call this last. Raises LogBroken outside a transaction, and where the head is missing.
    Without entries nothing is looked at.
    """
    if not entries:
        return []
    head = _locked_head()
    ring = audit_ring()
    return [_append(head, ring, entry) for entry in entries]


def has_equal(entry: Entry, *, since: datetime) -> bool:
    """Whether there is an equal event since then, among the newest."""
    return _newest(entry, EQUAL).filter(time__gt=since).exists()


def has_alike(entry: Entry, *, since: datetime) -> bool:
    """Whether there is an event of that kind since then about the same subject, or else actor."""
    return (
        _newest(entry, ABOUT_SUBJECT if entry.subject else ABOUT_ACTOR)
        .filter(time__gt=since)
        .exists()
    )


def _locked_head() -> Head:
    if not connection.in_atomic_block:
        raise LogBroken("An audit event must be appended in the transaction of what it records.")
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_READ_HEAD + lock, [HEAD_ID])
        row = cursor.fetchone()
    if row is None:
        raise LogBroken(
            "Nothing was done: the head of the audit log is missing, so nothing can be "
            "recorded. Run `manage.py verify_audit` and restore a backup."
        )
    return Head(*row)


def _append(head: Head, ring: chain.AuditRing, entry: Entry) -> AuditEvent:
    event = _event(head.sequence + 1, entry)
    event.content = chain.content_hash(event.chained_fields())
    event.link = chain.link_hash(head.link, event.content)
    event.key_id = ring.current_key_id
    event.mac = ring.authenticate(event.link)
    _insert(event)
    head.sequence, head.link = event.sequence, event.link
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_HEAD, [head.sequence, head.link, HEAD_ID])
    return event


def _insert(event: AuditEvent) -> None:
    fields = AuditEvent._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    # Every word of it is a name of ours; what is stored goes beside it.
    statement = f'INSERT INTO "secretsapp_auditevent" ({columns}) VALUES ({places})'  # noqa: S608 # nosec B608
    values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _event(sequence: int, entry: Entry) -> AuditEvent:
    actor, universe = entry.actor, entry.universe
    kind, subject_id, subject_name = _subject(entry.subject)
    return AuditEvent(
        sequence=sequence,
        format=chain.FORMAT,
        time=timezone.now(),
        tag=entry.event.tag,
        actor_kind=actor.kind,
        actor_id=str(actor.person_id or ""),
        actor_name=actor.name,
        door=actor.door,
        address=actor.address,
        universe_id=str(universe.pk) if universe else "",
        universe_name=universe.name if universe else "",
        secret_name=entry.secret_name,
        subject_kind=kind,
        subject_id=subject_id,
        subject_name=subject_name,
        change_id=entry.change_id,
        detail=json.dumps(_detail(entry), sort_keys=True),
        session_id=actor.session_id,
        request_id=actor.request_id,
    )


def _detail(entry: Entry) -> dict[str, str]:
    """What is said of the event, and who ran the command where that is not the actor."""
    run_by = entry.actor.run_by
    return {**entry.detail, RUN_BY: run_by} if run_by else dict(entry.detail)


def _subject(subject: Subject) -> tuple[str, str, str]:
    if subject is None:
        return "", "", ""
    if isinstance(subject, User):
        return "person", str(subject.pk), subject.email
    if isinstance(subject, Team):
        return "team", str(subject.pk), subject.name
    kind = "api_key" if isinstance(subject, ApiKey) else subject.subject_kind
    return kind, str(subject.pk), subject.name


def _newest(entry: Entry, fields: Iterable[str]) -> QuerySet[AuditEvent]:
    """The events that have the same in these fields, among the newest."""
    newest = AuditEvent.objects.order_by("-sequence").values("sequence")[:1]
    wanted = _event(0, entry)
    same = {name: getattr(wanted, name) for name in fields}
    return AuditEvent.objects.filter(sequence__gt=Subquery(newest) - EQUAL_AMONG, **same)
