"""What is worth a look though nothing is wrong, for those who may do something about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from secretsapp.access import renewals
from secretsapp.access.renewals import Ending
from secretsapp.core.actor import Actor
from secretsapp.core.hints import NEARLY_FULL_FROM, old_before
from secretsapp.core.input_rules import ANY_DOMAIN, SECRETS_PER_UNIVERSE
from secretsapp.core.key_verdicts import has_passed
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, Secret, Universe
from secretsapp.models.universes import Environment
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.ordering import in_order
from secretsapp.rules.policy import rights_of

# Those in which most is to be seen; of the others the lists themselves tell.
UNIVERSES_TOLD = 8
KEYS_TOLD = 20

_Counts = dict[str, int]


@dataclass(frozen=True)
class OfUniverse:
    """How many secrets of a universe are worth a look, each number 0 where no one asks the actor.

    They are counted in production alone; `nearly_full` is how many secrets there are in a universe
    that has little room left.
    """

    universe: Universe
    any_host: int = 0
    no_owner: int = 0
    old: int = 0
    nearly_full: int = 0

    @property
    def is_told(self) -> bool:
        """Whether there is anything that the actor may do something about."""
        return bool(self.any_host or self.no_owner or self.old or self.nearly_full)

    @property
    def is_pressing(self) -> bool:
        """Whether it can't wait: values of production can go anywhere, or it has little room."""
        is_production = self.universe.environment == Environment.PRODUCTION
        return is_production and bool(self.any_host or self.nearly_full)

    @property
    def left(self) -> int:
        """How many more secrets there is room for, where it is nearly full."""
        return max(0, SECRETS_PER_UNIVERSE - self.nearly_full)


@dataclass(frozen=True)
class Worth:
    """All of it; `unending` are API keys without a known expiry."""

    universes: list[OfUniverse] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    unending: list[ApiKey] = field(default_factory=list)

    @property
    def is_pressing(self) -> bool:
        """Whether some of it can't wait."""
        return any(found.is_pressing for found in self.universes)

    def __len__(self) -> int:
        """How many lines it takes."""
        return len(self.universes) + len(self.endings) + len(self.unending)


def look(actor: Actor, api_keys: Iterable[ApiKey]) -> Worth:
    """What is worth a look for the actor, in four queries at most.

    `api_keys` are those that may need the actor; one that fails is not told of here as well.
    """
    now = timezone.now()
    return Worth(
        universes=list(_universes(actor, now)),
        endings=list(renewals.due(actor, now)),
        unending=list(islice(_unending(api_keys), KEYS_TOLD)),
    )


def _universes(actor: Actor, now: datetime) -> Iterator[OfUniverse]:
    """The universes in which most is to be seen, in their order, with what the actor may do."""
    rights = rights_of(actor)
    kept, full = _to_be_kept(actor, now), _nearly_full(actor)
    told = Universe.objects.filter(pk__in={*kept, *full})
    for universe in in_order(told):
        counts = {
            kind: count
            for kind, count in kept.get(universe.pk, {}).items()
            if rights.allows_somewhere(_ENDED_WITH[kind], universe.pk)
        }
        if rights.allows_throughout(Permission.CREATE_SECRET, universe.pk):
            counts["nearly_full"] = full.get(universe.pk, 0)
        if (found := OfUniverse(universe, **counts)).is_told:
            yield found


_ENDED_WITH = {
    "any_host": Permission.CHANGE_DOMAIN,
    "no_owner": Permission.EDIT_DETAILS,
    "old": Permission.ROTATE_SECRET,
}


def _to_be_kept(actor: Actor, now: datetime) -> dict[int, _Counts]:
    """What is counted in production where the actor may do the least of it, by universe."""
    old = Q(update_time__gt="", update_time__lt=old_before(now))
    counts = {
        "any_host": Count("pk", filter=Q(domain=ANY_DOMAIN)),
        "no_owner": Count("pk", filter=Q(owner=None)),
        "old": Count("pk", filter=old),
    }
    production = Universe.objects.filter(environment=Environment.PRODUCTION).order_by()
    places = narrowed_universes(actor, production, Permission.ROTATE_SECRET)
    groups = _listed(actor).filter(universe__in=places.values("pk")).values("universe_id")
    found = groups.annotate(**counts).annotate(total=F("any_host") + F("no_owner") + F("old"))
    most = found.filter(total__gt=0).order_by("-total", "universe_id")
    rows = most.values_list("universe_id", *counts)[:UNIVERSES_TOLD]
    return {pk: dict(zip(counts, numbers, strict=True)) for pk, *numbers in rows}


def _nearly_full(actor: Actor) -> dict[int, int]:
    """How many secrets there are where little room is left; to be told to who may create any."""
    places = narrowed_universes(actor, Universe.objects.order_by(), Permission.CREATE_SECRET)
    # The few that could be are found by an index of the universe alone, which is half the work.
    every = Secret.objects.order_by().values("universe_id").annotate(count=Count("pk"))
    could_be = every.filter(count__gte=NEARLY_FULL_FROM).values("universe_id")
    there = Secret.objects.filter(missing_since=None, universe__in=places.values("pk")).order_by()
    groups = there.filter(universe__in=could_be).values_list("universe_id")
    full = groups.annotate(count=Count("pk")).filter(count__gte=NEARLY_FULL_FROM)
    return dict(full.order_by("-count", "universe_id")[:UNIVERSES_TOLD])


def _listed(actor: Actor) -> QuerySet[Secret]:
    """The secrets that are there and that the actor may list, in no order."""
    there = Secret.objects.filter(missing_since=None).order_by()
    return narrowed(actor, there, Permission.LIST_SECRETS)


def _unending(api_keys: Iterable[ApiKey]) -> Iterator[ApiKey]:
    return (
        each
        for each in api_keys
        if each.ends_at is None and has_passed(each.check_verdict) is not False
    )
