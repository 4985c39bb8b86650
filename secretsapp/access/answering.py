"""What answering a request takes: who may, on which terms, once, and how it is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from secretsapp.access.terms import Terms
from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import DecidedMeanwhile, Forbidden, InvalidInput, NotFound
from secretsapp.core.events.kinds import Event
from secretsapp.core.patterns import parse_patterns, written
from secretsapp.core.roles import PERMISSIONS, ROLE_WORDS, Permission, Role, refusal
from secretsapp.core.times import age
from secretsapp.models import AccessRequest, Grant, Place, Universe
from secretsapp.models.requests import RequestState
from secretsapp.rules.acting import Act
from secretsapp.rules.narrowing import narrowed_universes
from secretsapp.rules.policy import Holding, Rights, rights_of

# How long access can be asked for, in hours.
HOURS = (8, 24, 7 * 24, 30 * 24)
NOTHING_CHANGED = "Nothing was changed."
_DEEDS = {
    RequestState.APPROVED: "approved this",
    RequestState.DECLINED: "declined this",
    RequestState.WITHDRAWN: "withdrew this request",
}


@dataclass(frozen=True)
class OfAnother:
    """That the request is not the actor's own: nobody gives access to themselves by one."""

    request: AccessRequest

    def check(self, act: Act) -> None:
        """Raise Forbidden for who asked."""
        if act.actor.person_id == self.request.person_id:
            raise own_request(self.request)


def own_request(request: AccessRequest) -> Forbidden:
    """The refusal of who wants to answer what they asked for themselves."""
    return Forbidden(
        "You can’t answer your own request. Someone else has to approve or decline it.",
        permission=Permission.MANAGE_GRANTS,
        universe_id=request.universe_id,
    )


@dataclass(frozen=True)
class DecidesOn:
    """That the actor could give all that was asked for, if only for a shorter time."""

    request: AccessRequest

    def check(self, act: Act) -> None:
        """Raise Forbidden for everyone else."""
        if not decides_on(act.rights, self.request):
            raise refusal(Permission.MANAGE_GRANTS, self.request.universe_id)


def decides_on(rights: Rights, request: AccessRequest) -> bool:
    """Whether someone with these rights may answer the request, if it is not their own."""
    return can_decide(rights, request.role, request.place, request.names)


def can_decide(rights: Rights, role: str, place: Place, names: str) -> bool:
    """Whether someone with these rights may answer a request for that."""
    now = timezone.now()
    asked = (Holding(Role(role), place, name, now) for name in parse_patterns(names))
    return rights.may_give(asked)


def where_giving(actor: Actor) -> Q:
    """The rows about universes where the actor gives access at all, and about wider places.

    What they may do there is asked of each.
    """
    if rights_of(actor).universes_with(Permission.MANAGE_GRANTS) is None:
        return Q()
    there = narrowed_universes(actor, Universe.objects.order_by(), Permission.MANAGE_GRANTS)
    return Q(universe__in=there.values("pk")) | Q(universe=None)


def terms_of(
    actor: Actor, request: AccessRequest, *, hours: int | None = None, names: str | None = None
) -> Terms:
    """What an approval gives: what was asked for, or less, and no longer than the actor has it.

    Raises InvalidInput for more than was asked for.
    """
    hours = request.hours if hours is None else hours
    if not 0 < hours <= request.hours:
        raise InvalidInput(
            "You can shorten the time that was asked for, not extend it.", field="hours"
        )
    given = parse_patterns(request.names if names is None else names)
    _check_within(request, given)
    role = Role(request.role)
    limit = own_end(rights_of(actor), request.place, role, given)
    end = no_later(_since(request) + timedelta(hours=hours), limit)
    return Terms(role, written(given), end, request.reason)


def _since(request: AccessRequest) -> datetime:
    """From when on the time counts: from now, or from the end of the grant that is kept."""
    ends = request.renews.until if request.renews else None
    return max(timezone.now(), ends or timezone.now())


def _check_within(request: AccessRequest, given: tuple[str, ...]) -> None:
    asked = parse_patterns(request.names)
    if request.renews is not None and given != asked:
        raise InvalidInput("An extension keeps the secrets of the access.", field="names")
    if not all(any(patterns.covers(each, name) for each in asked) for name in given):
        wanted = written(asked)
        raise InvalidInput(f"{wanted} was asked for. Enter names within it.", field="names")


def no_later(end: datetime, limit: datetime | None) -> datetime:
    """The end, or the limit where that comes first."""
    return end if limit is None else min(end, limit)


def own_end(rights: Rights, place: Place, role: Role, names: Iterable[str]) -> datetime | None:
    """Until when someone with these rights can give that at most; None for without an end."""
    ends = [_latest(rights.over(place), role, name) for name in names]
    return min((end for end in ends if end is not None), default=None)


def _latest(holdings: Iterable[Holding], role: Role, name: str) -> datetime | None:
    ends = [
        holding.until
        for holding in holdings
        if holding.gives(Permission.MANAGE_GRANTS)
        and PERMISSIONS[role] <= PERMISSIONS[holding.role]
        and patterns.covers(holding.pattern, name)
    ]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def lock_waiting(act: Act, request: AccessRequest) -> AccessRequest:
    """The request as it is now, locked; raises DecidedMeanwhile unless it waits for an answer."""
    rows = AccessRequest.objects.select_for_update(of=("self",))
    beside = ("person", "universe", "renews__universe", "renews__person", "decider")
    stored = rows.select_related(*beside).filter(pk=request.pk).first()
    if stored is None:
        raise NotFound(f"This request isn’t here any more. {NOTHING_CHANGED}")
    if not stored.is_waiting:
        raise DecidedMeanwhile(f"{what_became_of(act.actor, stored)} {NOTHING_CHANGED}")
    return stored


def what_became_of(actor: Actor, request: AccessRequest) -> str:
    """Who answered it and when, in a sentence."""
    if request.has_lapsed or request.decided_at is None:
        return f"This request lapsed {age(_lapsed_at(request), timezone.now())}."
    named = request.decider.name if request.decider else ""
    is_own = request.decider_id is not None and request.decider_id == actor.person_id
    who = "You" if is_own else named or request.decided_by
    deed = _DEEDS[RequestState(request.state)]
    return f"{who} {deed} {age(request.decided_at, timezone.now())}."


def _lapsed_at(request: AccessRequest) -> datetime:
    return min(request.decided_at or request.lapses_at, request.lapses_at)


def close(act: Act, request: AccessRequest, state: RequestState, *, note: str = "") -> None:
    """Let it be answered by the actor; the row is stored by who calls."""
    request.state, request.note = state, note
    request.decider_id, request.decided_by = act.actor.person_id, act.actor.name
    request.decided_at = timezone.now()


def tell(
    act: Act,
    event: Event,
    request: AccessRequest,
    *,
    names: str | None = None,
    until: datetime | None = None,
    **detail: str,
) -> None:
    """Tell what happened to a request: its person is the subject, not who acts."""
    said = {
        "role": ROLE_WORDS[Role(request.role)],
        "scope": request.scope,
        "pattern": request.names if names is None else names,
        **({"until": until.isoformat()} if until else {}),
        **{name: text for name, text in detail.items() if text},
    }
    act.tell(event, request.universe, subject=request.person, detail=said)


def usual_hours(grant: Grant) -> int:
    """For how many hours it was given, as near as one can ask for."""
    given = (grant.until - grant.given_at) if grant.until else timedelta()
    return min(HOURS, key=lambda hours: abs(timedelta(hours=hours) - given))


def length_words(hours: int) -> str:
    """For how long, in words."""
    days, rest = divmod(hours, 24)
    if rest or not days:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{days} day{'' if days == 1 else 's'}"
