"""What is due, computed from the policies one by one: the truth that the stored days must be."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from secretsapp.core.due_states import DueDates
from secretsapp.due import policies
from secretsapp.due.policies import Covered, Terms
from secretsapp.models import RotationPolicy, Secret, Snooze, Universe
from secretsapp.models.due import DueRule
from secretsapp.rules import due_dates
from tests.stage import STAGEHAND

NINETY = Terms(DueRule.EVERY, days=90)


def today() -> date:
    """The day that it is, in UTC."""
    return timezone.now().date()


def age(name: str, days: int) -> None:
    """Let the value of that secret be so many days old, as a refresh would find it."""
    time = timezone.now() - timedelta(days=days)
    rows = Secret.objects.filter(name=name)
    rows.update(update_time=f"{time:%Y-%m-%dT%H:%M:%SZ}", valued_on=time.date())
    due_dates.renew_secrets(rows)


def cover(universe: Universe | None = None, name: str = "", *, days: int = 90) -> None:
    """Let the secrets of the place be rotated every so many days."""
    policies.set_policy(STAGEHAND, Covered(universe, name), Terms(DueRule.EVERY, days=days))


def truth_of(secret: Secret) -> DueDates:
    """When it is due, found out policy by policy."""
    policy = _nearest(secret)
    # It stays put off while no policy covers it.
    snooze = Snooze.objects.filter(secret=secret, version=secret.update_time).first()
    until = snooze.until if snooze else None
    if secret.missing_since or policy is None or policy.rule == DueRule.NEVER:
        return DueDates(snoozed_until=until)
    due_on = _due_on(secret, policy)
    return DueDates(
        is_covered=True,
        due_on=due_on,
        soon_on=due_on - timedelta(days=_lead(policy)) if due_on else None,
        snoozed_until=until,
    )


def _nearest(secret: Secret) -> RotationPolicy | None:
    universe = Universe.objects.get(pk=secret.universe_id)
    places: list[dict[str, Any]] = [
        {"secret": secret},
        {"secret": None, "universe": universe},
        {"secret": None, "universe": None, "environment": universe.environment or "?"},
        {"secret": None, "universe": None, "environment": ""},
    ]
    for place in places:
        policy = RotationPolicy.objects.filter(**place).first()
        if policy is not None and policy.rule != DueRule.FOLLOWS:
            return policy
    return None


def _due_on(secret: Secret, policy: RotationPolicy) -> date | None:
    if policy.rule == DueRule.ENDS:
        return policy.ends_on if policy.ends_of == secret.update_time else None
    return secret.valued_on + timedelta(days=policy.days or 0) if secret.valued_on else None


def _lead(policy: RotationPolicy) -> int:
    return min(14, (policy.days or 0) // 5) if policy.rule == DueRule.EVERY else 14


def check_all() -> None:
    """Every secret says what is true of it."""
    found = {
        (secret.universe_id, secret.name): due_dates.dates_of(secret)
        for secret in Secret.objects.all()
    }
    assert found == {
        (secret.universe_id, secret.name): truth_of(secret) for secret in Secret.objects.all()
    }
