"""How much is in time: noted once a day for each universe, and read over weeks."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.due.listing import COUNTED, Counts, counts_by_state
from secretsapp.models import DueDay, Secret, Universe
from secretsapp.rules.policy import rights_of

KEPT_FOR = timedelta(days=400)
WEEKS = 26
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Share:
    """What was counted on a day, in the universes of which someone sees every secret."""

    day: date
    counts: Counts

    @property
    def rest(self) -> int:
        """How many percent were not in time."""
        return 100 - (self.counts.share or 0)


def is_noted(today: date) -> bool:
    """Whether the day was noted, which is the last thing done of its work."""
    return DueDay.objects.filter(day=today).exists()


def note(today: date) -> None:
    """Note how many secrets of each universe are how far along; forget what is too old.

    Universes in which no policy covers anything have no row.
    """
    covered = Secret.objects.filter(missing_since=None, is_covered=True).order_by()
    rows = covered.values_list("universe_id").annotate(**counts_by_state(today))
    DueDay.objects.bulk_create(
        [
            DueDay(day=today, universe_id=pk, **dict(zip(COUNTED, counts, strict=True)))
            for pk, *counts in rows
        ],
        ignore_conflicts=True,
    )
    DueDay.objects.filter(day__lt=today - KEPT_FOR).delete()


def over_time(actor: Actor, today: date) -> list[Share]:
    """A day of each of the last weeks on which anything was covered, oldest first.

    It is about the universes of which the actor sees every secret: of others the numbers would say
    how many there are.
    """
    days = [today - WEEK * weeks for weeks in range(WEEKS)]
    rows = DueDay.objects.filter(day__in=days).order_by("day")
    if not rights_of(actor).allows_installation(Permission.LIST_SECRETS):
        rows = rows.filter(universe__in=_seen_throughout(actor))
    sums = {word: Sum(word) for word in COUNTED}
    return [
        Share(day, Counts(**dict(zip(COUNTED, counts, strict=True))))
        for day, *counts in rows.values_list("day").annotate(**sums)
    ]


def _seen_throughout(actor: Actor) -> list[int]:
    rights = rights_of(actor)
    ids = rights.universes_with(Permission.LIST_SECRETS)
    known = Universe.objects.order_by().values_list("pk", flat=True) if ids is None else ids
    return [pk for pk in known if rights.allows_throughout(Permission.LIST_SECRETS, pk)]
