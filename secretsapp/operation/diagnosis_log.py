"""What `doctor` finds of the log's checkpoints: whether it is broken, and how old the newest is."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from secretsapp.log import standing
from secretsapp.operation.findings import Findings, ok, warning, wrong

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
        yield warning("No checkpoint of the audit log was signed yet.", "Run `manage.py work`.")
        return
    told = (
        f"number {newest.number}, of {newest.size} events, at {newest.made_at:%Y-%m-%d %H:%M} UTC"
    )
    limit = timedelta(minutes=settings.CHECKPOINT_MINUTES) * _LATE
    if timezone.now() - newest.made_at > limit and standing.has_news(newest):
        yield warning(
            f"The newest checkpoint is old: {told}.", "Check the log of `manage.py work`."
        )
    else:
        yield ok(told)
