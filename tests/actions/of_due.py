"""The actions on due dates, and what a worker tells and stores of them."""

from datetime import timedelta

from secretsapp.due import due_mail, policies, reminding, shares, snoozing, team_mail
from secretsapp.due.policies import Covered, Terms
from secretsapp.models import Secret
from secretsapp.models.due import DueRule
from tests.actions.acting import Action, Stage
from tests.due.dating import age, cover, today

ADMIN, EDITOR = "admin@example.com", "editor@example.com"
MONTHLY = Terms(DueRule.EVERY, days=30)


def cover_harbor(stage: Stage) -> None:
    """Let the secrets of Harbor be rotated every 90 days."""
    cover(stage.universe)


def be_due(stage: Stage) -> None:
    """Let PAY_KEY be due since a day, the two others be overdue, and one have an owner."""
    cover_harbor(stage)
    age("PAY_KEY", 91)
    age("PAY_WEBHOOK", 300)
    age("SIGNING_SEED", 300)
    Secret.objects.update(owner=stage.cast["editor"].user)


def set_own(stage: Stage) -> None:
    """Let the editor say when PAY_KEY is due."""
    policies.set_policy(stage.cast["editor"].actor, Covered(stage.universe, "PAY_KEY"), MONTHLY)


DUE_ACTIONS = [
    Action(
        "policies.set_policy",
        lambda stage: policies.set_policy(stage.cast["admin"].actor, Covered(), MONTHLY),
        (f"policy.set | {ADMIN} |  |  | ",),
    ),
    Action(
        "policies.set_policy",
        set_own,
        (f"secret.policy.set | {EDITOR} | Harbor | PAY_KEY | ",),
    ),
    Action("policies.set_policy", set_own, before=set_own),
    Action(
        "policies.remove_policy",
        lambda stage: policies.remove_policy(stage.cast["admin"].actor, Covered(stage.universe)),
        (f"policy.removed | {ADMIN} | Harbor |  | ",),
        before=cover_harbor,
    ),
    Action(
        "policies.remove_policy",
        lambda stage: policies.remove_policy(
            stage.cast["editor"].actor, Covered(stage.universe, "PAY_KEY")
        ),
        (f"secret.policy.removed | {EDITOR} | Harbor | PAY_KEY | ",),
        before=set_own,
    ),
    Action(
        "policies.require_right",
        lambda stage: policies.require_right(stage.cast["admin"].actor, Covered()),
    ),
    Action(
        "snoozing.snooze",
        lambda stage: snoozing.snooze(
            stage.cast["editor"].actor,
            universe=stage.universe,
            name="PAY_KEY",
            until=today() + timedelta(days=3),
            reason="the provider is closed",
        ),
        (f"secret.snoozed | {EDITOR} | Harbor | PAY_KEY | ",),
        before=be_due,
    ),
    Action(
        "reminding.remind",
        lambda stage: reminding.remind(stage.cast["admin"].actor),
        (
            f"secret.due | {ADMIN} | Harbor | PAY_KEY | ",
            f"secret.overdue | {ADMIN} | Harbor |  | ",
        ),
        before=be_due,
    ),
    Action("shares.note", lambda _stage: shares.note(today()), before=be_due),
    Action("shares.is_noted", lambda _stage: shares.is_noted(today())),
    Action("shares.over_time", lambda stage: shares.over_time(stage.cast["admin"].actor, today())),
    Action("due_mail.queue", lambda _stage: due_mail.queue(Secret.objects.all(), today())),
    Action(
        "team_mail.queue",
        lambda stage: team_mail.queue(stage.universe, Secret.objects.all(), today()),
    ),
]
