"""Puts off a secret that is due, until a day and for a reason."""

from datetime import date, timedelta

from django.utils import timezone

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.due_states import ASKING, LONGEST_SNOOZE, DueState
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.secrets import DueEvent
from secretsapp.core.roles import Permission
from secretsapp.core.upkeep_errors import NothingDue
from secretsapp.models import Secret, Snooze, Universe
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.due_dates import dates_of, renew_secrets
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import require


def snooze(actor: Actor, *, universe: Universe, name: str, until: date, reason: str) -> None:
    """Let nobody be reminded of a secret until a day; its next rotation ends that too.

    Once the day has come, people are reminded again, also of what they were told before. The same
    once more, as by a second click, changes nothing. Raises Forbidden, InvalidInput, or NothingDue
    where the secret isn't due.
    """
    require(actor, Permission.EDIT_DETAILS, universe.pk, name)
    today = timezone.now().date()
    _check(until, reason, today)
    with acting(actor, Right(Permission.EDIT_DETAILS, universe.pk, name)) as act:
        lock_universe(universe)
        rows = Secret.objects.filter(universe=universe, name=name)
        secret = rows.first()
        if secret is None or not _is_due(secret, today):
            raise NothingDue(f"{name} isn’t due, so there is nothing to put off.")
        terms = {"version": secret.update_time, "until": until, "reason": reason}
        if Snooze.objects.filter(secret=secret, **terms).exists():
            return
        said = {"said_by": actor.name, "said_at": timezone.now()}
        Snooze.objects.update_or_create(secret=secret, defaults=terms | said)
        rows.update(told_state="", told_due_on=None)
        renew_secrets(rows)
        detail = {"day": f"{until.day} {until:%b %Y}", "reason": reason}
        act.tell(DueEvent.SECRET_SNOOZED, universe, name, detail=detail)


def _is_due(secret: Secret, today: date) -> bool:
    return dates_of(secret).state(today) in (*ASKING, DueState.SNOOZED)


def _check(until: date, reason: str, today: date) -> None:
    latest = today + LONGEST_SNOOZE
    if not today + timedelta(days=1) <= until <= latest:
        raise InvalidInput(
            f"Choose a day from tomorrow to {latest.day} {latest:%b %Y}: "
            f"{LONGEST_SNOOZE.days} days at most.",
            field="until",
        )
    labels.check_label(reason, field="reason", what="a reason", limit=labels.REASON_LIMIT)
