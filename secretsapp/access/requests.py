"""Asks for access, and answers that: approves, declines, withdraws, and lets requests lapse.

Nobody answers their own request, and nobody gives by it what lies beyond their own rights. A
request is locked before it is answered, so it is answered once.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.access import grants, request_mail
from secretsapp.access.answering import (
    HOURS,
    DecidesOn,
    OfAnother,
    close,
    length_words,
    lock_waiting,
    tell,
    terms_of,
)
from secretsapp.access.renewals import renew
from secretsapp.access.terms import to_give
from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, NotFound
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.patterns import parse_patterns, written
from secretsapp.core.roles import Permission, Role
from secretsapp.models import AccessRequest, Grant, Place, Universe, User
from secretsapp.models.requests import RequestState
from secretsapp.rules.acting import Act, Need, NoRight, Oneself, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import Holding

ANSWERED_WITHIN = timedelta(days=7)
WAITING_AT_MOST, A_DAY_AT_MOST = 10, 20
NAMES_AT_MOST = 10
LAPSED_AT_ONCE = 200


@dataclass(frozen=True)
class Wish:
    """What someone asks for: a role, for which names, for how many hours, and why."""

    role: Role
    names: str
    hours: int
    reason: str


def ask(actor: Actor, universe: Universe, wish: Wish) -> AccessRequest:
    """Ask for access in a universe that the actor sees.

    Raises Forbidden for who doesn't see it, InvalidInput for what can't be asked for and for too
    many requests, AlreadyExists where they have it or asked for it.
    """
    names = _checked(wish)
    with acting(actor, Right(Permission.LIST_SECRETS, universe.pk)) as act:
        person = _asker(act)
        lock_universe(universe)
        _refuse_held(act, universe, wish)
        made = AccessRequest(universe=universe, role=wish.role, names=written(names))
        return _store(act, person, made, wish.hours, wish.reason)


def ask_to_keep(actor: Actor, grant: Grant, *, hours: int, reason: str) -> AccessRequest:
    """Ask that a grant of one's own ends later; raises what `ask` raises, and NotFound."""
    if grant.person is None or grant.until is None:
        raise NotFound("This access can’t be extended by a request: it isn’t yours, or never ends.")
    _check_words(hours, reason)
    with acting(actor, Oneself(grant.person)) as act:
        person = _asker(act)
        if grant.universe is not None:
            lock_universe(grant.universe)
        if not Grant.objects.filter(pk=grant.pk, until__gt=timezone.now()).exists():
            raise NotFound("This access has ended. Ask for it again where you need it.")
        made = AccessRequest(
            universe=grant.universe, renews=grant, role=grant.role, names=written(grant.names)
        )
        return _store(act, person, made, hours, reason)


def approve(
    actor: Actor, request: AccessRequest, *, hours: int | None = None, names: str | None = None
) -> Grant:
    """Give what was asked for, or less: for fewer hours, or for narrower names.

    It never ends later than the actor's own access. Raises Forbidden where it goes beyond that or
    is their own, InvalidInput for more than was asked for, and DecidedMeanwhile.
    """
    terms = terms_of(actor, request, hours=hours, names=names)
    where = request.universe or request.place
    need = to_give(request.person, where, terms)
    with _answering(actor, request, need) as (act, stored):
        if not act.people[stored.person_id].is_active:
            raise InvalidInput(f"The account of {stored.person.email} is disabled.")
        close(act, stored, RequestState.APPROVED)
        tell(act, AccessEvent.ACCESS_APPROVED, stored, names=terms.names, until=terms.until)
        if stored.renews is not None:
            stored.grant = renew(act, stored.renews, terms)
        else:
            stored.grant = grants.give_within(act, stored.person, where, terms)
        stored.save()
        request_mail.queue_decided(stored)
        return stored.grant


def decline(actor: Actor, request: AccessRequest, *, note: str = "") -> None:
    """Say no, perhaps with a note; raises what `approve` raises."""
    labels.check_remark(note, field="note", limit=labels.REASON_LIMIT)
    with _answering(actor, request) as (act, stored):
        close(act, stored, RequestState.DECLINED, note=note)
        stored.save()
        tell(act, AccessEvent.ACCESS_DECLINED, stored, reason=note)
        request_mail.queue_decided(stored)


def withdraw(actor: Actor, request: AccessRequest) -> None:
    """Take one's own request back; raises Forbidden for everyone else, and DecidedMeanwhile."""
    with acting(actor, Oneself(request.person)) as act:
        stored = lock_waiting(act, request)
        close(act, stored, RequestState.WITHDRAWN)
        stored.save()
        tell(act, AccessEvent.ACCESS_WITHDRAWN, stored)


def lapse(actor: Actor) -> int:
    """End the requests that no one answered in time; gives how many."""
    due = AccessRequest.objects.filter(state=RequestState.WAITING, lapses_at__lte=timezone.now())
    if not due.exists():
        return 0
    with acting(actor, NoRight("time has passed, and nobody answered")) as act:
        rows = due.select_for_update(of=("self",), skip_locked=True)
        found = list(rows.select_related("person", "universe", "renews")[:LAPSED_AT_ONCE])
        _let_lapse(act, found, "not answered in time")
        request_mail.queue_lapsed(found)
        return len(found)


def end_of_person(act: Act, person: User) -> None:
    """Let their requests lapse within an act that disables their account, which is locked."""
    waiting = AccessRequest.objects.filter(person=person, state=RequestState.WAITING)
    _let_lapse(act, _locked(waiting), "the account was disabled")


def end_of_universe(act: Act, universe: Universe) -> None:
    """Let the requests about it lapse within an act that removes it, which is locked."""
    waiting = AccessRequest.objects.filter(universe=universe, state=RequestState.WAITING)
    _let_lapse(act, _locked(waiting), "the universe was removed")


@contextmanager
def _answering(
    actor: Actor, request: AccessRequest, *needs: Need
) -> Iterator[tuple[Act, AccessRequest]]:
    """An act in which the actor may answer the request of someone else, which waits and is locked.

    Who asked is locked as well: their account is not disabled meanwhile.
    """
    needs = (DecidesOn(request), *needs)
    with acting(actor, OfAnother(request), *needs, people=[request.person]) as act:
        if request.universe is not None:
            lock_universe(request.universe)
        yield act, lock_waiting(act, request)


def _checked(wish: Wish) -> tuple[str, ...]:
    """The names, in order; raises InvalidInput for what can't be asked for."""
    if wish.role is Role.ADMIN:
        raise InvalidInput("No one can ask to be an admin here. Ask an admin.", field="role")
    _check_words(wish.hours, wish.reason)
    names = parse_patterns(wish.names)
    if len(names) > NAMES_AT_MOST:
        raise InvalidInput(
            f"Ask for {NAMES_AT_MOST} names and patterns at most, or use a pattern such as PAY_*.",
            field="names",
        )
    return names


def _check_words(hours: int, reason: str) -> None:
    if hours not in HOURS:
        raise InvalidInput("Choose how long you need it.", field="hours")
    if not reason.strip():
        raise InvalidInput("Say why you need it.", field="reason")
    labels.check_remark(reason, field="reason", limit=labels.REASON_LIMIT)


def _asker(act: Act) -> User:
    person = act.people.get(act.actor.person_id or 0)
    if person is None:
        raise InvalidInput("Only a person can ask for access. Name one with --as.")
    return person


def _refuse_held(act: Act, universe: Universe, wish: Wish) -> None:
    end = timezone.now() + timedelta(hours=wish.hours)
    place = Place(universe.pk)
    wanted = [Holding(wish.role, place, name, end) for name in parse_patterns(wish.names)]
    held = act.rights.over(place)
    if all(any(holding.contains(each) for holding in held) for each in wanted):
        raise AlreadyExists("You have this access already. Reload the page you came from.")


def _store(act: Act, person: User, made: AccessRequest, hours: int, reason: str) -> AccessRequest:
    now = timezone.now()
    _refuse_alike(person, made, now)
    _refuse_more(person, now)
    made.person, made.hours, made.reason = person, hours, reason.strip()
    made.made_at, made.lapses_at = now, now + ANSWERED_WITHIN
    made.save(force_insert=True)
    length = length_words(hours)
    tell(act, AccessEvent.ACCESS_REQUESTED, made, length=length, reason=made.reason)
    request_mail.queue_requested(made)
    return made


class AskedAlready(AlreadyExists):
    """They asked for the same already, by `request`, which waits."""

    def __init__(self, sentence: str, request: AccessRequest) -> None:
        super().__init__(sentence)
        self.request = request


def _refuse_alike(person: User, made: AccessRequest, now: datetime) -> None:
    waiting = AccessRequest.objects.filter(
        person=person, state=RequestState.WAITING, lapses_at__gt=now
    )
    alike = waiting.filter(
        universe=made.universe, renews=made.renews, role=made.role, names=made.names
    )
    if found := alike.first():
        raise AskedAlready("You asked for this already. It’s waiting for an answer.", found)
    if waiting.count() >= WAITING_AT_MOST:
        raise InvalidInput(
            f"{WAITING_AT_MOST} of your requests are waiting. Withdraw one, or wait for an answer."
        )


def _refuse_more(person: User, now: datetime) -> None:
    today = AccessRequest.objects.filter(person=person, made_at__gt=now - timedelta(days=1))
    if today.count() >= A_DAY_AT_MOST:
        raise InvalidInput(
            f"You made {A_DAY_AT_MOST} requests within a day. Try again tomorrow, or ask in person."
        )


def _locked(waiting: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
    rows = waiting.select_for_update(of=("self",)).order_by("pk")
    return rows.select_related("person", "universe", "renews")


def _let_lapse(act: Act, found: Iterable[AccessRequest], why: str) -> None:
    for request in found:
        close(act, request, RequestState.LAPSED)
        request.save()
        tell(act, AccessEvent.ACCESS_LAPSED, request, why=why)
