"""Once a day: tells what has become due, reminds owners and teams, and notes what is in time.

It does so at the first round of a day in UTC. What was told is stored with each secret: once for
each state and day on which it is due, however often a worker is killed and begins again. Several
secrets of a universe are one event, so that a hundred of them fill no log and no channel.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import F, Q
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.due_states import ASKING, DueState
from secretsapp.core.events.secrets import DueEvent
from secretsapp.due import due_mail, shares, team_mail
from secretsapp.models import Secret, Universe
from secretsapp.rules.acting import NoRight, acting
from secretsapp.rules.due_dates import asking, in_state
from secretsapp.rules.locks import lock_universe

# Of so many universes is told in a round; the next one goes on.
AT_ONCE = 100

_EVENTS = {
    DueState.SOON: DueEvent.SECRET_DUE_SOON,
    DueState.DUE: DueEvent.SECRET_DUE,
    DueState.OVERDUE: DueEvent.SECRET_OVERDUE,
}


def remind(actor: Actor, now: datetime | None = None) -> int:
    """Do the work of the day, unless it is done; gives of how many secrets was told."""
    today = (now or timezone.now()).date()
    if shares.is_noted(today):
        return 0
    universes = list(Universe.objects.filter(pk__in=_to_tell(today)).order_by("pk")[:AT_ONCE])
    told = sum(_tell(actor, universe, today) for universe in universes)
    if len(universes) < AT_ONCE:
        shares.note(today)
    return told


def _to_tell(today: date) -> list[int]:
    """The ids of the universes in which something became due, soon due or overdue."""
    found = Secret.objects.filter(asking(today), _untold(today)).order_by()
    return list(found.values_list("universe_id", flat=True).distinct())


def _untold(today: date) -> Q:
    """Those of which it wasn't told that they are in their state for that day, or in a later one.

    A later one was told by a clock that is right again, or by that of another machine.
    """
    told = Q()
    for place, state in enumerate(ASKING):
        told |= Q(told_state__in=ASKING[place:]) & in_state(state, today)
    return ~(told & Q(told_due_on__isnull=False, told_due_on=F("due_on")))


def _tell(actor: Actor, universe: Universe, today: date) -> int:
    """One event for each state that secrets of the universe have come to; gives of how many."""
    told = list[Secret]()
    with acting(actor, NoRight("nobody chose the day")) as act:
        stored = lock_universe(universe)
        untold = Secret.objects.filter(_untold(today), universe=stored)
        for state in ASKING:
            rows = list(untold.filter(in_state(state, today)).order_by("name"))
            if rows:
                name = rows[0].name if len(rows) == 1 else ""
                act.tell(_EVENTS[state], stored, name, detail={"what": _what(rows)})
                _mark(rows, state)
                told += rows
        due_mail.queue(told, today)
        team_mail.queue(stored, told, today)
    return len(told)


def _what(secrets: Sequence[Secret]) -> str:
    return secrets[0].name if len(secrets) == 1 else f"{len(secrets)} secrets"


def _mark(secrets: Sequence[Secret], state: DueState) -> None:
    rows = Secret.objects.filter(pk__in=[secret.pk for secret in secrets])
    rows.update(told_state=state.value, told_due_on=F("due_on"))
