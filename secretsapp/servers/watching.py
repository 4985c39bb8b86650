"""Reads how far changes have reached the servers: for who looks, and in the background.

However many look, Roblox is read once: each reading is claimed, and counts for a while. In the
background so few are read that a hundred universes take under ten calls a minute of each endpoint.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound, SealroomError
from secretsapp.core.roles import Permission
from secretsapp.models import Change, Rollout, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS
from secretsapp.rules.locks import claim, unclaimed
from secretsapp.rules.policy import require_installation, rights_of
from secretsapp.servers import counting, rollouts
from secretsapp.servers.counting import CALLS_AT_MOST, Reading
from secretsapp.servers.rollouts import REST_AFTER_FAILURE, RolloutView
from secretsapp.servers.server_keys import READING, client_for_servers

CLAIM = timedelta(seconds=10 * LONGEST_CALL_SECONDS)
WATCHED_FOR = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
# Of each endpoint.
CALLS_A_MINUTE = 9
REST = timedelta(minutes=1)
MOST_BEGUN = 500


def look(actor: Actor, universe: Universe, name: str) -> RolloutView | None:
    """Read how far the last change of the secret is, unless that was done a moment ago.

    Gives what is known then; None where there was no recent change. Raises NotFound for who may not
    list the secret. A failure of Roblox is stored, to be shown.
    """
    check_may_see(actor, universe, name)
    view = rollouts.of_secret(actor, universe, name)
    if view is None or view.is_out:
        return view
    rollouts.begin([view.change])
    rested = timezone.now() - rollouts.pause_after(view.change, timezone.now())
    _read(actor, Rollout.objects.filter(change=view.change), universe, rested)
    return rollouts.of_secret(actor, universe, name)


def check_may_see(actor: Actor, universe: Universe, name: str) -> None:
    """Raise NotFound for who may not list the secret, be it there or not."""
    if not rights_of(actor).allows(Permission.LIST_SECRETS, universe.pk, name):
        raise NotFound(
            f"{universe.name} has no secret with that name that you can see.",
            universe_id=universe.pk,
            secret_name=name,
        )


def watch_due(actor: Actor) -> int:
    """Read what is due, as far as the calls of this minute allow; gives how many were read.

    Only changes of the last day are watched, in universes with a key for servers, or where someone
    who looked could read them. Any number of processes may do this at once.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    _begin_watching()
    read = 0
    for rollout in _due():
        spent = _calls_of_last_minute()
        if spent and spent + max(rollout.calls, 1) > CALLS_A_MINUTE:
            break
        rested = timezone.now() - REST
        rows = Rollout.objects.filter(pk=rollout.pk, out_at__isnull=True)
        read += _read(actor, rows, rollout.universe, rested, CALLS_A_MINUTE - spent)
    return read


def _begin_watching() -> None:
    """The last changes that took effect and have no row; of earlier ones nobody asks any more."""
    since = timezone.now() - WATCHED_FOR
    recent = Change.objects.filter(
        state=ChangeState.SUCCEEDED,
        settled_at__gte=since,
        rollout__isnull=True,
        universe__server_key__isnull=False,
    )
    rollouts.begin(recent.order_by("-settled_at")[:MOST_BEGUN])


def _due() -> QuerySet[Rollout]:
    """Those that rest no longer, the longest unread first; failures rest for longer.

    Of a universe only the last change: once that is out, so is every earlier one.
    """
    now = timezone.now()
    rested = Q(tried_at__isnull=True) | Q(failure="", tried_at__lte=now - REST)
    rested |= Q(tried_at__lte=now - REST_AFTER_FAILURE)
    watched = Rollout.objects.filter(
        rested, unclaimed(), out_at__isnull=True, since__gte=now - WATCHED_FOR
    )
    can_be_read = Q(universe__server_key__isnull=False) | Q(read_at__isnull=False)
    later = Rollout.objects.filter(
        can_be_read,
        universe=OuterRef("universe"),
        out_at__isnull=True,
        since__gt=OuterRef("since"),
    )
    ordered = watched.filter(can_be_read, ~Exists(later)).order_by(
        F("tried_at").asc(nulls_first=True)
    )
    related = ("change", "universe__api_key", "universe__server_key")
    return ordered.select_related(*related)[:CALLS_A_MINUTE]


def _calls_of_last_minute() -> int:
    recent = Rollout.objects.filter(tried_at__gt=timezone.now() - MINUTE)
    return recent.aggregate(all=Sum("calls"))["all"] or 0


def _read(
    actor: Actor,
    rows: QuerySet[Rollout],
    universe: Universe,
    rested: datetime,
    calls: int = CALLS_AT_MOST,
) -> bool:
    """Read for the one row, if this process may; whether it did."""
    now = timezone.now()
    free = rows.filter(Q(tried_at__isnull=True) | Q(tried_at__lte=rested))
    if not claim(free, lasting=CLAIM, tried_at=now, calls=1):
        return False
    rollout = rows.first()
    if rollout is None:
        # Its universe was removed meanwhile.
        return False
    try:
        with client_for_servers(actor, universe, READING) as client:
            reading = counting.read(client, universe.pk, rollout.since, calls)
    except SealroomError as error:
        rows.update(claimed_until=None, failure=str(error))
        return False
    _store(rollout, reading, now)
    return True


def _store(rollout: Rollout, reading: Reading, now: datetime) -> None:
    """Store the numbers; what is out at a moment was so for every earlier change as well."""
    Rollout.objects.filter(pk=rollout.pk).update(
        old=reading.old,
        total=reading.total,
        undated=reading.undated,
        at_least=reading.at_least,
        calls=reading.calls,
        failure="",
        read_at=now,
        claimed_until=None,
    )
    if reading.is_out:
        earlier = Rollout.objects.filter(
            universe=rollout.universe_id, since__lte=rollout.since, out_at__isnull=True
        )
        earlier.update(
            out_at=now, old=0, total=reading.total, undated=0, at_least=False, read_at=now
        )
