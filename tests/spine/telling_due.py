"""What the addresses of due dates tell the audit log."""

from datetime import timedelta

from secretsapp.models import Universe
from tests.due.dating import age, cover, today
from tests.spine.acts import Telling
from tests.stage import Cast


def covered(universe: Universe, _cast: Cast) -> dict[str, str]:
    """Let Harbor have a policy, whose place the form sends."""
    cover(universe)
    return {"place": str(universe.pk)}


def overdue(universe: Universe, _cast: Cast) -> dict[str, str]:
    """Let PAY_KEY be overdue, and be put off for a day."""
    cover(universe)
    age("PAY_KEY", 200)
    return {"until": str(today() + timedelta(days=1)), "reason": "the provider is closed"}


DUE = (
    Telling(
        "due_policies",
        ("policy.set",),
        sent={"place": "all", "rule": "every", "days": "90"},
    ),
    Telling("due_policy_remove", ("policy.removed Harbor",), prepare=covered),
    Telling("secret_due", ("secret.policy.set Harbor PAY_KEY",), by="editor"),
    Telling("secret_snooze", ("secret.snoozed Harbor PAY_KEY",), by="editor", prepare=overdue),
)
