"""What happens to batches; each change of one is told like any other."""

from secretsapp.core.events.kinds import INFO, WARNING, Event, Verb, done, seen


class BatchEvent(Event):
    """Batches, from the beginning to the end."""

    BATCH_STARTED = done(
        "batch.started",
        "started a batch of {count:change} in {universes:universe}",
        Verb.ADD,
    )
    BATCH_ENDED = seen("batch.ended", "A batch by {asked_by} ended: {outcome}", Verb.ADD, INFO)
    BATCH_INCOMPLETE = seen(
        "batch.incomplete", "A batch by {asked_by} ended: {outcome}", Verb.ADD, WARNING
    )
    BATCH_PAUSED = done("batch.paused", "paused a batch by {asked_by}", Verb.EDIT)
    BATCH_HALTED = seen(
        "batch.halted", "A batch by {asked_by} was paused: {reason}", Verb.EDIT, WARNING
    )
    BATCH_RESUMED = done("batch.resumed", "let a batch by {asked_by} go on", Verb.EDIT)
    BATCH_RETRIED = done(
        "batch.retried", "tried {count:change} of a batch by {asked_by} again", Verb.EDIT
    )
    BATCH_FORGOTTEN = seen(
        "batch.forgotten",
        "A batch by {asked_by} was cancelled after a week’s pause: {count:change} not sent",
        Verb.REMOVE,
        WARNING,
    )
    BATCH_CANCELLED = done(
        "batch.cancelled",
        "cancelled {count:change} of a batch by {asked_by}",
        Verb.REMOVE,
    )
