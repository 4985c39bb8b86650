"""Follows restarts by reading Roblox: what became of them, and how many servers are to end yet."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound, SealroomError
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.core.times import CLOCK_TOLERANCE
from secretsapp.models import Rollout, ServerRestart, Universe
from secretsapp.models.servers import OPEN_RESTARTS, RestartState
from secretsapp.opencloud import server_management
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS, SETTLE_AFTER
from secretsapp.opencloud.server_types import RestartStatus
from secretsapp.rules.acting import NoRight, acting
from secretsapp.rules.locks import claim, lock_universe
from secretsapp.rules.policy import require_installation
from secretsapp.servers.restarts import check_may, move, tell
from secretsapp.servers.server_keys import READING, client_for_servers

CLAIM = timedelta(seconds=3 * LONGEST_CALL_SECONDS)
REST = timedelta(seconds=10)
REST_IN_BACKGROUND = timedelta(minutes=1)
# Calls of the endpoint that the background makes in a round of a minute.
READ_AT_MOST = 8
# Servers that are to end should have ended so long after their bleed-off.
ENDS_WITHIN = timedelta(minutes=15)
FOLLOWED_FOR = timedelta(hours=24)
MOST_LISTED = 10

AS_FOUND = NoRight("how far a restart is, is found and not done")


@dataclass(frozen=True)
class RestartView:
    """A restart with what is to be said of it."""

    restart: ServerRestart

    @property
    def is_open(self) -> bool:
        """Whether it isn't known yet whether Roblox took it."""
        return self.restart.state in OPEN_RESTARTS

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of it."""
        row = self.restart
        return row.finished_at is not None or row.started_at + FOLLOWED_FOR < timezone.now()

    @property
    def ends_at(self) -> datetime:
        """When its bleed-off is over."""
        row = self.restart
        return (row.settled_at or row.started_at) + timedelta(minutes=row.bleed_off_minutes or 0)

    @property
    def is_late(self) -> bool:
        """Whether Roblox took it and servers that should have ended still run."""
        late = self.ends_at + ENDS_WITHIN < timezone.now()
        return self.restart.state == RestartState.TAKEN and not self.restart.finished_at and late

    @property
    def ended(self) -> int | None:
        """How many servers have ended, as far as Roblox tells."""
        row = self.restart
        return None if row.total is None or row.remaining is None else row.total - row.remaining


def get(actor: Actor, universe: Universe, restart_id: UUID) -> RestartView:
    """The restart, for who may restart servers there; raises Forbidden, or NotFound."""
    check_may(actor, universe)
    row = ServerRestart.objects.filter(universe=universe, pk=restart_id).first()
    if row is None:
        raise NotFound("This restart doesn’t exist.")
    row.universe = universe
    return RestartView(row)


def of_universe(universe: Universe) -> list[RestartView]:
    """Its last restarts, the newest first; to be asked by who may see the universe."""
    rows = ServerRestart.objects.filter(universe=universe).order_by("-started_at")
    return [RestartView(row) for row in rows[:MOST_LISTED]]


def follow(actor: Actor, view: RestartView) -> None:
    """Read how far the restart is, unless that was done a moment ago; raises Forbidden."""
    check_may(actor, view.restart.universe)
    if not view.is_over:
        _follow(actor, [view.restart], REST)


def follow_due(actor: Actor) -> int:
    """Read how far restarts are that aren't finished; gives how many universes were read."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    rows = _unfinished().select_related("universe__api_key", "universe__server_key")
    by_universe: dict[int, list[ServerRestart]] = {}
    for row in rows.order_by("tried_at", "started_at")[:100]:
        by_universe.setdefault(row.universe_id, []).append(row)
    some = list(by_universe.values())[:READ_AT_MOST]
    return sum(_follow(actor, found, REST_IN_BACKGROUND) for found in some)


def _unfinished() -> QuerySet[ServerRestart]:
    since = timezone.now() - FOLLOWED_FOR
    return ServerRestart.objects.filter(finished_at__isnull=True, started_at__gte=since)


def _follow(actor: Actor, rows: Iterable[ServerRestart], rested_for: timedelta) -> bool:
    """Read once for these restarts of one universe, as far as this process may."""
    mine = [row for row in rows if _claim(row, rested_for)]
    if not mine:
        return False
    universe = mine[0].universe
    try:
        with client_for_servers(actor, universe, READING) as client:
            statuses = server_management.list_restarts(client, universe.pk)
    except SealroomError:
        _release(mine)
        return False
    for row in mine:
        # Its universe may have been removed meanwhile.
        with suppress(NotFound):
            _take_over(actor, row, statuses)
    _release(mine)
    return True


def _claim(row: ServerRestart, rested_for: timedelta) -> bool:
    now = timezone.now()
    rested = Q(tried_at__isnull=True) | Q(tried_at__lte=now - rested_for)
    found = ServerRestart.objects.filter(rested, pk=row.pk, finished_at__isnull=True)
    return bool(claim(found, lasting=CLAIM, tried_at=now))


def _release(rows: Iterable[ServerRestart]) -> None:
    ids = [row.pk for row in rows]
    ServerRestart.objects.filter(pk__in=ids).update(claimed_until=None)


def _take_over(actor: Actor, row: ServerRestart, statuses: list[RestartStatus]) -> None:
    statuses = _of_no_other(row, statuses)
    if row.state in OPEN_RESTARTS:
        _settle(actor, row, statuses)
        return
    found = [each for each in statuses if _is_it(row, each)]
    if len(found) == 1:
        _progress(actor, row, found[0])


def _of_no_other(row: ServerRestart, statuses: list[RestartStatus]) -> list[RestartStatus]:
    """Those that aren't known to be other restarts: Roblox's list of what was known may lag."""
    others = ServerRestart.objects.filter(universe=row.universe_id).exclude(pk=row.pk)
    ids = set(others.values_list("remote_id", flat=True))
    return [each for each in statuses if each.restart_id not in ids]


def _is_it(row: ServerRestart, status: RestartStatus) -> bool:
    """Whether it is the restart; Roblox may have taken it without telling its id."""
    return status.restart_id == row.remote_id if row.remote_id else _may_be(row, status)


def _settle(actor: Actor, row: ServerRestart, statuses: list[RestartStatus]) -> None:
    """Find out by reading whether Roblox took it; a restart is never sent again."""
    candidates = [each for each in statuses if _may_be(row, each)]
    if len(candidates) == 1:
        row.remote_id = candidates[0].restart_id
        row.total, row.remaining = _total(candidates[0]), _remaining(candidates[0])
        _conclude(actor, row, RestartState.TAKEN)
    elif timezone.now() >= row.started_at + SETTLE_AFTER:
        _conclude(actor, row, *_judged(row, candidates))


def _judged(row: ServerRestart, candidates: list[RestartStatus]) -> tuple[RestartState, str]:
    if candidates:
        return RestartState.UNDETERMINED, "Roblox tells of several that it could be"
    if timezone.now() < row.started_at + timedelta(minutes=row.bleed_off_minutes or 0):
        # One that was taken would still be waiting for its end.
        return RestartState.FAILED, "Roblox tells of no restart since then"
    return (
        RestartState.UNDETERMINED,
        "Roblox tells of none that it could be",
    )


def _may_be(row: ServerRestart, status: RestartStatus) -> bool:
    """Whether it came after what was known before, at a time and for places that fit."""
    if status.restart_id in row.known.split():
        return False
    earliest = row.started_at - CLOCK_TOLERANCE
    latest = row.started_at + SETTLE_AFTER + CLOCK_TOLERANCE
    if status.scheduled is not None and not earliest <= status.scheduled <= latest:
        return False
    return not row.places or {place.place_id for place in status.places} == set(row.place_ids)


def _conclude(actor: Actor, row: ServerRestart, state: RestartState, reason: str = "") -> None:
    with acting(actor, AS_FOUND) as act:
        lock_universe(row.universe)
        if move(row, state, reason):
            tell(act, row, settled="by reading", started_by=row.actor_name)


def _progress(actor: Actor, row: ServerRestart, status: RestartStatus) -> None:
    """Store how far it is; once it is finished, the log holds that."""
    row.total, row.remaining = _total(status) or row.total, _remaining(status)
    now = timezone.now()
    rows = ServerRestart.objects.filter(pk=row.pk, finished_at__isnull=True)
    if not status.is_done:
        rows.update(total=row.total, remaining=row.remaining, read_at=now)
        return
    with acting(actor, AS_FOUND) as act:
        lock_universe(row.universe)
        if rows.update(total=row.total, remaining=row.remaining, read_at=now, finished_at=now):
            detail = {"started_by": row.actor_name}
            event = UniverseEvent.UNIVERSE_RESTART_FINISHED
            act.tell(event, row.universe, change_id=str(row.pk), detail=detail)
            # How far changes are is read again for the next who looks.
            unreached = Rollout.objects.filter(universe=row.universe_id, out_at__isnull=True)
            unreached.update(tried_at=None)


def _total(status: RestartStatus) -> int | None:
    return _sum([place.total for place in status.places])


def _remaining(status: RestartStatus) -> int | None:
    return _sum([place.remaining for place in status.places])


def _sum(counts: list[int | None]) -> int | None:
    return None if None in counts else sum(count or 0 for count in counts)
