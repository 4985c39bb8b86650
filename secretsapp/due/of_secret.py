"""When one secret is due, and why: for its own page, and for the page on which it is rotated."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from secretsapp.core.due_states import DueState
from secretsapp.models import RotationPolicy, Secret, Snooze
from secretsapp.models.due import DueRule
from secretsapp.rules.due_dates import dates_of


@dataclass(frozen=True)
class DueOf:
    """How far along it is; `policy` covers it, and `own` is what was said of it alone.

    `snooze` is there while it is put off.
    """

    secret: Secret
    state: DueState
    policy: RotationPolicy | None
    own: RotationPolicy | None
    snooze: Snooze | None

    @property
    def hint(self) -> str:
        """How to rotate it at its provider."""
        return self.own.hint if self.own else ""

    @property
    def is_own(self) -> bool:
        """Whether its own policy says when it is due."""
        return self.own is not None and self.own.rule != DueRule.FOLLOWS

    @property
    def lacks_end(self) -> bool:
        """Whether its credential's end was said of a value before this one."""
        is_end = self.policy is not None and self.policy.rule == DueRule.ENDS
        return is_end and self.state is DueState.UNKNOWN


def find(secret: Secret) -> DueOf:
    """When the secret is due, in a query, and another one while it is put off.

    Who asks has shown that the actor may see the secret.
    """
    state = dates_of(secret).state(timezone.now().date())
    found = list(_policies(secret))
    own = next((each for each in found if each.secret_id), None)
    saying = [each for each in found if each.rule != DueRule.FOLLOWS]
    policy = min(saying, key=_reach, default=None)
    snooze = Snooze.objects.filter(secret=secret).first() if state is DueState.SNOOZED else None
    return DueOf(secret, state, policy, own, snooze)


def _policies(secret: Secret) -> QuerySet[RotationPolicy]:
    """Those of the secret and of whatever it lies in."""
    universe = secret.universe
    wide = Q(secret=None, universe=None, environment__in={"", universe.environment})
    found = RotationPolicy.objects.filter(Q(secret=secret) | Q(universe=universe) | wide)
    return found.select_related("universe")


def _reach(policy: RotationPolicy) -> int:
    """How much else a policy is about: the most exact one counts."""
    if policy.secret_id:
        return 0
    return 1 if policy.universe_id else 2 if policy.environment else 3


def hint_of(secret: Secret) -> str:
    """How to rotate it at its provider; empty where nobody wrote it."""
    own = RotationPolicy.objects.filter(secret=secret).first()
    return own.hint if own else ""
