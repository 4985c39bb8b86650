"""What is looked for, asked of single events: those of an archive are in no table."""

from collections.abc import Callable, Iterator

from secretsapp.core import patterns
from secretsapp.log import conditions
from secretsapp.log.filters import AuditFilter
from secretsapp.log.index.terms import has_words
from secretsapp.models import AuditEvent, Universe

Condition = Callable[[AuditEvent], bool]


def of(wanted: AuditFilter) -> Condition:
    """Whether an event is what is looked for, as `conditions.of` asks of rows."""
    conditions_met = [*_who(wanted), *_where(wanted), *_what(wanted), *_same(wanted)]
    return lambda event: all(is_met(event) for is_met in conditions_met)


def _same(wanted: AuditFilter) -> Iterator[Condition]:
    """What an event has to have exactly, where it is asked for."""
    texts = {
        "actor_id": "" if wanted.person_id is None else str(wanted.person_id),
        "actor_kind": wanted.actor_kind,
        "universe_id": "" if wanted.universe_id is None else str(wanted.universe_id),
        "door": wanted.door,
        "change_id": wanted.change_id,
        "session_id": wanted.session_id,
        "request_id": wanted.request_id,
    }
    asked = {name: text for name, text in texts.items() if text}
    yield lambda event: all(getattr(event, name) == text for name, text in asked.items())


def _who(wanted: AuditFilter) -> Iterator[Condition]:
    if wanted.person:
        yield lambda event: _is_part(wanted.person, event.actor_name)
    if wanted.about_id is not None:
        about = ("person", str(wanted.about_id))
        yield lambda event: (event.subject_kind, event.subject_id) == about
    if wanted.about:
        yield lambda event: _is_part(wanted.about, event.subject_name)


def _where(wanted: AuditFilter) -> Iterator[Condition]:
    if wanted.environment is not None:
        there = Universe.objects.filter(environment=wanted.environment)
        ids = set(map(str, there.values_list("pk", flat=True)))
        yield lambda event: event.universe_id in ids
    if wanted.address:
        yield lambda event: patterns.matches(wanted.address, event.address)
    yield lambda event: patterns.matches(wanted.secret, event.secret_name)


def _what(wanted: AuditFilter) -> Iterator[Condition]:
    if wanted.tag:
        yield lambda event: f"{event.tag}.".startswith(f"{wanted.tag}.")
    if wanted.result:
        tags = frozenset(conditions.tags_of(wanted.result))
        yield lambda event: event.tag in tags
    since, until = wanted.since, wanted.until
    if since is not None:
        yield lambda event: event.time >= since
    if until is not None:
        yield lambda event: event.time <= until
    if wanted.words:
        yield lambda event: has_words(event, wanted.words)


def _is_part(part: str, text: str) -> bool:
    return part.casefold() in text.casefold()
