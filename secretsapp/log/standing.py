"""How the log stands: its newest checkpoint, and whether it was found broken since."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from secretsapp.core.actor import Actor
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.roles import Permission
from secretsapp.models import AuditEvent, Checkpoint, Witness
from secretsapp.rules.paging import Page, cut
from secretsapp.rules.policy import require_installation, rights_of

# What tells of checkpoints alone, and so is no reason for another.
_OWN = (
    ProofEvent.CHECKPOINT_MADE.tag,
    ProofEvent.LOG_BROKEN.tag,
    KeyEvent.CHECKPOINT_KEY_ROTATED.tag,
)


def latest() -> Checkpoint | None:
    """The newest checkpoint, if there is one."""
    return Checkpoint.objects.order_by("-number").first()


def alarms() -> QuerySet[AuditEvent]:
    """The events that say that the log is broken, since the newest checkpoint; the newest first."""
    signed = Checkpoint.objects.order_by("-number").values("size")[:1]
    found = AuditEvent.objects.filter(tag=ProofEvent.LOG_BROKEN.tag)
    return found.filter(sequence__gt=Coalesce(Subquery(signed), 0)).order_by("-sequence")


def alarm() -> AuditEvent | None:
    """The newest of them, if there is one: no checkpoint was signed since."""
    return alarms().first()


def reason_of(event: AuditEvent | None) -> str:
    """Why the log is broken, as the event says; empty without one."""
    return reason_in(event.detail) if event else ""


def reason_in(detail: str) -> str:
    """The same by the details of the event."""
    return (read_detail(detail) or {}).get("reason") or "its reason can’t be read"


@dataclass(frozen=True)
class Standing:
    """What pages say of the log as a whole: up to where it was promised, and why it is broken.

    `witnessed` are what witnesses say who have seen another log.
    """

    checkpoint: Checkpoint | None
    broken: str
    witnessed: list[str]
    may_read_all: bool


def look(actor: Actor) -> Standing:
    """How the log stands; why it is broken is told to those who can read all of it."""
    may_read_all = rights_of(actor).allows_installation(Permission.READ_AUDIT)
    if not may_read_all:
        return Standing(latest(), "", [], may_read_all)
    found = _with_alarms()
    broken = reason_of(alarm()) if found is None or found.is_broken else ""
    told = witnessed(actor) if found is None or found.is_alarmed else []
    return Standing(found, broken, told, may_read_all)


def _with_alarms() -> Any:
    """The newest checkpoint, with whether there are alarms: these are asked for only then."""
    since = AuditEvent.objects.filter(tag=ProofEvent.LOG_BROKEN.tag, sequence__gt=OuterRef("size"))
    found = Checkpoint.objects.order_by("-number")
    return found.annotate(is_broken=Exists(since), is_alarmed=Exists(alarmed())).first()


def witnessed(actor: Actor) -> list[str]:
    """What witnesses say who have seen another log, for those who can read all of it."""
    if not rights_of(actor).allows_installation(Permission.READ_AUDIT):
        return []
    return list(alarmed().values_list("alarm", flat=True))


def alarmed() -> QuerySet[Witness]:
    """The witnesses that have seen another log than this one is now."""
    return Witness.objects.exclude(alarm="").order_by("name")


def listing(actor: Actor, number: int) -> Page[Checkpoint]:
    """That page of the checkpoints, the newest first; raises Forbidden."""
    require_all(actor)
    return cut(Checkpoint.objects.order_by("-number"), number)


def has_news(last: Checkpoint) -> bool:
    """Whether the log holds more since then than what checkpoints put into it themselves."""
    return AuditEvent.objects.filter(sequence__gt=last.size).exclude(tag__in=_OWN).exists()


def require_all(actor: Actor) -> None:
    """Raise Forbidden unless the actor can read the whole log."""
    require_installation(actor, Permission.READ_AUDIT)
