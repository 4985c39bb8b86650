"""How many people are in the team whose grant it is, as a column of the grant."""

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from secretsapp.models import Membership


def people_in_team() -> Coalesce:
    """The number, none for the grant of a person."""
    of_team = Membership.objects.filter(team=OuterRef("team")).order_by().values("team")
    return Coalesce(Subquery(of_team.annotate(count=Count("pk")).values("count")), 0)
