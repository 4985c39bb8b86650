"""How the log stands: its newest checkpoint, and whether it was found broken since."""

from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.models import AuditEvent, Checkpoint

# What tells of checkpoints alone, and so is no reason for another.
_OWN = (ProofEvent.CHECKPOINT_MADE.tag, ProofEvent.LOG_BROKEN.tag)


def latest() -> Checkpoint | None:
    """The newest checkpoint, if there is one."""
    return Checkpoint.objects.order_by("-number").first()


def alarm() -> AuditEvent | None:
    """The event that says that the log is broken, unless a checkpoint was signed since."""
    since = Checkpoint.objects.order_by("-number").values("size")[:1]
    found = AuditEvent.objects.filter(tag=ProofEvent.LOG_BROKEN.tag).order_by("-sequence")
    newest = found.annotate(signed=since).first()
    if newest is None or newest.sequence <= (newest.signed or 0):
        return None
    return newest


def reason_of(event: AuditEvent) -> str:
    """Why the log is broken, as the event says."""
    return (read_detail(event.detail) or {}).get("reason", "")


def has_news(last: Checkpoint) -> bool:
    """Whether the log holds more since then than what checkpoints put into it themselves."""
    return AuditEvent.objects.filter(sequence__gt=last.size).exclude(tag__in=_OWN).exists()
