"""The audit vocabulary: each event with its tag, its sentence, severity, verb and result.

A tag is `subject.verb` or `subject.verb.state`. A sentence is what follows the actor's name;
its places in braces are filled from the event's own fields.
"""

from dataclasses import dataclass
from enum import Enum

from secretsapp.core.event_kinds import Result, Severity, Verb

_INFO, _NOTICE, _WARNING = Severity.INFO, Severity.NOTICE, Severity.WARNING
_STARTED, _SUCCEEDED, _FAILED = Result.STARTED, Result.SUCCEEDED, Result.FAILED
_UNKNOWN, _REFUSED = Result.UNKNOWN, Result.REFUSED


@dataclass(frozen=True)
class _Meaning:
    tag: str
    sentence: str
    severity: Severity
    verb: Verb
    result: Result | None


class Event(Enum):
    """Everything the audit log can hold; the result of an observation is None."""

    SECRET_CREATE_STARTED = _Meaning(
        "secret.create.started", "set out to create {secret}", _INFO, Verb.CREATE, _STARTED
    )
    SECRET_CREATE_SUCCEEDED = _Meaning(
        "secret.create.succeeded", "created {secret}", _NOTICE, Verb.CREATE, _SUCCEEDED
    )
    SECRET_CREATE_FAILED = _Meaning(
        "secret.create.failed", "did not create {secret}: {reason}", _INFO, Verb.CREATE, _FAILED
    )
    SECRET_CREATE_UNKNOWN = _Meaning(
        "secret.create.unknown", "may have created {secret}", _WARNING, Verb.CREATE, _UNKNOWN
    )
    SECRET_CREATE_UNDETERMINED = _Meaning(
        "secret.create.undetermined",
        "left open whether {secret} was created: {reason}",
        _WARNING,
        Verb.CREATE,
        _UNKNOWN,
    )
    SECRET_ROTATE_STARTED = _Meaning(
        "secret.rotate.started", "set out to rotate {secret}", _INFO, Verb.ROTATE, _STARTED
    )
    SECRET_ROTATE_SUCCEEDED = _Meaning(
        "secret.rotate.succeeded", "rotated {secret}", _NOTICE, Verb.ROTATE, _SUCCEEDED
    )
    SECRET_ROTATE_FAILED = _Meaning(
        "secret.rotate.failed", "did not rotate {secret}: {reason}", _INFO, Verb.ROTATE, _FAILED
    )
    SECRET_ROTATE_UNKNOWN = _Meaning(
        "secret.rotate.unknown", "may have rotated {secret}", _WARNING, Verb.ROTATE, _UNKNOWN
    )
    SECRET_ROTATE_UNDETERMINED = _Meaning(
        "secret.rotate.undetermined",
        "left open whether {secret} was rotated: {reason}",
        _WARNING,
        Verb.ROTATE,
        _UNKNOWN,
    )
    SECRET_DELETE_STARTED = _Meaning(
        "secret.delete.started", "set out to delete {secret}", _INFO, Verb.DELETE, _STARTED
    )
    SECRET_DELETE_SUCCEEDED = _Meaning(
        "secret.delete.succeeded", "deleted {secret}", _NOTICE, Verb.DELETE, _SUCCEEDED
    )
    SECRET_DELETE_FAILED = _Meaning(
        "secret.delete.failed", "did not delete {secret}: {reason}", _INFO, Verb.DELETE, _FAILED
    )
    SECRET_DELETE_UNKNOWN = _Meaning(
        "secret.delete.unknown", "may have deleted {secret}", _WARNING, Verb.DELETE, _UNKNOWN
    )
    SECRET_DELETE_UNDETERMINED = _Meaning(
        "secret.delete.undetermined",
        "left open whether {secret} was deleted: {reason}",
        _WARNING,
        Verb.DELETE,
        _UNKNOWN,
    )
    SECRET_DETAILS_CHANGED = _Meaning(
        "secret.details.changed", "changed the {fields} of {secret}", _INFO, Verb.EDIT, _SUCCEEDED
    )
    SECRET_DRIFT_APPEARED = _Meaning(
        "secret.drift.appeared",
        "saw that {secret} was created outside the dashboard",
        _WARNING,
        Verb.ELSEWHERE,
        None,
    )
    SECRET_DRIFT_CHANGED = _Meaning(
        "secret.drift.changed",
        "saw that {secret} was changed outside the dashboard",
        _WARNING,
        Verb.ELSEWHERE,
        None,
    )
    SECRET_DRIFT_VANISHED = _Meaning(
        "secret.drift.vanished",
        "saw that {secret} was deleted outside the dashboard",
        _WARNING,
        Verb.ELSEWHERE,
        None,
    )
    SECRET_DRIFT_ACKNOWLEDGED = _Meaning(
        "secret.drift.acknowledged",
        "acknowledged that {secret} was changed outside the dashboard",
        _NOTICE,
        Verb.ACCEPT,
        _SUCCEEDED,
    )
    UNIVERSE_ADDED = _Meaning(
        "universe.added", "added the universe {universe}", _NOTICE, Verb.ADD, _SUCCEEDED
    )
    UNIVERSE_CHANGED = _Meaning(
        "universe.changed", "changed the {fields} of {universe}", _NOTICE, Verb.EDIT, _SUCCEEDED
    )
    UNIVERSE_BASELINE = _Meaning(
        "universe.baseline",
        "took stock of {universe} for the first time; secrets: {count}",
        _INFO,
        Verb.READ,
        None,
    )
    UNIVERSE_REMOVED = _Meaning(
        "universe.removed",
        "removed the universe {universe} from the dashboard",
        _WARNING,
        Verb.REMOVE,
        _SUCCEEDED,
    )
    API_KEY_ADDED = _Meaning(
        "api_key.added", "added the API key {subject}", _NOTICE, Verb.ADD, _SUCCEEDED
    )
    API_KEY_REPLACED = _Meaning(
        "api_key.replaced", "replaced the API key {subject}", _NOTICE, Verb.REPLACE, _SUCCEEDED
    )
    API_KEY_CHANGED = _Meaning(
        "api_key.changed",
        "changed the {fields} of the API key {subject}",
        _NOTICE,
        Verb.EDIT,
        _SUCCEEDED,
    )
    API_KEY_REMOVED = _Meaning(
        "api_key.removed", "removed the API key {subject}", _NOTICE, Verb.REMOVE, _SUCCEEDED
    )
    API_KEY_TESTED = _Meaning(
        "api_key.tested", "tested the API key {subject}: {result}", _INFO, Verb.TEST, None
    )
    GRANT_GIVEN = _Meaning(
        "grant.given", "made {subject} {role} of {scope}", _NOTICE, Verb.GRANT, _SUCCEEDED
    )
    GRANT_CHANGED = _Meaning(
        "grant.changed", "changed {subject} to {role} of {scope}", _NOTICE, Verb.GRANT, _SUCCEEDED
    )
    GRANT_REVOKED = _Meaning(
        "grant.revoked", "revoked {subject} as {role} of {scope}", _NOTICE, Verb.REVOKE, _SUCCEEDED
    )
    PERSON_CREATED = _Meaning(
        "person.created", "created the account of {subject}", _NOTICE, Verb.ADD, _SUCCEEDED
    )
    PERSON_DISABLED = _Meaning(
        "person.disabled", "disabled the account of {subject}", _NOTICE, Verb.ACCOUNT, _SUCCEEDED
    )
    PERSON_ENABLED = _Meaning(
        "person.enabled", "enabled the account of {subject}", _NOTICE, Verb.ACCOUNT, _SUCCEEDED
    )
    PERSON_CHANGED = _Meaning(
        "person.changed", "changed the {fields} of {subject}", _INFO, Verb.EDIT, _SUCCEEDED
    )
    PERSON_LINK_MADE = _Meaning(
        "person.link_made", "made a password link for {subject}", _NOTICE, Verb.PASSWORD, _SUCCEEDED
    )
    PERSON_LINK_MAILED = _Meaning(
        "person.link_mailed",
        "mailed a password link to {subject}",
        _INFO,
        Verb.PASSWORD,
        _SUCCEEDED,
    )
    PERSON_PASSWORD_SET = _Meaning(
        "person.password_set", "set the password of {subject}", _NOTICE, Verb.PASSWORD, _SUCCEEDED
    )
    PERSON_SIGNED_IN = _Meaning("person.signed_in", "signed in", _INFO, Verb.SIGN_IN, _SUCCEEDED)
    PERSON_SIGNED_OUT = _Meaning("person.signed_out", "signed out", _INFO, Verb.SIGN_IN, _SUCCEEDED)
    PERSON_SESSIONS_ENDED = _Meaning(
        "person.sessions_ended",
        "ended sessions of {subject}: {count}",
        _INFO,
        Verb.SIGN_IN,
        _SUCCEEDED,
    )
    PERSON_SIGN_IN_FAILED = _Meaning(
        "person.sign_in_failed",
        "was refused: a sign-in to {subject} failed",
        _WARNING,
        Verb.REFUSE,
        _REFUSED,
    )
    ACCESS_REFUSED = _Meaning(
        "access.refused", "was refused: {permission}", _WARNING, Verb.REFUSE, _REFUSED
    )
    INSTALLATION_CLAIMED = _Meaning(
        "installation.claimed",
        "claimed this installation with the one-time code",
        _NOTICE,
        Verb.SET_UP,
        _SUCCEEDED,
    )
    INSTALLATION_RESTORED = _Meaning(
        "installation.restored",
        "restored this installation from a backup of {count} events",
        _WARNING,
        Verb.SET_UP,
        _SUCCEEDED,
    )
    BACKUP_MADE = _Meaning(
        "backup.made", "made a backup of {count} events", _NOTICE, Verb.READ, _SUCCEEDED
    )
    MASTER_KEY_ROTATED = _Meaning(
        "master_key.rotated",
        "encrypted {count} API keys again under the master key {key}",
        _NOTICE,
        Verb.REPLACE,
        _SUCCEEDED,
    )
    LOG_GUARDED = _Meaning(
        "log.guarded",
        "found guards of the audit log missing and put them back: {fields}",
        _WARNING,
        Verb.SET_UP,
        _SUCCEEDED,
    )
    MASTER_KEY_ADDED = _Meaning(
        "master_key.added", "added the master key {key}", _NOTICE, Verb.ADD, _SUCCEEDED
    )
    MASTER_KEY_DROPPED = _Meaning(
        "master_key.dropped",
        "dropped the master key {key}; sessions that ended: {count}",
        _WARNING,
        Verb.REMOVE,
        _SUCCEEDED,
    )
    AUDIT_KEY_ADDED = _Meaning(
        "audit_key.added", "added the audit key {key}", _NOTICE, Verb.ADD, _SUCCEEDED
    )
    AUDIT_KEY_ROTATED = _Meaning(
        "audit_key.rotated",
        "let the audit key {key} authenticate the log from here on",
        _NOTICE,
        Verb.REPLACE,
        _SUCCEEDED,
    )
    AUDIT_KEY_DROPPED = _Meaning(
        "audit_key.dropped",
        "dropped the audit key {key}, which no event bears",
        _WARNING,
        Verb.REMOVE,
        _SUCCEEDED,
    )

    def __init__(self, meaning: _Meaning) -> None:
        self.tag = meaning.tag
        self.sentence = meaning.sentence
        self.severity = meaning.severity
        self.verb = meaning.verb
        self.result = meaning.result


BY_TAG = {event.tag: event for event in Event}


def change_event(kind: str, state: str) -> Event:
    """The event that says a change of `kind` came to `state`, such as `rotate`, `failed`."""
    return BY_TAG[f"secret.{kind}.{state}"]
