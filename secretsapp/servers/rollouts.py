"""How far a change has reached the game servers, as an actor may see it."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.core.times import CLOCK_TOLERANCE, is_ahead
from secretsapp.models import Change, Rollout, Secret, Universe
from secretsapp.models.secrets import ChangeKind, ChangeState
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.policy import rights_of
from secretsapp.rules.roblox import NOUNS

# A server that has run for longer than that is told of no more.
TOLD_FOR = timedelta(days=7)
# By how long ago the change was: how often a page asks again, and Roblox is read for it at most.
PAUSES = (
    (timedelta(minutes=10), timedelta(seconds=10)),
    (timedelta(hours=1), timedelta(seconds=30)),
)
LONGEST_PAUSE = timedelta(minutes=5)
# What failed is tried again by itself only then.
REST_AFTER_FAILURE = timedelta(minutes=15)
MOST_TOLD = 20

_STILL = {
    ChangeKind.CREATE: ("doesn’t have it yet", "don’t have it yet"),
    ChangeKind.ROTATE: ("still has the old value", "still have the old value"),
    ChangeKind.DELETE: ("still has it", "still have it"),
}
_NONE = {
    ChangeKind.CREATE: "Every server has it.",
    ChangeKind.ROTATE: "No server has the old value.",
    ChangeKind.DELETE: "No server has it.",
}


@dataclass(frozen=True)
class RolloutView:
    """A change that took effect at Roblox, and how far it has reached the servers.

    `rollout` is what was read of that, or None where nobody has read it yet.
    """

    change: Change
    rollout: Rollout | None
    may_restart: bool

    @property
    def noun(self) -> str:
        """What the change was, in a word."""
        return NOUNS[ChangeKind(self.change.kind)].capitalize()

    @property
    def is_out(self) -> bool:
        """Whether no server that runs started before the change."""
        return self.rollout is not None and self.rollout.out_at is not None

    @property
    def is_read(self) -> bool:
        """Whether there are numbers."""
        return self.rollout is not None and self.rollout.read_at is not None

    @property
    def words(self) -> str:
        """What is known, in a sentence."""
        rollout, kind = self.rollout, ChangeKind(self.change.kind)
        if rollout is None or rollout.read_at is None:
            return "Not known yet."
        if rollout.old is None:
            return "Roblox didn’t say how many servers started before the change."
        if rollout.old:
            return f"{_how_many(rollout, rollout.old)} {_STILL[kind][rollout.old != 1]}."
        if self.is_out:
            return _NONE[kind] if rollout.total else "No server runs."
        return "None of the servers that Roblox listed started before the change."

    @property
    def doubts(self) -> list[str]:
        """What keeps that from being exact, each in a sentence."""
        rollout = self.rollout
        if rollout is None or rollout.read_at is None:
            return []
        told = (
            (rollout.undated, f"Roblox didn’t say when {rollout.undated} of them started."),
            (rollout.at_least, "Roblox didn’t list all servers."),
            (
                rollout.by_own_clock and not self.is_out,
                "Roblox didn’t say when it changed: servers that started within a minute count.",
            ),
        )
        return [sentence for applies, sentence in told if applies]

    @property
    def seconds(self) -> int | None:
        """After how many a page reads it again; None where it doesn't by itself."""
        if self.is_out or self.failure:
            return None
        return int(pause_after(self.change, timezone.now()).total_seconds())

    @property
    def is_stale(self) -> bool:
        """Whether a page that opens reads it at once."""
        rollout, now = self.rollout, timezone.now()
        if self.is_out or rollout is None or rollout.tried_at is None:
            return not self.is_out
        rest = REST_AFTER_FAILURE if self.failure else pause_after(self.change, now)
        return rollout.tried_at < now - rest

    @property
    def failure(self) -> str:
        """Why the last reading failed; empty where it didn't."""
        return self.rollout.failure if self.rollout else ""


def _how_many(rollout: Rollout, count: int) -> str:
    of_all = f" of {rollout.total}" if rollout.total is not None else ""
    words = f"{count}{of_all} server{'' if (rollout.total or count) == 1 else 's'}"
    return f"At least {words}" if rollout.at_least else words


def pause_after(change: Change, now: datetime) -> timedelta:
    """How long a reading of the change's roll-out counts as fresh."""
    age = now - (change.settled_at or change.started_at)
    return next((pause for limit, pause in PAUSES if age < limit), LONGEST_PAUSE)


def of_secret(actor: Actor, universe: Universe, name: str) -> RolloutView | None:
    """The roll-out of the last change of the secret; None where there is none of the last week.

    To be asked by who may list the secret.
    """
    change = _recent(universe).filter(name=name).order_by("-settled_at").first()
    return _view(actor, change) if change else None


def of_universe(actor: Actor, universe: Universe) -> list[RolloutView]:
    """The roll-outs of the last changes of secrets that the actor may list, the newest first."""
    listable = narrowed(actor, _recent(universe), Permission.LIST_SECRETS)
    last: dict[str, Change] = {}
    for change in listable.order_by("-settled_at")[: 10 * MOST_TOLD]:
        last.setdefault(change.name, change)
    return [_view(actor, change) for change in list(last.values())[:MOST_TOLD]]


def unreached(actor: Actor, universe: Universe) -> int:
    """How many changes that the actor may see are known not to be everywhere yet."""
    since = timezone.now() - TOLD_FOR
    rows = Rollout.objects.filter(
        universe=universe, out_at__isnull=True, old__gt=0, change__settled_at__gte=since
    )
    listable = narrowed(actor, rows, Permission.LIST_SECRETS, name="change__name")
    return listable.values("change__name").distinct().count()


def may_restart(actor: Actor, universe: Universe) -> bool:
    """Whether the actor may restart its servers: all of them, so a part of its names won't do."""
    return rights_of(actor).allows_throughout(Permission.RESTART_SERVERS, universe.pk)


def _recent(universe: Universe) -> QuerySet[Change]:
    since = timezone.now() - TOLD_FOR
    changes = Change.objects.filter(
        universe=universe, state=ChangeState.SUCCEEDED, settled_at__gte=since
    )
    return changes.select_related("rollout", "universe")


def _view(actor: Actor, change: Change) -> RolloutView:
    rollout = getattr(change, "rollout", None)
    return RolloutView(change, rollout, may_restart(actor, change.universe))


def begin(changes: Iterable[Change]) -> None:
    """Let there be a row for the roll-out of each; one that is there stays.

    Where a universe was removed meanwhile there is none yet for any of them.
    """
    known = list(changes)
    # Roblox tells when a secret was changed last: nothing of earlier changes, nor of a deletion.
    secrets = Secret.objects.filter(last_change__in=known)
    told = {secret.last_change_id: secret for secret in secrets}
    rows = [_row(change, told.get(change.pk)) for change in known]
    with suppress(IntegrityError):
        Rollout.objects.bulk_create(rows, ignore_conflicts=True)


def _row(change: Change, secret: Secret | None) -> Rollout:
    since = _told_by_roblox(secret)
    by_own_clock = since is None
    if since is None:
        since = (change.settled_at or change.started_at) + CLOCK_TOLERANCE
    return Rollout(
        change=change, universe_id=change.universe_id, since=since, by_own_clock=by_own_clock
    )


def _told_by_roblox(secret: Secret | None) -> datetime | None:
    """When Roblox says that the secret was changed, if it does and that can be."""
    if secret is None:
        return None
    ahead = is_ahead(secret.update_time, timezone.now())
    return None if ahead else secret.updated_at
