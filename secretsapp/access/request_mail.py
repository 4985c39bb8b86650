"""Tells by mail those who may answer that someone asked for access, and who asked what came of it.

A mail names no secret and gives no reason: both are on the page of the request.
"""

from collections.abc import Iterable

from django.db.models import Q

from secretsapp.access.answering import decides_on, length_words
from secretsapp.core import actor as actors
from secretsapp.core.actor import Door
from secretsapp.core.patterns import EVERY_NAME, covering, parse_patterns
from secretsapp.core.roles import Permission, roles_with
from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import EVERYWHERE, AccessRequest, User
from secretsapp.models.requests import RequestState
from secretsapp.rules.holders import holders_of
from secretsapp.rules.policy import in_force, of_place, reaching, rights_of

MAILED = 20
# More names than anyone asks for: only those who give access to every secret are told then.
NAMES_LOOKED_UP = 10
_ANSWERED = (RequestState.APPROVED, RequestState.DECLINED)


def queue_requested(request: AccessRequest) -> None:
    """Queue a mail for each of a few people who may answer the request."""
    if outbox.is_set_up():
        about = {"request": str(request.pk)}
        outbox.queue_all([outbox.mail(REQUESTED, person, about) for person in deciders(request)])


def queue_decided(request: AccessRequest) -> None:
    """Queue a mail for who asked."""
    outbox.queue(DECIDED, request.person, {"request": str(request.pk)})


def queue_lapsed(requests: Iterable[AccessRequest]) -> None:
    """Queue a mail for each who asked for one of these, which no one answered in time."""
    mails = (outbox.mail(LAPSED, each.person, {"request": str(each.pk)}) for each in requests)
    outbox.queue_all(mails)


def deciders(request: AccessRequest) -> list[User]:
    """A few people who may answer the request: who could give all of it, if only for a while."""
    giving = in_force().filter(_there(request), role__in=roles_with(Permission.MANAGE_GRANTS))
    names = parse_patterns(request.names)
    found = User.objects.exclude(pk=request.person_id)
    for name in names if len(names) <= NAMES_LOOKED_UP else (EVERY_NAME,):
        holders = holders_of(giving.filter(patterns__pattern__in=covering(name)))
        found = found.filter(pk__in=holders.values("pk"))
    return list(found.order_by("pk")[:MAILED])


def _there(request: AccessRequest) -> Q:
    if request.universe_id is not None:
        return reaching(request.universe_id)
    return of_place(request.place) | of_place(EVERYWHERE)


def _find(about: About) -> AccessRequest | None:
    beside = ("person", "universe", "renews", "decider", "grant")
    return AccessRequest.objects.select_related(*beside).filter(pk=about["request"]).first()


def _write_requested(person: User | None, about: About) -> Letter | None:
    """What is asked for; nothing once it is answered, or for who could not answer any more."""
    request = _find(about)
    if request is None or person is None or not request.is_waiting:
        return None
    reader = actors.person(person.pk, person.email, Door.WORKER)
    if not decides_on(rights_of(reader), request):
        return None
    who = request.person.name or request.person.email
    return Letter(f"{who} asked for access to {request.scope}", _words(request) | {"who": who})


def _write_decided(person: User | None, about: About) -> Letter | None:
    """What came of it."""
    request = _find(about)
    if request is None or person is None or request.state not in _ANSWERED:
        return None
    subject = f"Your request for access to {request.scope} was {request.state}"
    until = request.grant.until if request.grant else None
    told = {
        "who": (request.decider.name if request.decider else "") or request.decided_by,
        "deed": request.state,
        "end": sentence_time(until) if until else "",
        "note": request.note,
    }
    return Letter(subject, _words(request) | told)


def _write_lapsed(person: User | None, about: About) -> Letter | None:
    """That no one answered it."""
    request = _find(about)
    if request is None or person is None or request.state != RequestState.LAPSED:
        return None
    return Letter(f"Your request for access to {request.scope} lapsed", _words(request))


def _words(request: AccessRequest) -> dict[str, object]:
    return {
        "role": request.get_role_display(),
        "where": request.scope,
        "length": length_words(request.hours),
        "keeps": request.renews_id is not None,
        "address": f"/requests/{request.pk}/",
    }


REQUESTED = Kind("access_requested", _write_requested)
DECIDED = Kind("access_decided", _write_decided)
LAPSED = Kind("access_lapsed", _write_lapsed)
