"""Makes a secret whose value is a Roblox API key due on the day on which the key ends."""

from datetime import datetime

from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import SealroomError
from secretsapp.due.policies import Covered, Terms, set_policy
from secretsapp.models import Change, RotationPolicy
from secretsapp.models.due import DueRule
from secretsapp.secrets.roblox_values import KeyAnswer

# What someone set for the secret alone stays as it is.
_MEANT = (DueRule.EVERY, DueRule.NEVER)


def keep_end(actor: Actor, change: Change, answer: KeyAnswer) -> str:
    """Let the secret be due when its key ends; gives what is to be said of all that was answered.

    `change` stored the key. The secret is there by now, so what can't be kept is only told.
    """
    if answer.ends_at is None or answer.ends_at <= timezone.now():
        return answer.sentence
    covered = Covered(change.universe, change.name)
    own = covered.policies.first()
    if own is not None and own.rule in _MEANT:
        return f"{answer.sentence} It has a rotation policy of its own, which stays."
    try:
        set_policy(actor, covered, _until(answer.ends_at, own, change))
    except SealroomError as refusal:
        return f"{answer.sentence} It isn’t marked as due on that day: {refusal}"
    return f"{answer.sentence} It is due on that day."


def _until(ends_at: datetime, own: RotationPolicy | None, change: Change) -> Terms:
    hint = own.hint if own else ""
    return Terms(DueRule.ENDS, ends_on=ends_at.date(), ends_with=change, hint=hint)
