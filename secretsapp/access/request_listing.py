"""Requests as an actor may see them: their own, and those that they may answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from secretsapp.access.answering import (
    can_decide,
    decides_on,
    length_words,
    own_request,
    terms_of,
    what_became_of,
    where_giving,
)
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.patterns import EVERY_NAME, parse_patterns
from secretsapp.core.roles import Permission, roles_with
from secretsapp.models import AccessRequest, Place, Universe
from secretsapp.models.requests import RequestState
from secretsapp.rules.narrowing import in_reach
from secretsapp.rules.policy import Rights, held, rights_of
from secretsapp.rules.sql import NOW, PERSON, Given, Prepared

UNDECIDED = ("person", "universe", "renews")
BESIDE = (*UNDECIDED, "renews__universe", "decider", "grant")
# So many are told, the longest waiting first; so many are looked at to find those that one decides.
TOLD, LOOKED_AT = 20, 200
DECIDED_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class RequestView:
    """A request, with what the actor may do about it and what became of it in a sentence.

    `universe` is the one that it is about where the actor sees that.
    """

    request: AccessRequest
    is_own: bool
    may_decide: bool
    became: str
    universe: Universe | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names and patterns that were asked for."""
        return parse_patterns(self.request.names)

    @property
    def covers_every_name(self) -> bool:
        """Whether it is for every secret there."""
        return EVERY_NAME in self.names

    @property
    def can_answer(self) -> bool:
        """Whether it waits for the actor's answer."""
        return self.may_decide and self.request.is_waiting

    @property
    def can_withdraw(self) -> bool:
        """Whether it is the actor's own and waits."""
        return self.is_own and self.request.is_waiting

    @property
    def length(self) -> str:
        """For how long, in words."""
        return length_words(self.request.hours)

    @property
    def state(self) -> str:
        """The state, as what waited too long has lapsed whether or not that is stored yet."""
        return "lapsed" if self.request.has_lapsed else self.request.state

    @property
    def state_words(self) -> str:
        """The state as a page says it."""
        return "Waiting for an answer" if self.state == "waiting" else self.state.capitalize()


@dataclass(frozen=True)
class Waiting:
    """The requests that wait for the actor, the oldest first, and how many there are in all."""

    items: list[RequestView]
    count: int


def get(actor: Actor, request_id: UUID) -> RequestView:
    """A request of the actor's own, or one that they may answer or could have; else NotFound."""
    found = AccessRequest.objects.select_related(*BESIDE).filter(pk=request_id)
    for view in _views(actor, found):
        if view.is_own or view.may_decide:
            return view
    raise _not_here()


def _not_here() -> NotFound:
    return NotFound("This request isn’t here, or it isn’t yours to see. Check your requests.")


def to_decide(actor: Actor, request_id: UUID) -> RequestView:
    """A request that the actor may answer; Forbidden for who made it, and NotFound as `get`."""
    view = get(actor, request_id)
    if view.is_own:
        raise own_request(view.request)
    return view


def own_one(actor: Actor, request_id: UUID) -> RequestView:
    """A request of the actor's own; raises NotFound as `get` does."""
    view = get(actor, request_id)
    if not view.is_own:
        raise _not_here()
    return view


def waiting_for(actor: Actor) -> Waiting:
    """The requests that the actor may answer, in one query; none of their own."""
    if not _decides_at_all(actor):
        return Waiting([], 0)
    found = _decided_by_actor(actor, _open_at(timezone.now())).select_related(None)
    found = found.select_related(*UNDECIDED)
    views = _deciding(actor, found.order_by("made_at", "pk"))
    return Waiting(views[:TOLD], len(views))


def count_for(actor: Actor, *, most: int) -> int:
    """How many of them there are, `most` at most, which is all that most pages say."""
    if not _decides_at_all(actor):
        return 0
    rights, found = rights_of(actor), _OPEN.rows(person=actor.person_id, now=timezone.now())
    decided = (
        names
        for role, names, universe, renews, *renewed in found
        if can_decide(rights, role, Place(*(renewed if renews else (universe,))), names)
    )
    return len(list(islice(decided, most)))


def _open() -> QuerySet[AccessRequest, tuple[Any, ...]]:
    """What `can_decide` goes by, of the oldest that wait where someone gives access at all."""
    giving = held(PERSON, NOW).filter(role__in=roles_with(Permission.MANAGE_GRANTS))
    found = AccessRequest.objects.filter(_open_at(NOW), in_reach(giving) | Q(universe=None))
    renewed = ("renews", "renews__universe", "renews__environment", "renews__owner")
    oldest = found.exclude(person_id=PERSON).order_by("made_at", "pk")
    return oldest.values_list("role", "names", "universe", *renewed)[:LOOKED_AT]


_OPEN = Prepared(_open)


def _open_at(now: datetime | Given) -> Q:
    return Q(state=RequestState.WAITING, lapses_at__gt=now, person__is_active=True)


def decided_lately(actor: Actor) -> list[RequestView]:
    """What was approved or declined these days, among what the actor may answer."""
    if not _decides_at_all(actor):
        return []
    since = timezone.now() - DECIDED_WITHIN
    answered = Q(state__in=(RequestState.APPROVED, RequestState.DECLINED), decided_at__gt=since)
    return _deciding(actor, _decided_by_actor(actor, answered).order_by("-decided_at", "pk"))[:TOLD]


def own(actor: Actor) -> list[RequestView]:
    """The actor's newest requests, whatever became of them."""
    found = AccessRequest.objects.filter(person_id=actor.person_id).select_related(*BESIDE)
    return _views(actor, found.order_by("-made_at", "pk")[:TOLD])


def end_after(actor: Actor, view: RequestView, hours: int) -> datetime | None:
    """When what is approved for so many hours would end."""
    return terms_of(actor, view.request, hours=hours).until


def alike(actor: Actor, universe: Universe, role: str, names: str) -> AccessRequest | None:
    """The actor's own request for exactly that, which waits; None without one."""
    waiting = AccessRequest.objects.filter(
        person_id=actor.person_id, state=RequestState.WAITING, lapses_at__gt=timezone.now()
    )
    return waiting.filter(universe=universe, role=role, names=names, renews=None).first()


def _decides_at_all(actor: Actor) -> bool:
    return rights_of(actor).universes_with(Permission.MANAGE_GRANTS) != set()


def _decided_by_actor(actor: Actor, which: Q) -> QuerySet[AccessRequest]:
    """Those in the places where the actor gives access at all, without their own."""
    there = AccessRequest.objects.filter(which, where_giving(actor))
    return there.exclude(person_id=actor.person_id or 0).select_related(*BESIDE)


def _deciding(actor: Actor, found: QuerySet[AccessRequest]) -> list[RequestView]:
    return [view for view in _views(actor, found[:LOOKED_AT]) if view.may_decide]


def _views(actor: Actor, found: Iterable[AccessRequest]) -> list[RequestView]:
    rights = rights_of(actor)
    return [_view(actor, rights, request) for request in found]


def _view(actor: Actor, rights: Rights, request: AccessRequest) -> RequestView:
    is_own = actor.person_id == request.person_id
    may_decide = not is_own and decides_on(rights, request)
    became = "" if request.is_waiting else what_became_of(actor, request)
    return RequestView(request, is_own, may_decide, became, _in_sight(rights, request))


def _in_sight(rights: Rights, request: AccessRequest) -> Universe | None:
    universe = request.universe
    if universe and rights.allows_somewhere(Permission.LIST_SECRETS, universe.pk):
        return universe
    return None
