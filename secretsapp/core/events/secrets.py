"""What happens to secrets, their due dates, proposals to change them, universes and groups."""

from secretsapp.core.events.kinds import (
    INFO,
    NOTICE,
    WARNING,
    Event,
    Verb,
    changed,
    done,
    proposed,
    seen,
)


class SecretEvent(Event):
    """Secrets, and the proposals to change them."""

    SECRET_CREATE_STARTED = changed("secret.create.started", "started creating {secret}")
    SECRET_CREATE_SUCCEEDED = changed("secret.create.succeeded", "created {secret}")
    SECRET_CREATE_FAILED = changed("secret.create.failed", "failed to create {secret}: {reason}")
    SECRET_CREATE_UNKNOWN = changed("secret.create.unknown", "may have created {secret}")
    SECRET_CREATE_UNDETERMINED = changed(
        "secret.create.undetermined", "couldn’t find out whether {secret} was created: {reason}"
    )
    SECRET_ROTATE_STARTED = changed("secret.rotate.started", "started rotating {secret}")
    SECRET_ROTATE_SUCCEEDED = changed("secret.rotate.succeeded", "rotated {secret}")
    SECRET_ROTATE_FAILED = changed("secret.rotate.failed", "failed to rotate {secret}: {reason}")
    SECRET_ROTATE_UNKNOWN = changed("secret.rotate.unknown", "may have rotated {secret}")
    SECRET_ROTATE_UNDETERMINED = changed(
        "secret.rotate.undetermined", "couldn’t find out whether {secret} was rotated: {reason}"
    )
    SECRET_DELETE_STARTED = changed("secret.delete.started", "started deleting {secret}")
    SECRET_DELETE_SUCCEEDED = changed("secret.delete.succeeded", "deleted {secret}")
    SECRET_DELETE_FAILED = changed("secret.delete.failed", "failed to delete {secret}: {reason}")
    SECRET_DELETE_UNKNOWN = changed("secret.delete.unknown", "may have deleted {secret}")
    SECRET_DELETE_UNDETERMINED = changed(
        "secret.delete.undetermined", "couldn’t find out whether {secret} was deleted: {reason}"
    )
    SECRET_DETAILS_CHANGED = done(
        "secret.details.changed", "changed the {fields} of {secret}", Verb.EDIT, INFO
    )
    SECRET_KEY_ASKED = done(
        "secret.key.asked",
        "asked Roblox about the API key that is to be the value of {secret}",
        Verb.READ,
    )
    SECRET_DRIFT_APPEARED = seen(
        "secret.drift.appeared", "{secret} created outside Sealroom", Verb.ELSEWHERE, WARNING
    )
    SECRET_DRIFT_CHANGED = seen(
        "secret.drift.changed", "{secret} changed outside Sealroom", Verb.ELSEWHERE, WARNING
    )
    SECRET_DRIFT_VANISHED = seen(
        "secret.drift.vanished", "{secret} deleted outside Sealroom", Verb.ELSEWHERE, WARNING
    )
    SECRET_DRIFT_ACKNOWLEDGED = done(
        "secret.drift.acknowledged", "marked the change of {secret} as reviewed", Verb.ACCEPT
    )
    SECRET_ABSENCE_ACCEPTED = done(
        "secret.absence.accepted", "said that {secret} isn’t needed", Verb.EDIT, INFO
    )
    SECRET_ABSENCE_WITHDRAWN = done(
        "secret.absence.withdrawn", "took back that {secret} isn’t needed", Verb.EDIT, INFO
    )
    SECRET_CREATE_PROPOSED = proposed("secret.create.proposed", "proposed creating {secret}")
    SECRET_ROTATE_PROPOSED = proposed("secret.rotate.proposed", "proposed rotating {secret}")
    SECRET_DELETE_PROPOSED = proposed("secret.delete.proposed", "proposed deleting {secret}")
    SECRET_CHANGE_FORCED = done(
        "secret.change.forced",
        "changed {secret} without the approval it needs: {reason}",
        Verb.FORCE,
        WARNING,
    )
    PROPOSAL_APPROVED = done(
        "proposal.approved", "approved {subject}’s {what} of {target}", Verb.DECIDE
    )
    PROPOSAL_DECLINED = done(
        "proposal.declined", "declined {subject}’s proposed {what} of {target}", Verb.DECIDE
    )
    PROPOSAL_WITHDRAWN = proposed("proposal.withdrawn", "withdrew the proposed {what} of {target}")
    PROPOSAL_LAPSED = proposed("proposal.lapsed", "ended the proposed {what} of {target}: {reason}")
    PROPOSAL_ALTERED = done(
        "proposal.altered",
        "refused the proposed {what} of {target}: {reason}",
        Verb.DECIDE,
        WARNING,
    )


class UniverseEvent(Event):
    """Universes, and whether two people change them."""

    UNIVERSE_ADDED = done("universe.added", "added the universe {universe}", Verb.ADD)
    UNIVERSE_CHANGED = done("universe.changed", "changed the {fields} of {universe}", Verb.EDIT)
    UNIVERSE_BASELINE = seen(
        "universe.baseline",
        "First sync of {universe}: {count:secret}",
        Verb.READ,
        INFO,
    )
    UNIVERSE_EXPORTED = done(
        "universe.exported",
        "exported the list of {count:secret} in {universe} as {format}",
        Verb.READ,
    )
    UNIVERSE_NAMES_EXPORTED = done(
        "universe.names_exported",
        "exported {count:name} to fill in for {universe}",
        Verb.READ,
    )
    UNIVERSE_KEY_CHANGED = seen(
        "universe.key_changed",
        "found a new public key of {universe}",
        Verb.ELSEWHERE,
        WARNING,
    )
    UNIVERSE_PROTECTED = done(
        "universe.protected", "protected {universe}, so that two people change it", Verb.PROTECT
    )
    UNIVERSE_UNPROTECTED = done(
        "universe.unprotected", "removed the protection of {universe}", Verb.PROTECT, WARNING
    )
    UNIVERSE_UNPROTECT_FORCED = done(
        "universe.unprotect.forced",
        "removed the protection of {universe} without the approval it needs: {reason}",
        Verb.FORCE,
        WARNING,
    )
    UNIVERSE_UNPROTECT_PROPOSED = proposed(
        "universe.unprotect.proposed", "proposed the removal of the protection of {universe}"
    )
    UNIVERSE_RESTART_PROPOSED = proposed(
        "universe.restart.proposed", "proposed restarting the servers of {universe}"
    )
    UNIVERSE_RESTART_STARTED = changed(
        "universe.restart.started", "started restarting the servers of {universe}"
    )
    UNIVERSE_RESTART_SUCCEEDED = changed(
        "universe.restart.succeeded", "let Roblox restart the servers of {universe}"
    )
    UNIVERSE_RESTART_FAILED = changed(
        "universe.restart.failed", "failed to restart the servers of {universe}: {reason}"
    )
    UNIVERSE_RESTART_UNKNOWN = changed(
        "universe.restart.unknown", "may have restarted the servers of {universe}"
    )
    UNIVERSE_RESTART_UNDETERMINED = changed(
        "universe.restart.undetermined",
        "couldn’t find out whether the servers of {universe} restart: {reason}",
    )
    UNIVERSE_RESTART_FINISHED = seen(
        "universe.restart.finished",
        "The restart of the servers of {universe} is finished",
        Verb.RESTART,
        INFO,
    )
    UNIVERSE_PUBLISH_STARTED = changed(
        "universe.publish.started",
        "started sending a {kind} version of place {place} of {universe}",
    )
    UNIVERSE_PUBLISH_SUCCEEDED = changed(
        "universe.publish.succeeded", "sent a {kind} version of place {place} of {universe}"
    )
    UNIVERSE_PUBLISH_FAILED = changed(
        "universe.publish.failed",
        "failed to send a {kind} version of place {place} of {universe}: {reason}",
    )
    UNIVERSE_PUBLISH_UNKNOWN = changed(
        "universe.publish.unknown",
        "may have sent a {kind} version of place {place} of {universe}",
    )
    UNIVERSE_PUBLISH_UNDETERMINED = changed(
        "universe.publish.undetermined",
        "couldn’t find out whether Roblox has a {kind} version of place {place} of {universe}: "
        "{reason}",
    )
    UNIVERSE_REMOVED = done(
        "universe.removed",
        "removed the universe {universe} from Sealroom",
        Verb.REMOVE,
        WARNING,
    )


_BY_TAG = {event.tag: event for event in SecretEvent}


def change_event(kind: str, state: str) -> SecretEvent:
    """The event that says a change of `kind` came to `state`, such as `rotate`, `failed`."""
    return _BY_TAG[f"secret.{kind}.{state}"]


class DueEvent(Event):
    """Policies and reminders. A reminder of several secrets names none: not everyone sees each."""

    POLICY_SET = done("policy.set", "set secrets of {where} to be rotated {rule}", Verb.EDIT)
    POLICY_REMOVED = done(
        "policy.removed", "removed that secrets of {where} are rotated {rule}", Verb.REMOVE
    )
    SECRET_POLICY_SET = done(
        "secret.policy.set", "set {secret} to be rotated {rule}", Verb.EDIT, INFO
    )
    SECRET_POLICY_REMOVED = done(
        "secret.policy.removed", "removed that {secret} is rotated {rule}", Verb.REMOVE, INFO
    )
    SECRET_SNOOZED = done(
        "secret.snoozed", "put off rotating {secret} until {day}: {reason}", Verb.EDIT
    )
    SECRET_DUE_SOON = seen("secret.due_soon", "Soon due in {universe}: {what}", Verb.DUE, INFO)
    SECRET_DUE = seen("secret.due", "Due for rotation in {universe}: {what}", Verb.DUE, NOTICE)
    SECRET_OVERDUE = seen(
        "secret.overdue", "Overdue for rotation in {universe}: {what}", Verb.DUE, WARNING
    )


class GroupEvent(Event):
    """Roblox groups that own universes here."""

    GROUP_OWNER_CHANGED = seen(
        "group.owner_changed", "The group {name} has a new owner: {after}", Verb.ELSEWHERE, WARNING
    )
    GROUP_ROLE_ADDED = seen(
        "group.role_added", "The group {name} has a new role: {role}", Verb.ELSEWHERE, WARNING
    )
    GROUP_ROLE_CHANGED = seen(
        "group.role_changed",
        "The role {role} of the group {name} was changed: {what}",
        Verb.ELSEWHERE,
        NOTICE,
    )
    GROUP_REVIEWED = done(
        "group.reviewed", "marked {count:change} of the group {name} as reviewed", Verb.ACCEPT
    )
