"""The audit vocabulary: each event with its tag, its sentence, severity, verb and result.

A tag is `subject.verb` or `subject.verb.state`. A sentence follows the actor's name if it starts in
lower case, and otherwise stands alone. Its places in braces are filled from the event's own fields:
`{count:secret}` is “1 secret” or “5 secrets”, `{permission:ing}` is “rotating secrets”.
"""

from enum import Enum

from secretsapp.core.event_kinds import Meaning, Severity, Verb
from secretsapp.core.event_kinds import changed as _change
from secretsapp.core.event_kinds import done as _done
from secretsapp.core.event_kinds import proposed as _proposed
from secretsapp.core.event_kinds import refused as _refused
from secretsapp.core.event_kinds import seen as _seen

_INFO, _NOTICE, _WARNING = Severity.INFO, Severity.NOTICE, Severity.WARNING


class Event(Enum):
    """Everything the audit log can hold; the result of an observation is None."""

    SECRET_CREATE_STARTED = _change("secret.create.started", "started creating {secret}")
    SECRET_CREATE_SUCCEEDED = _change("secret.create.succeeded", "created {secret}")
    SECRET_CREATE_FAILED = _change("secret.create.failed", "failed to create {secret}: {reason}")
    SECRET_CREATE_UNKNOWN = _change("secret.create.unknown", "may have created {secret}")
    SECRET_CREATE_UNDETERMINED = _change(
        "secret.create.undetermined", "couldn’t find out whether {secret} was created: {reason}"
    )
    SECRET_ROTATE_STARTED = _change("secret.rotate.started", "started rotating {secret}")
    SECRET_ROTATE_SUCCEEDED = _change("secret.rotate.succeeded", "rotated {secret}")
    SECRET_ROTATE_FAILED = _change("secret.rotate.failed", "failed to rotate {secret}: {reason}")
    SECRET_ROTATE_UNKNOWN = _change("secret.rotate.unknown", "may have rotated {secret}")
    SECRET_ROTATE_UNDETERMINED = _change(
        "secret.rotate.undetermined", "couldn’t find out whether {secret} was rotated: {reason}"
    )
    SECRET_DELETE_STARTED = _change("secret.delete.started", "started deleting {secret}")
    SECRET_DELETE_SUCCEEDED = _change("secret.delete.succeeded", "deleted {secret}")
    SECRET_DELETE_FAILED = _change("secret.delete.failed", "failed to delete {secret}: {reason}")
    SECRET_DELETE_UNKNOWN = _change("secret.delete.unknown", "may have deleted {secret}")
    SECRET_DELETE_UNDETERMINED = _change(
        "secret.delete.undetermined", "couldn’t find out whether {secret} was deleted: {reason}"
    )
    SECRET_DETAILS_CHANGED = _done(
        "secret.details.changed", "changed the {fields} of {secret}", Verb.EDIT, _INFO
    )
    SECRET_DRIFT_APPEARED = _seen(
        "secret.drift.appeared", "{secret} created outside Sealroom", Verb.ELSEWHERE, _WARNING
    )
    SECRET_DRIFT_CHANGED = _seen(
        "secret.drift.changed", "{secret} changed outside Sealroom", Verb.ELSEWHERE, _WARNING
    )
    SECRET_DRIFT_VANISHED = _seen(
        "secret.drift.vanished", "{secret} deleted outside Sealroom", Verb.ELSEWHERE, _WARNING
    )
    SECRET_DRIFT_ACKNOWLEDGED = _done(
        "secret.drift.acknowledged", "marked the change of {secret} as reviewed", Verb.ACCEPT
    )
    SECRET_CREATE_PROPOSED = _proposed("secret.create.proposed", "proposed creating {secret}")
    SECRET_ROTATE_PROPOSED = _proposed("secret.rotate.proposed", "proposed rotating {secret}")
    SECRET_DELETE_PROPOSED = _proposed("secret.delete.proposed", "proposed deleting {secret}")
    SECRET_CHANGE_FORCED = _done(
        "secret.change.forced",
        "changed {secret} without the approval it needs: {reason}",
        Verb.FORCE,
        _WARNING,
    )
    PROPOSAL_APPROVED = _done(
        "proposal.approved", "approved {subject}’s {what} of {target}", Verb.DECIDE
    )
    PROPOSAL_DECLINED = _done(
        "proposal.declined", "declined {subject}’s proposed {what} of {target}", Verb.DECIDE
    )
    PROPOSAL_WITHDRAWN = _proposed("proposal.withdrawn", "withdrew the proposed {what} of {target}")
    PROPOSAL_LAPSED = _proposed(
        "proposal.lapsed", "ended the proposed {what} of {target}: {reason}"
    )
    PROPOSAL_ALTERED = _done(
        "proposal.altered",
        "refused the proposed {what} of {target}: {reason}",
        Verb.DECIDE,
        _WARNING,
    )
    UNIVERSE_ADDED = _done("universe.added", "added the universe {universe}", Verb.ADD)
    UNIVERSE_CHANGED = _done("universe.changed", "changed the {fields} of {universe}", Verb.EDIT)
    UNIVERSE_BASELINE = _seen(
        "universe.baseline",
        "First sync of {universe}: {count:secret}",
        Verb.READ,
        _INFO,
    )
    UNIVERSE_KEY_CHANGED = _seen(
        "universe.key_changed",
        "found a new public key of {universe}",
        Verb.ELSEWHERE,
        _WARNING,
    )
    UNIVERSE_PROTECTED = _done(
        "universe.protected", "protected {universe}, so that two people change it", Verb.PROTECT
    )
    UNIVERSE_UNPROTECTED = _done(
        "universe.unprotected", "removed the protection of {universe}", Verb.PROTECT, _WARNING
    )
    UNIVERSE_UNPROTECT_FORCED = _done(
        "universe.unprotect.forced",
        "removed the protection of {universe} without the approval it needs: {reason}",
        Verb.FORCE,
        _WARNING,
    )
    UNIVERSE_UNPROTECT_PROPOSED = _proposed(
        "universe.unprotect.proposed", "proposed the removal of the protection of {universe}"
    )
    UNIVERSE_REMOVED = _done(
        "universe.removed",
        "removed the universe {universe} from Sealroom",
        Verb.REMOVE,
        _WARNING,
    )
    API_KEY_ADDED = _done("api_key.added", "added the API key {subject}", Verb.ADD)
    API_KEY_REPLACED = _done("api_key.replaced", "replaced the API key {subject}", Verb.REPLACE)
    API_KEY_CHANGED = _done(
        "api_key.changed", "changed the {fields} of the API key {subject}", Verb.EDIT
    )
    API_KEY_REMOVED = _done("api_key.removed", "removed the API key {subject}", Verb.REMOVE)
    API_KEY_TESTED = _seen(
        "api_key.tested", "tested the API key {subject}: {result}", Verb.TEST, _INFO
    )
    GRANT_GIVEN = _done("grant.given", "granted {subject} {role} in {scope}", Verb.GRANT)
    GRANT_CHANGED = _done("grant.changed", "changed {subject} to {role} in {scope}", Verb.GRANT)
    GRANT_REVOKED = _done(
        "grant.revoked", "revoked the role {role} of {subject} in {scope}", Verb.REVOKE
    )
    GRANT_KEPT = _done("grant.kept", "kept the role {role} of {subject} in {scope}", Verb.GRANT)
    REVIEW_STARTED = _done(
        "review.started", "started a review of {count:grant} in {scope}", Verb.ACCEPT
    )
    REVIEW_ENDED = _seen(
        "review.ended",
        "The review of access in {scope} ended: {count:grant} unanswered",
        Verb.ACCEPT,
        _NOTICE,
    )
    REVIEW_STOPPED = _done(
        "review.stopped", "stopped the review of access in {scope} from coming back", Verb.ACCEPT
    )
    GRANT_RENEWED = _done(
        "grant.renewed", "extended the role {role} of {subject} in {scope}", Verb.GRANT
    )
    GRANT_END_CONFIRMED = _done(
        "grant.end_confirmed",
        "decided that the role {role} of {subject} in {scope} is to end",
        Verb.ACCEPT,
        _INFO,
    )
    ACCESS_REQUESTED = _done(
        "access.requested", "requested the role {role} in {scope}", Verb.REQUEST
    )
    ACCESS_APPROVED = _done(
        "access.approved", "approved the request of {subject} for {role} in {scope}", Verb.GRANT
    )
    ACCESS_DECLINED = _done(
        "access.declined", "declined the request of {subject} for {role} in {scope}", Verb.REQUEST
    )
    ACCESS_WITHDRAWN = _done(
        "access.withdrawn", "withdrew the request for {role} in {scope}", Verb.REQUEST, _INFO
    )
    ACCESS_LAPSED = _seen(
        "access.lapsed",
        "The request of {subject} for {role} in {scope} lapsed",
        Verb.REQUEST,
        _INFO,
    )
    TEAM_CREATED = _done("team.created", "created the team {subject}", Verb.ADD)
    TEAM_CHANGED = _done("team.changed", "changed the {fields} of the team {subject}", Verb.EDIT)
    TEAM_DELETED = _done("team.deleted", "deleted the team {subject}", Verb.DELETE)
    TEAM_MEMBER_ADDED = _done("team.member_added", "added {subject} to the team {team}", Verb.GRANT)
    TEAM_MEMBER_REMOVED = _done(
        "team.member_removed", "removed {subject} from the team {team}", Verb.REVOKE
    )
    TEAM_MEMBER_LEFT = _done("team.member_left", "left the team {team}", Verb.REVOKE)
    PERSON_CREATED = _done("person.created", "created the account of {subject}", Verb.ADD)
    PERSON_DISABLED = _done("person.disabled", "disabled the account of {subject}", Verb.ACCOUNT)
    PERSON_ENABLED = _done("person.enabled", "enabled the account of {subject}", Verb.ACCOUNT)
    PERSON_CHANGED = _done("person.changed", "changed the {fields} of {subject}", Verb.EDIT, _INFO)
    PERSON_LINK_MADE = _done(
        "person.link_made", "made a password link for {subject}", Verb.PASSWORD
    )
    PERSON_LINK_ASKED = _seen(
        "person.link_asked",
        "requested a password link by mail for {subject}",
        Verb.PASSWORD,
        _INFO,
    )
    PERSON_LINK_MAILED = _done(
        "person.link_mailed", "mailed a password link to {subject}", Verb.PASSWORD, _INFO
    )
    PERSON_WARNED = _done(
        "person.warned",
        "warned {subject} by mail of {count:wrong password}",
        Verb.PASSWORD,
        _INFO,
    )
    PERSON_PASSWORD_SET = _done(
        "person.password_set", "set the password of {subject}", Verb.PASSWORD
    )
    PERSON_INVITED = _done("person.invited", "invited {address}: {access}", Verb.GRANT)
    PERSON_INVITATION_SENT_AGAIN = _done(
        "person.invitation_sent_again", "sent the invitation of {address} again", Verb.GRANT
    )
    PERSON_INVITATION_REVOKED = _done(
        "person.invitation_revoked", "revoked the invitation of {address}", Verb.REVOKE
    )
    PERSON_INVITATION_ACCEPTED = _done(
        "person.invitation_accepted", "accepted the invitation of {invited_by}", Verb.GRANT
    )
    PERSON_INVITATION_ENDED = _seen(
        "person.invitation_ended",
        "Invitation of {address} ended: {reason}",
        Verb.REVOKE,
        _INFO,
    )
    PERSON_SIGNED_IN = _done("person.signed_in", "signed in", Verb.SIGN_IN, _INFO)
    PERSON_SIGNED_OUT = _done("person.signed_out", "signed out", Verb.SIGN_IN, _INFO)
    PERSON_SESSIONS_ENDED = _done(
        "person.sessions_ended", "ended {count:session} of {subject}", Verb.SIGN_IN, _INFO
    )
    PERSON_SIGN_IN_FAILED = _refused("person.sign_in_failed", "Failed sign-in for {subject}")
    ACCESS_EXPORTED = _done("access.exported", "exported {what}", Verb.READ)
    ACCESS_REFUSED = _refused("access.refused", "was denied {permission:ing}")
    CODE_REFUSED = _refused("code.refused", "was denied: a one-time code didn’t work")
    INSTALLATION_SET_UP = _done("installation.set_up", "set up this installation", Verb.SET_UP)
    INSTALLATION_CODE_ISSUED = _done(
        "installation.code_issued",
        "created the one-time code for the first admin account",
        Verb.SET_UP,
    )
    INSTALLATION_CLAIMED = _done(
        "installation.claimed",
        "created the first admin account with the one-time code",
        Verb.SET_UP,
    )
    INSTALLATION_RESTORED = _done(
        "installation.restored",
        "restored this installation from a backup of {count:event}",
        Verb.SET_UP,
        _WARNING,
    )
    BACKUP_MADE = _done("backup.made", "made a backup of {count:event}", Verb.READ)
    MASTER_KEY_ROTATED = _done(
        "master_key.rotated", "re-encrypted {count:API key} with the master key {key}", Verb.REPLACE
    )
    LOG_GUARDED = _done(
        "log.guarded",
        "found missing guards of the audit log and put them back: {fields}",
        Verb.SET_UP,
        _WARNING,
    )
    LOG_COUNTED = _refused(
        "log.counted", "counted {count} more {what} since {since}, from {networks:network}"
    )
    MASTER_KEY_ADDED = _done("master_key.added", "added the master key {key}", Verb.ADD)
    MASTER_KEY_DROPPED = _done(
        "master_key.dropped",
        "dropped the master key {key} and ended {count:session}",
        Verb.REMOVE,
        _WARNING,
    )
    AUDIT_KEY_ADDED = _done("audit_key.added", "added the audit key {key}", Verb.ADD)
    AUDIT_KEY_ROTATED = _done(
        "audit_key.rotated",
        "started to authenticate the log with the audit key {key}",
        Verb.REPLACE,
    )
    AUDIT_KEY_DROPPED = _done(
        "audit_key.dropped", "dropped the unused audit key {key}", Verb.REMOVE, _WARNING
    )

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


BY_TAG = {event.tag: event for event in Event}


def change_event(kind: str, state: str) -> Event:
    """The event that says a change of `kind` came to `state`, such as `rotate`, `failed`."""
    return BY_TAG[f"secret.{kind}.{state}"]
