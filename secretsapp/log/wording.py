"""An audit event in words: what `Event` says of its tag, and the sentence in its parts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from string import Formatter

from secretsapp.core.errors import InvalidInput
from secretsapp.core.events import BY_TAG
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Event, Result, Severity, read_detail
from secretsapp.core.input_rules import parse_universe_id
from secretsapp.core.times import end_of_day, parse_roblox_time, sentence_time
from secretsapp.log.event_view import EventView, Part
from secretsapp.models import AuditEvent

EDITED = "did something that can’t be read: someone edited the event in the database"

# How a sentence asks for the `-ing` form of a permission; the verbs are those of all permissions.
DOING = "ing"
_VERBS = frozenset(
    (
        *("list", "create", "rotate", "change", "edit", "delete", "give", "grant", "revoke"),
        *("read", "add", "replace", "manage", "restart", "publish"),
    )
)

# Their words are sentences, so nothing of ours can follow them.
_AFTERWORDS = {"reason", "result"}

# Their details say of which secrets, and until when.
_SAYS_EXTENT = {
    AccessEvent.GRANT_GIVEN,
    AccessEvent.GRANT_CHANGED,
    AccessEvent.GRANT_RENEWED,
    AccessEvent.ACCESS_REQUESTED,
    AccessEvent.ACCESS_APPROVED,
}


def view_of(event: AuditEvent) -> EventView:
    """The event in words, without links."""
    known = BY_TAG.get(event.tag)
    detail = read_detail(event.detail)
    is_edited = detail is None or event.time is None
    parts, afterword = ([Part(EDITED)], "") if is_edited else _sentence(event, known, detail or {})
    severity = known.severity if known else Severity.INFO
    return EventView(
        sequence=event.sequence,
        time=event.time,
        tag=event.tag,
        severity=Severity.WARNING if is_edited else severity,
        verb=known.verb if known else None,
        result=known.result if known and not is_edited else None,
        actor_name=event.actor_name,
        names_actor=known is None or is_edited or known.names_actor,
        parts=parts,
        afterword=afterword,
        universe_id=_universe_id(event),
        universe_name=event.universe_name,
        secret_name=event.secret_name,
        subject_name=event.subject_name,
        change_id=event.change_id,
        session_id=event.session_id,
        request_id=event.request_id,
        address=event.address,
        door=event.door,
        detail=detail or {},
        actor_kind=event.actor_kind,
        actor_id=event.actor_id,
        is_about_person=event.subject_kind == "person",
        subject_id=event.subject_id,
        began_at=getattr(event, "began_at", None),
        is_over=getattr(event, "is_over", False),
    )


def _sentence(
    event: AuditEvent, known: Event | None, detail: Mapping[str, str]
) -> tuple[list[Part], str]:
    """The sentence of the event, and what is behind its colon at the very end."""
    if known is None:
        return [Part(event.tag)], ""
    parts = [*_found_by_reading(known, detail), *_parts(event, known, detail)]
    if known in _SAYS_EXTENT:
        return list(_with_extent(parts, detail)), ""
    if parts[-1].place not in _AFTERWORDS:
        return parts, ""
    *before, colon, afterword = parts
    return [*before, Part(colon.text.removesuffix(": "))], afterword.text


def _found_by_reading(known: Event, detail: Mapping[str, str]) -> list[Part]:
    """Who began the change that was settled by reading: Sealroom only found out what came of it."""
    who = detail.get("started_by")
    if not who or known.result is Result.UNKNOWN:
        return []
    return [Part("found out that "), Part(who, "person"), Part(" ")]


def _parts(event: AuditEvent, known: Event, detail: Mapping[str, str]) -> Iterator[Part]:
    """The sentence of the event, taken apart at the places of its names."""
    words = {
        **detail,
        "secret": event.secret_name,
        "universe": event.universe_name,
        "subject": event.subject_name,
    }
    about = "secret" if event.secret_name else "universe"
    for text, named, how, _ in Formatter().parse(known.sentence):
        place = about if named == "target" else named
        yield Part(text)
        if place:
            said = words.get(place) or "–"
            said = _listed(said) if place == "fields" else said
            yield Part(_doing(said) if how == DOING else said, place)
            if how and how != DOING:
                yield Part(f" {how}" if said == "1" else f" {how}s")


def _listed(fields: str) -> str:
    """What is stored as `name and address and key`, as people write it."""
    *before, last = fields.split(" and ")
    return f"{', '.join(before)} and {last}" if before else last


def _with_extent(parts: list[Part], detail: Mapping[str, str]) -> Iterator[Part]:
    """A grant with the names that it is for and its end, where it is not for all and for ever."""
    for part in parts:
        yield part
        if part.place == "role" and (pattern := detail.get("pattern")):
            yield from (Part(" of "), Part(pattern, "pattern"))
    end = parse_roblox_time(detail.get("until", ""))
    if end is not None:
        yield from (Part(", until "), _end(end))


def _end(end: datetime) -> Part:
    """The end of a grant: the day alone, where all of it is within."""
    words = sentence_time(end)
    if end == end_of_day(end.date()):
        return Part(words.partition(",")[0], "last_day", end)
    return Part(words, "until", end)


def _doing(words: str) -> str:
    """What someone wanted to do, such as `rotate secrets`, as what they were denied doing."""
    each = (f"{word.removesuffix('e')}ing" if word in _VERBS else word for word in words.split(" "))
    return " ".join(each)


def _universe_id(event: AuditEvent) -> int | None:
    try:
        return parse_universe_id(event.universe_id)
    except InvalidInput:
        return None
