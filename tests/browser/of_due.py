"""Due dates to look at: what is overdue, due, soon due and put off, and weeks of shares."""

from datetime import timedelta

from django.urls import reverse

from secretsapp.due import policies, snoozing
from secretsapp.due.policies import Covered, Terms
from secretsapp.models import DueDay, Secret, Universe
from secretsapp.models.due import DueRule
from tests.browser.catalogue import Look
from tests.browser.conftest import Visitor
from tests.due.dating import age, cover, today
from tests.stage import STAGEHAND

HINT = "In the provider’s dashboard: API, then Keys.\nThe old one works for a day."


def path_of_what_is_due(universe: Universe) -> str:
    """A secret in each state, and how much was in time in the weeks before."""
    cover()
    cover(universe, days=120)
    for name, days in (("PAY_KEY", 200), ("SIGNING_SEED", 110)):
        age(name, days)
    ending = Terms(DueRule.ENDS, ends_on=today())
    policies.set_policy(STAGEHAND, Covered(universe, "PAY_WEBHOOK"), ending)
    terms = Terms(DueRule.EVERY, days=60, hint=HINT)
    policies.set_policy(STAGEHAND, Covered(universe, "PAY_KEY"), terms)
    in_a_month = today() + timedelta(days=30)
    others = Secret.objects.filter(universe=universe).exclude(name__in=("PAY_KEY", "PAY_WEBHOOK"))
    for name in others.filter(due_soon_on__lte=today()).values_list("name", flat=True)[:1]:
        snoozing.snooze(
            STAGEHAND, universe=universe, name=name, until=in_a_month, reason="season ends"
        )
    for weeks in range(20):
        day = today() - timedelta(weeks=weeks)
        counts = {"in_time": 40 - weeks, "soon": 2, "due": 3, "overdue": weeks, "snoozed": 1}
        DueDay.objects.create(day=day, universe=universe, unknown=0, **counts)
    return reverse("due")


def looks_at_due(universe: Universe) -> list[Look]:
    """Secrets in each state, and the pages on which people say when they are due."""
    due, of_secret = path_of_what_is_due(universe), f"universes/{universe.pk}/secrets/PAY_KEY/"
    return [
        Look("due_several", due),
        Look("due_snoozed", f"{due}?kind=snoozed&owner=none"),
        Look("due_nothing", f"{due}?day=2026-01-01", "viewer"),
        Look("due_policies_several", reverse("due_policies")),
        Look("due_policies_refused", reverse("due_policies"), "admin", name_no_days),
        Look("due_of_secret", f"/{of_secret}due/", "editor"),
        Look("secret_overdue", f"/{of_secret}", "editor"),
        Look("rotate_with_a_hint", f"/{of_secret}rotate/", "rotator"),
        Look("universe_due", reverse("universe", args=[universe.pk])),
        Look("home_due", reverse("home"), "rotator"),
    ]


def name_no_days(visitor: Visitor) -> None:
    """Set a policy without saying every how many days."""
    visitor.page.get_by_role("button", name="Save policy").click()
    visitor.page.get_by_text("Enter a number of days").wait_for()
