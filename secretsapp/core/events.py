"""The audit vocabulary: each event with its tag, its sentence and its severity.

A tag is `subject.verb` or `subject.verb.state`. A sentence is what follows the actor's name;
its places in braces are filled from the event's own fields.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum


class Severity(StrEnum):
    """How much an event wants to be looked at."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"


_INFO, _NOTICE, _WARNING = Severity.INFO, Severity.NOTICE, Severity.WARNING


class Event(Enum):
    """Everything the audit log can hold."""

    SECRET_CREATE_STARTED = ("secret.create.started", "set out to create {secret}", _INFO)
    SECRET_CREATE_SUCCEEDED = ("secret.create.succeeded", "created {secret}", _NOTICE)
    SECRET_CREATE_FAILED = ("secret.create.failed", "did not create {secret}: {reason}", _INFO)
    SECRET_CREATE_UNKNOWN = ("secret.create.unknown", "may have created {secret}", _WARNING)
    SECRET_CREATE_UNDETERMINED = (
        "secret.create.undetermined",
        "left open whether {secret} was created: {reason}",
        _WARNING,
    )
    SECRET_ROTATE_STARTED = ("secret.rotate.started", "set out to rotate {secret}", _INFO)
    SECRET_ROTATE_SUCCEEDED = ("secret.rotate.succeeded", "rotated {secret}", _NOTICE)
    SECRET_ROTATE_FAILED = ("secret.rotate.failed", "did not rotate {secret}: {reason}", _INFO)
    SECRET_ROTATE_UNKNOWN = ("secret.rotate.unknown", "may have rotated {secret}", _WARNING)
    SECRET_ROTATE_UNDETERMINED = (
        "secret.rotate.undetermined",
        "left open whether {secret} was rotated: {reason}",
        _WARNING,
    )
    SECRET_DELETE_STARTED = ("secret.delete.started", "set out to delete {secret}", _INFO)
    SECRET_DELETE_SUCCEEDED = ("secret.delete.succeeded", "deleted {secret}", _NOTICE)
    SECRET_DELETE_FAILED = ("secret.delete.failed", "did not delete {secret}: {reason}", _INFO)
    SECRET_DELETE_UNKNOWN = ("secret.delete.unknown", "may have deleted {secret}", _WARNING)
    SECRET_DELETE_UNDETERMINED = (
        "secret.delete.undetermined",
        "left open whether {secret} was deleted: {reason}",
        _WARNING,
    )
    SECRET_DETAILS_CHANGED = (
        "secret.details.changed",
        "changed the {fields} of {secret}",
        _INFO,
    )
    SECRET_DRIFT_APPEARED = (
        "secret.drift.appeared",
        "saw that {secret} was created outside the dashboard",
        _WARNING,
    )
    SECRET_DRIFT_CHANGED = (
        "secret.drift.changed",
        "saw that {secret} was changed outside the dashboard",
        _WARNING,
    )
    SECRET_DRIFT_VANISHED = (
        "secret.drift.vanished",
        "saw that {secret} was deleted outside the dashboard",
        _WARNING,
    )
    SECRET_DRIFT_ACKNOWLEDGED = (
        "secret.drift.acknowledged",
        "acknowledged that {secret} was changed outside the dashboard",
        _NOTICE,
    )
    UNIVERSE_ADDED = ("universe.added", "added the universe {universe}", _NOTICE)
    UNIVERSE_CHANGED = ("universe.changed", "changed the {fields} of {universe}", _NOTICE)
    UNIVERSE_BASELINE = (
        "universe.baseline",
        "took stock of {universe} for the first time; secrets: {count}",
        _INFO,
    )
    UNIVERSE_REMOVED = (
        "universe.removed",
        "removed the universe {universe} from the dashboard",
        _WARNING,
    )
    API_KEY_ADDED = ("api_key.added", "added the API key {subject}", _NOTICE)
    API_KEY_REPLACED = ("api_key.replaced", "replaced the API key {subject}", _NOTICE)
    API_KEY_CHANGED = ("api_key.changed", "changed the {fields} of the API key {subject}", _NOTICE)
    API_KEY_REMOVED = ("api_key.removed", "removed the API key {subject}", _NOTICE)
    API_KEY_TESTED = ("api_key.tested", "tested the API key {subject}: {result}", _INFO)
    GRANT_GIVEN = ("grant.given", "made {subject} {role} of {scope}", _NOTICE)
    GRANT_CHANGED = ("grant.changed", "changed {subject} to {role} of {scope}", _NOTICE)
    GRANT_REVOKED = ("grant.revoked", "revoked {subject} as {role} of {scope}", _NOTICE)
    PERSON_CREATED = ("person.created", "created the account of {subject}", _NOTICE)
    PERSON_DISABLED = ("person.disabled", "disabled the account of {subject}", _NOTICE)
    PERSON_ENABLED = ("person.enabled", "enabled the account of {subject}", _NOTICE)
    PERSON_CHANGED = ("person.changed", "changed the {fields} of {subject}", _INFO)
    PERSON_LINK_MADE = ("person.link_made", "made a password link for {subject}", _NOTICE)
    PERSON_LINK_MAILED = ("person.link_mailed", "mailed a password link to {subject}", _INFO)
    PERSON_PASSWORD_SET = ("person.password_set", "set the password of {subject}", _NOTICE)
    PERSON_SIGNED_IN = ("person.signed_in", "signed in", _INFO)
    PERSON_SIGNED_OUT = ("person.signed_out", "signed out", _INFO)
    PERSON_SESSIONS_ENDED = ("person.sessions_ended", "ended sessions of {subject}: {count}", _INFO)
    PERSON_SIGN_IN_FAILED = (
        "person.sign_in_failed",
        "was refused: a sign-in to {subject} failed",
        _WARNING,
    )
    ACCESS_REFUSED = ("access.refused", "was refused: {permission}", _WARNING)
    INSTALLATION_CLAIMED = (
        "installation.claimed",
        "claimed this installation with the one-time code",
        _NOTICE,
    )
    INSTALLATION_RESTORED = (
        "installation.restored",
        "restored this installation from a backup of {count} events",
        _WARNING,
    )
    BACKUP_MADE = ("backup.made", "made a backup of {count} events", _NOTICE)
    MASTER_KEY_ROTATED = (
        "master_key.rotated",
        "encrypted {count} API keys again under the master key {key}",
        _NOTICE,
    )
    LOG_GUARDED = (
        "log.guarded",
        "found guards of the audit log missing and put them back: {fields}",
        _WARNING,
    )
    MASTER_KEY_ADDED = ("master_key.added", "added the master key {key}", _NOTICE)
    MASTER_KEY_DROPPED = (
        "master_key.dropped",
        "dropped the master key {key}; sessions that ended: {count}",
        _WARNING,
    )
    AUDIT_KEY_ADDED = ("audit_key.added", "added the audit key {key}", _NOTICE)
    AUDIT_KEY_ROTATED = (
        "audit_key.rotated",
        "let the audit key {key} authenticate the log from here on",
        _NOTICE,
    )
    AUDIT_KEY_DROPPED = (
        "audit_key.dropped",
        "dropped the audit key {key}, which no event bears",
        _WARNING,
    )

    def __init__(self, tag: str, sentence: str, severity: Severity) -> None:
        self.tag = tag
        self.sentence = sentence
        self.severity = severity

    def describe(self, words: Mapping[str, str]) -> str:
        """The sentence with its places filled; a place that has no word is left as a dash."""
        return self.sentence.format_map(_Words(words))


class _Words(dict[str, str]):
    def __missing__(self, place: str) -> str:
        return "–"


BY_TAG = {event.tag: event for event in Event}


def change_event(kind: str, state: str) -> Event:
    """The event that says a change of `kind` came to `state`, such as `rotate`, `failed`."""
    return BY_TAG[f"secret.{kind}.{state}"]
