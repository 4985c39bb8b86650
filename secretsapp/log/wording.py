"""An audit event in words: what `Event` says of its tag, and the sentence in its parts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from string import Formatter

from secretsapp.core.actor import ActorKind, Door
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events import BY_TAG
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Event, Result, Severity, Verb, read_detail
from secretsapp.core.input_rules import parse_universe_id
from secretsapp.core.times import end_of_day, parse_roblox_time, sentence_time
from secretsapp.models import AuditEvent, Universe

EDITED = "did something that can’t be read: someone edited the event in the database"

# How a sentence asks for the `-ing` form of a permission; the verbs are those of all permissions.
DOING = "ing"
_VERBS = frozenset(
    (
        *("list", "create", "rotate", "change", "edit", "delete", "give", "grant", "revoke"),
        *("read", "add", "replace", "manage"),
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

# How `core.actor.command` names a command and who ran it.
_RUN = re.compile(r"(?P<account>.+) \(command (?P<command>\w+)\)", re.DOTALL)
SECONDS_IN_WORDS = 100


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `place` names what is there, and is empty for our own words.

    `time` is the one that its text says, for pages to show by the reader's clock.
    """

    text: str
    place: str = ""
    time: datetime | None = None


@dataclass(frozen=True)
class EventView:
    """An event in words; `universe_id` is None where the event is about none.

    An event whose tag this version does not know is told by its tag, with no verb and no result.
    An event that was edited in the database keeps its tag and says so; its `time` may be None.
    A universe or a secret is linked where it still exists and may be seen. `afterword` is the
    reason or result, a sentence of its own, which is at the very end. `began_at` is when the
    change began that it ends, and `is_over` says of a beginning that there is an outcome.
    `actor_name` and `subject_name` are those of then; `person_name` is the actor's name of today.
    """

    sequence: int
    time: datetime | None
    tag: str
    severity: Severity
    verb: Verb | None
    result: Result | None
    actor_name: str
    names_actor: bool
    parts: list[Part]
    afterword: str
    universe_id: int | None
    universe_name: str
    secret_name: str
    subject_name: str
    change_id: str
    address: str
    door: str
    detail: dict[str, str]
    actor_kind: str = ActorKind.PERSON.value
    actor_id: str = ""
    person_name: str = ""
    is_about_person: bool = False
    subject_id: str = ""
    began_at: datetime | None = None
    is_over: bool = False
    universe: Universe | None = None
    links_secret: bool = False
    says_where: bool = True

    @property
    def links_universe(self) -> bool:
        """Whether its universe still exists and may be seen."""
        return self.universe is not None

    @property
    def who(self) -> str:
        """Who acted: a person's name, where there is one, or which command it was, by whom."""
        if self.actor_kind == ActorKind.COMMAND and (run := _RUN.fullmatch(self.actor_name)):
            return f"command line: {run['command']} by {run['account']}"
        return self.person_name or self.actor_name

    @property
    def mark(self) -> str:
        """Whose mark comes before it: a person's, a command's, the system's, or none's."""
        is_nobody = self.actor_kind == ActorKind.SYSTEM and self.door == Door.BROWSER
        return "" if is_nobody else self.actor_kind

    @property
    def started_by(self) -> str:
        """The address of who began the change, where the log says it apart from the actor."""
        return self.detail.get("started_by", "")

    @property
    def took(self) -> str:
        """How long it took from the beginning of the change, in words; empty where unknown."""
        if self.began_at is None or self.time is None or self.time < self.began_at:
            return ""
        return _duration((self.time - self.began_at).total_seconds())

    @property
    def is_open(self) -> bool:
        """Whether a change began and nothing is known of it yet."""
        return self.result is Result.STARTED and not self.is_over

    @property
    def sentence(self) -> str:
        """The whole sentence, or what follows the actor's name where that is named."""
        words = "".join(part.text for part in self.parts)
        return f"{words}: {self.afterword}" if self.afterword else words

    @property
    def names_universe(self) -> bool:
        """Whether it is to be said where it was: the sentence itself does not."""
        return self.says_where and self._omits(self.universe_name, "universe", "scope", "access")

    @property
    def names_secret(self) -> bool:
        """Whether it is to be said which secret it was about: the sentence itself does not."""
        return self.says_where and self._omits(self.secret_name, "secret")

    def _omits(self, name: str, *places: str) -> bool:
        return bool(name) and not any(part.place in places for part in self.parts)

    @property
    def day(self) -> date | None:
        """The day on which it happened, in UTC."""
        return self.time.astimezone(UTC).date() if self.time else None


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


def unnamed(parts: list[Part]) -> list[Part]:
    """The sentence without the secret's name, or with “it” where it can't be read without."""
    found = [part for part in parts if part.text]
    place = next((at for at, part in enumerate(found) if part.place == "secret"), None)
    if place is None:
        return found
    before, after = found[:place], found[place + 1 :]
    if not before:
        words = "".join(part.text for part in after).lstrip()
        return [Part(words[:1].upper() + words[1:])]
    *before, last = before
    if last.text.endswith(" of "):
        return [*before, Part(last.text.removesuffix(" of "), last.place), *after]
    if after:
        return [*before, last, Part("it"), *after]
    return [*before, Part(last.text.rstrip(), last.place)]


def with_secret(event: EventView) -> EventView:
    """A refusal that says which secret it was about, where it says “secrets”."""
    *before, last = event.parts
    doing = last.text.removesuffix("secrets")
    if last.place != "permission" or not event.secret_name or doing == last.text:
        return event
    return replace(event, parts=[*before, Part(doing), Part(event.secret_name, "secret")])


def _duration(seconds: float) -> str:
    """A length of time, in the unit that fits it."""
    if seconds < SECONDS_IN_WORDS:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


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
            yield Part(_doing(said) if how == DOING else said, place)
            if how and how != DOING:
                yield Part(f" {how}" if said == "1" else f" {how}s")


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
