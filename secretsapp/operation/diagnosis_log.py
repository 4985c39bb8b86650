"""What `doctor` finds of the log: whether it is broken, its newest checkpoint, its witnesses."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from secretsapp.log import archive_checks, archived, cosigned, standing
from secretsapp.models import AuditEvent, Witness
from secretsapp.operation.findings import Finding, Findings, ok, warning, wrong

_LATE = 3


def checkpoints_of_log() -> Findings:
    """Whether the log verified when it was checked last, and how far the newest checkpoint is."""
    broken, newest = standing.alarm(), standing.latest()
    if broken is not None:
        yield wrong(
            f"The audit log is broken: {standing.reason_of(broken)}",
            "Run `manage.py verify_audit`, restore a backup, and find out who did it.",
        )
    if newest is None:
        yield _none_yet()
        return
    told = (
        f"number {newest.number}, of {newest.size} events, at {newest.made_at:%Y-%m-%d %H:%M} UTC"
    )
    if _is_late(newest.made_at) and standing.has_news(newest):
        yield warning(
            f"The newest checkpoint is old: {told}.", "Check the log of `manage.py work`."
        )
    else:
        yield ok(told)


def witnesses_of_log() -> Findings:
    """Which witnesses have cosigned the newest checkpoint, and what is in the way of the others."""
    known, newest = list(Witness.objects.order_by("name")), standing.latest()
    for each in known:
        if each.alarm:
            yield wrong(
                f"{each.alarm} The witness is asked again.",
                "Find out whether a backup was restored or someone changed the database, and "
                "compare the log with the record of the witness.",
            )
        elif each.failure:
            yield warning(f"{each.name} doesn't cosign: {each.failure}", "See Checkpoints.")
    if not known:
        yield ok("none: nobody else remembers the log")
    elif not any(each.failure for each in known):
        signers = cosigned.signers(newest)
        has_it = sum(each.verifier in signers for each in known)
        yield ok(f"{has_it} of {len(known)} have cosigned the newest checkpoint")


def archives() -> Findings:
    """How far the log is in archives; raises LogBroken where a row of them is not as it was."""
    archive_checks.check()
    rows = archived.rows()
    if rows:
        yield ok(f"{len(rows)}, which only their files hold. {archived.sentence(rows[-1])}")
    else:
        yield ok("none was made: the database has every event")


def _none_yet() -> Finding:
    """A log that has just begun has none; with a key and a worker it is not so for long."""
    first = AuditEvent.objects.order_by("sequence").first()
    if first is None or not _is_late(first.time):
        return ok("none was signed yet")
    return warning("No checkpoint was signed yet.", "Run `manage.py work`, and check its log.")


def _is_late(since: datetime) -> bool:
    return timezone.now() - since > timedelta(minutes=settings.CHECKPOINT_MINUTES) * _LATE
