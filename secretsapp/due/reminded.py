"""Which team a policy has reminded, of which secrets, and how a mail names one that is due.

The most exact policy of a universe says which team, whatever a single secret has beside it.
"""

from django.db.models import Q
from django.utils import timezone

from secretsapp.core.due_states import DueState
from secretsapp.due.listing import DueSecret
from secretsapp.models import RotationPolicy, Team, Universe

_WORDS = {DueState.SOON: "soon due", DueState.DUE: "due", DueState.OVERDUE: "overdue"}


def team_of(universe: Universe) -> Team | None:
    """The team that the most exact policy of the universe names."""
    places = Q(universe=universe) | Q(universe=None, environment__in=["", universe.environment])
    found = RotationPolicy.objects.filter(places, secret=None).select_related("team")
    exact = max(found, key=lambda each: (bool(each.universe_id), each.environment), default=None)
    return exact.team if exact else None


def of_team(team: Team) -> Q:
    """The secrets of the universes whose most exact policy names the team."""
    many = RotationPolicy.objects.filter(secret=None)
    single, wide = many.exclude(universe=None), many.filter(universe=None)
    environments = wide.exclude(environment="")
    has_own = Q(universe__in=single.values("universe"))
    found = Q(universe__in=single.filter(team=team).values("universe"))
    named = environments.filter(team=team).values("environment")
    found |= Q(universe__environment__in=named) & ~has_own
    if wide.filter(environment="", team=team).exists():
        covered = Q(universe__environment__in=environments.values("environment"))
        found |= ~covered & ~has_own
    return found


def mail_line(found: DueSecret) -> dict[str, str]:
    """What a mail says of a secret that is due."""
    secret, day = found.secret, found.secret.due_on or timezone.now().date()
    return {
        "name": secret.name,
        "where": secret.universe.name_and_environment,
        "state": _WORDS[found.state],
        "day": f"{day.day} {day:%b %Y}",
    }
