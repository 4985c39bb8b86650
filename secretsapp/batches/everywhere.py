"""One value for many universes: which there are for a name, and what would happen in each."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from secretsapp.batches.making import Wanted
from secretsapp.batches.planning import WRITES, Planned, plan
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import Secret, Universe
from secretsapp.models.secrets import ChangeKind
from secretsapp.rules.ordering import in_order
from secretsapp.rules.policy import rights_of

NEEDS_DOMAIN = "Choose the allowed host: the secret isn’t in every universe that you chose."


class Where(StrEnum):
    """In which universes: where the secret is, where it is missing, or in either."""

    THERE = "there"
    MISSING = "missing"
    ALL = "all"


@dataclass(frozen=True)
class Choice:
    """Which universes are offered: of one environment or owner, where those are not empty."""

    where: Where = Where.THERE
    environment: str = ""
    owner: str = ""


def candidates(actor: Actor, name: str, choice: Choice) -> list[Planned]:
    """What would happen to the name in each universe that the choice offers, in their order."""
    found = _universes(actor, choice)
    if choice.where is not Where.ALL:
        there = Secret.objects.filter(name=name, missing_since=None).values("universe")
        is_there = choice.where is Where.THERE
        found = found.filter(pk__in=there) if is_there else found.exclude(pk__in=there)
    return _plan(actor, name, found)


def chosen(actor: Actor, name: str, universe_ids: set[int]) -> list[Planned]:
    """What would happen in these universes, without those where the actor may not see or change."""
    found = _universes(actor, Choice(Where.ALL)).filter(pk__in=universe_ids)
    return _plan(actor, name, found)


def _plan(actor: Actor, name: str, found: QuerySet[Universe]) -> list[Planned]:
    """Only where they may list the name: being found elsewhere would tell that it is there."""
    rights = rights_of(actor)
    seen = (
        universe
        for universe in in_order(found)
        if rights.allows(Permission.LIST_SECRETS, universe.pk, name)
    )
    return plan(actor, pairs=[(universe, name) for universe in seen])


def check_may_replace(actor: Actor) -> None:
    """Raise Forbidden for those who may neither rotate nor create a secret anywhere."""
    rights = rights_of(actor)
    if all(rights.universes_with(each) == set() for each in WRITES):
        raise refusal(Permission.ROTATE_SECRET)


def owners(actor: Actor) -> list[str]:
    """Who owns the universes where they may rotate or create something, as Roblox tells it."""
    found = _universes(actor, Choice(Where.ALL)).exclude(owner="")
    return list(found.order_by("owner").values_list("owner", flat=True).distinct())


def _universes(actor: Actor, choice: Choice) -> QuerySet[Universe]:
    """Those where the actor may rotate or create something."""
    found = Universe.objects.select_related("api_key").order_by()
    rights = rights_of(actor)
    sets = [rights.universes_with(each) for each in WRITES]
    if None not in sets:
        found = found.filter(pk__in=set[int]().union(*(each or set() for each in sets)))
    if choice.environment:
        found = found.filter(environment=choice.environment)
    return found.filter(owner=choice.owner) if choice.owner else found


def check_domain_given(planned: list[Planned], domain: str | None) -> None:
    """Raise InvalidInput where a creation would have no allowed host that someone chose."""
    creates = any(each.kind is ChangeKind.CREATE and not each.refused for each in planned)
    if domain is None and creates:
        raise InvalidInput(NEEDS_DOMAIN, field="reach")


def wanted(planned: list[Planned], value: Plaintext, domain: str | None) -> list[Wanted]:
    """The changes that give them that value; `domain` None lets each secret keep its own.

    Raises InvalidInput where a creation would have none.
    """
    check_domain_given(planned, domain)
    return [Wanted(each, value, domain) for each in planned if not each.refused]
