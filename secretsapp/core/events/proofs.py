"""What is found of the audit log itself when it is checked, and what is promised of it then."""

from secretsapp.core.events.kinds import INFO, WARNING, Event, Verb, done, seen


class ProofEvent(Event):
    """Checkpoints of the log, and that it is broken."""

    CHECKPOINT_MADE = done(
        "checkpoint.made", "signed checkpoint {number} of {count:event}", Verb.PROVE, INFO
    )
    EVIDENCE_MADE = done("evidence.made", "made evidence of {count:event}", Verb.PROVE, INFO)
    LOG_BROKEN = seen("log.broken", "The audit log is broken: {reason}", Verb.PROVE, WARNING)
