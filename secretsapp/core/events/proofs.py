"""What is found of the audit log itself when it is checked, and what is promised of it then."""

from secretsapp.core.events.kinds import INFO, WARNING, Event, Verb, done, seen


class ProofEvent(Event):
    """Checkpoints of the log, their witnesses, and that it is broken."""

    CHECKPOINT_MADE = done(
        "checkpoint.made", "signed checkpoint {number} of {count:event}", Verb.PROVE, INFO
    )
    EVIDENCE_MADE = done("evidence.made", "made evidence of {count:event}", Verb.PROVE, INFO)
    WITNESS_ADDED = done("witness.added", "added the witness {name}", Verb.ADD)
    WITNESS_CHANGED = done(
        "witness.changed", "changed the {fields} of the witness {name}", Verb.EDIT
    )
    WITNESS_REMOVED = done("witness.removed", "removed the witness {name}", Verb.REMOVE, WARNING)
    WITNESS_ALARM = seen(
        "witness.alarm", "A witness has seen another audit log: {reason}", Verb.PROVE, WARNING
    )
    AUDIT_ARCHIVED = done(
        "audit.archived",
        "moved events {first} to {last} of the audit log to the archive {file}: {reason}",
        Verb.REMOVE,
        WARNING,
    )
    LOG_BROKEN = seen("log.broken", "The audit log is broken: {reason}", Verb.PROVE, WARNING)
