"""What is looked for, as SQL: what the index leads to is asked again, and what it does not hold."""

from collections.abc import Iterable, Iterator

from django.db.models import CharField, F, Q
from django.db.models.functions import Cast

from secretsapp.core.events import EVENTS
from secretsapp.core.events.kinds import Result
from secretsapp.log.filters import AuditFilter
from secretsapp.models import Universe
from secretsapp.rules.narrowing import named

_TEXTS = ("secret_name", "universe_name", "subject_name", "detail")


def of(wanted: AuditFilter) -> Iterator[Q]:
    """The conditions, all of which an event meets; of `words` only roughly (`terms.has_words`)."""
    yield from _who(wanted)
    yield from _where(wanted)
    if wanted.tag:
        yield Q(tag=wanted.tag) | Q(tag__startswith=f"{wanted.tag}.")
    if wanted.result:
        yield Q(tag__in=tags_of(wanted.result))
    if wanted.since is not None:
        yield Q(time__gte=wanted.since)
    if wanted.until is not None:
        yield Q(time__lte=wanted.until)
    if wanted.change_id:
        yield Q(change_id=wanted.change_id)
    if wanted.session_id:
        yield Q(session_id=wanted.session_id)
    if wanted.request_id:
        yield Q(request_id=wanted.request_id)
    yield from _words(wanted.words)


def tags_of(result: Result) -> list[str]:
    """The tags of events with that result."""
    return [event.tag for event in EVENTS if event.result is result]


def _who(wanted: AuditFilter) -> Iterator[Q]:
    if wanted.person_id is not None:
        yield Q(actor_id=str(wanted.person_id))
    if wanted.actor_kind:
        yield Q(actor_kind=wanted.actor_kind)
    if wanted.person:
        yield Q(actor_name__icontains=wanted.person)
    if wanted.about_id is not None:
        yield Q(subject_kind="person", subject_id=str(wanted.about_id))
    if wanted.about:
        yield Q(subject_name__icontains=wanted.about)


def _where(wanted: AuditFilter) -> Iterator[Q]:
    if wanted.universe_id is not None:
        yield Q(universe_id=str(wanted.universe_id))
    if wanted.environment is not None:
        there = Universe.objects.filter(environment=wanted.environment)
        yield Q(universe_id__in=there.annotate(text=Cast(F("pk"), CharField())).values("text"))
    if wanted.door:
        yield Q(door=wanted.door)
    if wanted.address.endswith("*"):
        yield Q(address__startswith=wanted.address.removesuffix("*"))
    elif wanted.address:
        yield Q(address=wanted.address)
    if wanted.secret:
        yield named(wanted.secret, "secret_name")


def _words(wanted: Iterable[str]) -> Iterator[Q]:
    """Each word in one of the texts; what is not ASCII is written in more than one way there."""
    for word in wanted:
        if word.isascii():
            found = Q()
            for name in _TEXTS:
                found |= Q(**{f"{name}__icontains": word})
            yield found
