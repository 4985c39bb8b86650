"""What is said of an audit event: how grave it is, what kind of deed, and what came of it.

None of this is stored: an event is stored with its tag, and `Event` says the rest.
"""

import json
from dataclasses import dataclass
from enum import Enum, StrEnum

# The detail that names the account of the operating system where a command acts as a person.
RUN_BY = "run_by"


class Severity(StrEnum):
    """How much an event wants to be looked at."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"


INFO, NOTICE, WARNING = Severity


class Verb(StrEnum):
    """What kind of deed an event tells of."""

    ADD = "add"
    CREATE = "create"
    GRANT = "grant"
    REQUEST = "request"
    SET_UP = "set_up"
    EDIT = "edit"
    REPLACE = "replace"
    ROTATE = "rotate"
    DELETE = "delete"
    REMOVE = "remove"
    REVOKE = "revoke"
    ELSEWHERE = "elsewhere"
    REFUSE = "refuse"
    ACCEPT = "accept"
    ACCOUNT = "account"
    PASSWORD = "password"  # noqa: S105 - a kind of deed
    READ = "read"
    SIGN_IN = "sign_in"
    TEST = "test"
    PROPOSE = "propose"
    DECIDE = "decide"
    FORCE = "force"
    PROTECT = "protect"
    PROVE = "prove"
    RESTART = "restart"
    PUBLISH = "publish"
    DUE = "due"


class Result(StrEnum):
    """What came of a deed; an observation has no result."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"


# How grave it is, and what came of it, by the state that a change has come to.
_OF_STATE = {
    "started": (Severity.INFO, Result.STARTED),
    "succeeded": (Severity.NOTICE, Result.SUCCEEDED),
    "failed": (Severity.INFO, Result.FAILED),
    "unknown": (Severity.WARNING, Result.UNKNOWN),
    "undetermined": (Severity.WARNING, Result.UNKNOWN),
}


@dataclass(frozen=True)
class Meaning:
    """All that is said of an event: its tag and sentence, and what it is beside these."""

    tag: str
    sentence: str
    severity: Severity
    verb: Verb
    result: Result | None


class Event(Enum):
    """What the audit log can hold of one subject; the result of an observation is None."""

    def __init__(self, meaning: Meaning) -> None:
        self.tag = meaning.tag
        self.sentence = meaning.sentence
        self.severity = meaning.severity
        self.verb = meaning.verb
        self.result = meaning.result

    @property
    def names_actor(self) -> bool:
        """Whether the sentence follows the actor's name."""
        return self.sentence[0].islower()


def changed(tag: str, sentence: str) -> Meaning:
    """What was sent to Roblox, whose verb its tag says, came to the state that it ends with."""
    _, verb, state = tag.split(".")
    severity, result = _OF_STATE[state]
    return Meaning(tag, sentence, severity, Verb(verb), result)


def done(tag: str, sentence: str, verb: Verb, severity: Severity = Severity.NOTICE) -> Meaning:
    """Someone did it."""
    return Meaning(tag, sentence, severity, verb, Result.SUCCEEDED)


def seen(tag: str, sentence: str, verb: Verb, severity: Severity) -> Meaning:
    """It was observed: nothing came of it."""
    return Meaning(tag, sentence, severity, verb, None)


def refused(tag: str, sentence: str) -> Meaning:
    """Someone was refused."""
    return Meaning(tag, sentence, Severity.WARNING, Verb.REFUSE, Result.REFUSED)


def read_detail(stored: str) -> dict[str, str] | None:
    """The details of an event, or None where they are not texts by name, as each is written with.

    Then someone edited them in the database.
    """
    try:
        found: dict[str, str] = json.loads(stored)
        "".join(text for pair in found.items() for text in pair).encode("utf-8")
    except (AttributeError, RecursionError, TypeError, ValueError):
        return None
    return found


def proposed(tag: str, sentence: str) -> Meaning:
    """Someone proposed a change, or it ended without anyone's decision."""
    return done(tag, sentence, Verb.PROPOSE)
