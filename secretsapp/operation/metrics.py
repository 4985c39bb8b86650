"""What monitoring is told of the database: how many and how old, never which or whose."""

from collections.abc import Iterator
from datetime import datetime

from django.db import Error
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from secretsapp import __version__
from secretsapp.core.key_verdicts import FAILING, UNPROVEN, KeyVerdict
from secretsapp.mail import outbox
from secretsapp.models import ApiKey, AuditHead, Change, Channel, Universe, Witness, Worker
from secretsapp.models.audit import HEAD_ID
from secretsapp.models.channels import ChannelState
from secretsapp.models.secrets import OPEN_STATES, ChangeState
from secretsapp.operation.time_limits import within_time_limit
from secretsapp.operation.workers import at_work
from secretsapp.rules.exposition import Measure
from secretsapp.rules.sql import words

# To count every change there ever was takes a moment; a scrape is given ten seconds by default.
COUNTING_SECONDS = 5


def measures() -> list[Measure]:
    """Every number, in ten queries; where the database fails, only that it does."""
    try:
        with within_time_limit(seconds=COUNTING_SECONDS):
            found = list(_of_database(timezone.now()))
    except Error:
        found = []
    return [
        Measure("sealroom_build_info", "Always 1.", {__version__: 1}, "version"),
        Measure("sealroom_database_answers", "1 if the database answers.", bool(found)),
        *found,
    ]


def _of_database(now: datetime) -> Iterator[Measure]:
    yield from _changes(now)
    yield from _log()
    yield _witnesses()
    yield from _universes(now)
    yield _api_keys()
    yield from _workers(now)
    yield from _mail(now)
    yield from _channels(now)


def _changes(now: datetime) -> Iterator[Measure]:
    counted = Change.objects.order_by().values("state").annotate(count=Count("*"))
    states = dict.fromkeys(map(str, ChangeState), 0)
    states.update((row["state"], row["count"]) for row in counted)
    yield Measure("sealroom_changes", "Changes by state.", states, "state")
    oldest = Change.objects.filter(state__in=words(*OPEN_STATES)).aggregate(
        oldest=Min("started_at")
    )
    yield Measure(
        "sealroom_oldest_open_change_age_seconds",
        "Seconds since the oldest open change started; 0 if there is none.",
        _age(oldest["oldest"], now),
    )


def _log() -> Iterator[Measure]:
    """The head of the chain; where it is missing, so is the number."""
    for sequence in AuditHead.objects.filter(pk=HEAD_ID).values_list("sequence", flat=True):
        yield Measure(
            "sealroom_audit_head_sequence", "The number of the newest audit event.", sequence
        )


def _witnesses() -> Measure:
    counted = Witness.objects.aggregate(
        working=Count("pk", filter=Q(failure="")),
        failing=Count("pk", filter=Q(alarm="") & ~Q(failure="")),
        alarm=Count("pk", filter=~Q(alarm="")),
    )
    return Measure("sealroom_witnesses", "Witnesses by their last answer.", counted, "answer")


def _universes(now: datetime) -> Iterator[Measure]:
    never = Q(synced_at=None, sync_failure="")
    counted = Universe.objects.aggregate(
        fresh=Count("pk", filter=Q(sync_failure="") & ~never),
        failed=Count("pk", filter=~Q(sync_failure="")),
        never=Count("pk", filter=never),
        oldest=Min("synced_at"),
    )
    oldest = counted.pop("oldest")
    yield Measure(
        "sealroom_universes", "Universes by the result of their last refresh.", counted, "refresh"
    )
    yield Measure(
        "sealroom_oldest_mirror_age_seconds",
        "Seconds since the last read of the universe that was read longest ago.",
        _age(oldest, now),
    )


def _api_keys() -> Measure:
    counted = ApiKey.objects.aggregate(
        passed=Count("pk", filter=Q(check_verdict=KeyVerdict.OPENS)),
        failed=Count("pk", filter=Q(check_verdict__in=FAILING)),
        never=Count("pk", filter=Q(check_verdict__in=UNPROVEN)),
    )
    return Measure(
        "sealroom_api_keys", "API keys by the result of their last test.", counted, "test"
    )


def _workers(now: datetime) -> Iterator[Measure]:
    """How many there are, and since when none was seen; that is missing where none ever was."""
    yield Measure(
        "sealroom_workers_seen", "Workers seen within the last minute.", at_work().count()
    )
    newest = Worker.objects.aggregate(newest=Max("seen_at"))["newest"]
    if newest is not None:
        yield Measure(
            "sealroom_worker_last_seen_age_seconds",
            "Seconds since a worker was last seen.",
            _age(newest, now),
        )


def _mail(now: datetime) -> Iterator[Measure]:
    found = outbox.backlog()
    yield Measure(
        "sealroom_oldest_waiting_mail_age_seconds",
        "Seconds since the oldest mail that waits was queued; 0 if there is none.",
        _age(found.oldest, now),
    )
    yield Measure(
        "sealroom_mails_given_up", "Mails given up within the last seven days.", found.given_up
    )


def _channels(now: datetime) -> Iterator[Measure]:
    counted = Channel.objects.aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in ChannelState},
        oldest=Min("failing_since", filter=Q(state=ChannelState.ON)),
    )
    oldest = counted.pop("oldest")
    yield Measure("sealroom_channels", "Channels by state.", counted, "state")
    yield Measure(
        "sealroom_oldest_failing_channel_age_seconds",
        "Seconds since the channel that fails longest began to; 0 if none does.",
        _age(oldest, now),
    )


def _age(time: datetime | None, now: datetime) -> float:
    """The seconds since then; none where there is no such time, or another clock is ahead."""
    return max(0.0, (now - time).total_seconds()) if time else 0.0
