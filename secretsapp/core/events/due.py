"""What happens about due dates: policies, what is put off, and reminders."""

from secretsapp.core.events.kinds import INFO, NOTICE, WARNING, Event, Verb, done, seen


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
