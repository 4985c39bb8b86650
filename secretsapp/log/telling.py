"""An audit event in words: what was done, what came of it, and the sentence in its parts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from string import Formatter

from secretsapp.core import events
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events import Severity
from secretsapp.core.input_rules import parse_universe_id
from secretsapp.models import AuditEvent

EDITED = "did what cannot be read any more: somebody edited the event in the database"


# Their words are sentences, so nothing of ours can follow them.
AFTERWORDS = {"reason", "result"}


class Verb(Enum):
    """What kind of deed an event tells of: its word, and the tone of the dot before it."""

    ADD = ("add", "made")
    CREATE = ("create", "made")
    GRANT = ("grant", "made")
    SET_UP = ("set-up", "made")
    EDIT = ("edit", "changed")
    REPLACE = ("replace", "changed")
    ROTATE = ("rotate", "changed")
    DELETE = ("delete", "gone")
    REMOVE = ("remove", "gone")
    REVOKE = ("revoke", "gone")
    ELSEWHERE = ("elsewhere", "warned")
    REFUSED = ("refused", "warned")
    ACCEPT = ("accept", "quiet")
    ACCOUNT = ("account", "quiet")
    PASSWORD = ("password", "quiet")
    READ = ("read", "quiet")
    SIGN_IN = ("sign-in", "quiet")
    TEST = ("test", "quiet")
    OTHER = ("other", "quiet")

    def __init__(self, word: str, tone: str) -> None:
        self.word = word
        self.tone = tone


class Result(StrEnum):
    """What came of it; an observation has no result."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    NONE = ""


_VERBS = {
    "secret.create": Verb.CREATE,
    "secret.rotate": Verb.ROTATE,
    "secret.delete": Verb.DELETE,
    "secret.details": Verb.EDIT,
    "secret.drift": Verb.ELSEWHERE,
    "secret.drift.acknowledged": Verb.ACCEPT,
    "universe.added": Verb.ADD,
    "universe.changed": Verb.EDIT,
    "universe.baseline": Verb.READ,
    "universe.removed": Verb.REMOVE,
    "api_key.added": Verb.ADD,
    "api_key.replaced": Verb.REPLACE,
    "api_key.changed": Verb.EDIT,
    "api_key.removed": Verb.REMOVE,
    "api_key.tested": Verb.TEST,
    "grant": Verb.GRANT,
    "grant.revoked": Verb.REVOKE,
    "person.created": Verb.ADD,
    "person.disabled": Verb.ACCOUNT,
    "person.enabled": Verb.ACCOUNT,
    "person.changed": Verb.EDIT,
    "person.link_made": Verb.PASSWORD,
    "person.link_mailed": Verb.PASSWORD,
    "person.password_set": Verb.PASSWORD,
    "person": Verb.SIGN_IN,
    "person.sign_in_failed": Verb.REFUSED,
    "access.refused": Verb.REFUSED,
    "installation.claimed": Verb.SET_UP,
    "installation.restored": Verb.SET_UP,
    "backup.made": Verb.READ,
    "log.guarded": Verb.SET_UP,
    "master_key.added": Verb.ADD,
    "master_key.rotated": Verb.REPLACE,
    "master_key.dropped": Verb.REMOVE,
    "audit_key.added": Verb.ADD,
    "audit_key.rotated": Verb.REPLACE,
    "audit_key.dropped": Verb.REMOVE,
}
_RESULTS = {
    "started": Result.STARTED,
    "failed": Result.FAILED,
    "unknown": Result.UNKNOWN,
    "undetermined": Result.UNKNOWN,
    "refused": Result.REFUSED,
    "sign_in_failed": Result.REFUSED,
    "appeared": Result.NONE,
    "vanished": Result.NONE,
    "baseline": Result.NONE,
    "tested": Result.NONE,
}


def verb_of(tag: str) -> Verb:
    """The verb of the longest beginning of the tag that has one."""
    beginning = tag
    while beginning:
        if beginning in _VERBS:
            return _VERBS[beginning]
        beginning = beginning.rpartition(".")[0]
    return Verb.OTHER


def result_of(tag: str) -> Result:
    """What the tag says came of it; of a tag that is not ours, nothing."""
    if tag not in events.BY_TAG or tag == events.Event.SECRET_DRIFT_CHANGED.tag:
        return Result.NONE
    return _RESULTS.get(tag.rpartition(".")[2], Result.SUCCEEDED)


TAGS_BY_RESULT = {
    result: [tag for tag in events.BY_TAG if result_of(tag) is result] for result in Result
}


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `place` names what stands there, and is empty for our own words."""

    text: str
    place: str = ""


@dataclass(frozen=True)
class EventView:
    """An event in words; `universe_id` is None where the event is about none.

    An event that was edited in the database keeps its tag and says so; its `time` may be None.
    A universe or a secret is linked where it still exists and may be seen. `afterword` is the
    reason or result, a sentence of its own, which stands at the very end. `has_outcome` says of
    the beginning of a change that its outcome is among the events it is shown with.
    """

    sequence: int
    time: datetime | None
    tag: str
    severity: Severity
    verb: Verb
    result: Result
    actor_name: str
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
    links_universe: bool = False
    links_secret: bool = False
    says_where: bool = True
    has_outcome: bool = False

    @property
    def sentence(self) -> str:
        """What follows the actor's name."""
        told = "".join(part.text for part in self.parts)
        return f"{told}: {self.afterword}" if self.afterword else told

    @property
    def names_universe(self) -> bool:
        """Whether it is to be said where it was: the sentence itself does not."""
        return bool(self.universe_name) and self.says_where and not self._names("universe", "scope")

    @property
    def names_secret(self) -> bool:
        """Whether it is to be said which secret it was about: the sentence itself does not."""
        return bool(self.secret_name) and self.says_where and not self._names("secret")

    def _names(self, *places: str) -> bool:
        return any(part.place in places for part in self.parts)

    @property
    def day(self) -> date | None:
        """The day on which it happened, in UTC."""
        return self.time.astimezone(UTC).date() if self.time else None


def view_of(event: AuditEvent) -> EventView:
    """The event in words, without links."""
    known = events.BY_TAG.get(event.tag)
    detail = _detail(event)
    is_edited = detail is None or event.time is None
    parts, afterword = ([Part(EDITED)], "") if is_edited else _told(event, detail or {})
    severity = known.severity if known else Severity.INFO
    return EventView(
        sequence=event.sequence,
        time=event.time,
        tag=event.tag,
        severity=Severity.WARNING if is_edited else severity,
        verb=verb_of(event.tag),
        result=Result.NONE if is_edited else result_of(event.tag),
        actor_name=event.actor_name,
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
    )


def with_outcomes(events: list[EventView]) -> list[EventView]:
    """The events, where beginnings know of the outcomes that stand among them."""
    settled = {event.change_id for event in events if event.result is not Result.STARTED}
    return [
        replace(
            event,
            has_outcome=event.result is Result.STARTED
            and bool(event.change_id)
            and event.change_id in settled,
        )
        for event in events
    ]


def _told(event: AuditEvent, detail: Mapping[str, str]) -> tuple[list[Part], str]:
    """The sentence of the event, and what stands behind its colon at the very end."""
    parts = [*_found_of(event.tag, detail), *_parts(event, detail)]
    if parts[-1].place not in AFTERWORDS:
        return parts, ""
    *before, colon, afterword = parts
    return [*before, Part(colon.text.removesuffix(": "))], afterword.text


def _found_of(tag: str, detail: Mapping[str, str]) -> list[Part]:
    """Who began the change that was settled by reading: Sealroom only found out what came of it."""
    who = detail.get("started_by")
    if not who or tag.endswith(".undetermined"):
        return []
    return [Part("found by reading that "), Part(who, "person"), Part(" ")]


def _parts(event: AuditEvent, detail: Mapping[str, str]) -> Iterator[Part]:
    """The sentence of the event, taken apart at the places of its names."""
    known = events.BY_TAG.get(event.tag)
    own = {
        "secret": event.secret_name,
        "universe": event.universe_name,
        "subject": event.subject_name,
    }
    words = {**detail, **own}
    for text, place, _, _ in Formatter().parse(known.sentence if known else ""):
        yield Part(text)
        if place:
            yield Part(words.get(place) or "–", place)
    if known is None:
        yield Part(event.tag)


def _detail(event: AuditEvent) -> dict[str, str] | None:
    """The details, or None where they are not texts by name, as every event is written with."""
    try:
        found: dict[str, str] = json.loads(event.detail)
        "".join(text for pair in found.items() for text in pair).encode("utf-8")
    except (AttributeError, RecursionError, TypeError, ValueError):
        return None
    return found


def _universe_id(event: AuditEvent) -> int | None:
    try:
        return parse_universe_id(event.universe_id)
    except InvalidInput:
        return None
