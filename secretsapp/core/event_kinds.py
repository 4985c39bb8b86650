"""What an audit event is beside its words: how grave, what kind of deed, and what came of it.

None of these is stored: an event is stored with its tag, and `Event` says the rest.
"""

from enum import StrEnum


class Severity(StrEnum):
    """How much an event wants to be looked at."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"


class Verb(StrEnum):
    """What kind of deed an event tells of."""

    ADD = "add"
    CREATE = "create"
    GRANT = "grant"
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


class Result(StrEnum):
    """What came of a deed; an observation has no result."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"
