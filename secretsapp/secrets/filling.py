"""Names to fill: what some universes are to have, for someone to enter the values of.

Roblox gives a value to nobody, so secrets are copied by their names alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.input_rules import is_documented_name, is_storable
from secretsapp.core.printing import in_one_line
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.ordering import in_order
from secretsapp.rules.policy import rights_of


@dataclass(frozen=True)
class NameToFill:
    """A name, the universes that lack it, and its host where it is copied from."""

    name: str
    missing_in: Sequence[Universe]
    domain: str | None = None


# So many universes are offered to copy to.
MOST_TARGETS = 100


def possible_targets(actor: Actor, source: Universe) -> list[Universe]:
    """The other universes in which the actor may create some secret, those of its owner first."""
    others = Universe.objects.exclude(pk=source.pk)
    creatable = in_order(narrowed_universes(actor, others, Permission.CREATE_SECRET))
    beside = creatable.filter(owner=source.owner)[:MOST_TARGETS]
    elsewhere = creatable.exclude(owner=source.owner)[:MOST_TARGETS]
    return [*beside, *elsewhere][:MOST_TARGETS]


def of_source(actor: Actor, source: Universe, targets: Sequence[Universe]) -> list[NameToFill]:
    """The names of a universe that the actor may list there, by name."""
    there = Secret.objects.filter(universe=source, missing_since=None).order_by("name")
    seen = narrowed(actor, there, Permission.LIST_SECRETS)
    domains = dict(seen.values_list("name", "domain"))
    return _to_fill(actor, list(domains), targets, domains)


def of_names(actor: Actor, names: Iterable[str], targets: Sequence[Universe]) -> list[NameToFill]:
    """The same of names that someone chose, each once."""
    asked = sorted({name for name in names if name and is_storable(name)})
    return _to_fill(actor, asked, targets, {})


def export(actor: Actor, targets: Sequence[Universe], found: Sequence[NameToFill]) -> str:
    """The names with nothing behind them, as an .env file; the log holds it for each universe.

    Raises Forbidden for who may list nothing in one of them.
    """
    needs = [Right(Permission.LIST_SECRETS, universe.pk) for universe in targets]
    first, *others = needs
    with acting(actor, first, *others) as act:
        detail = {"count": str(len(found))}
        for universe in targets:
            act.tell(UniverseEvent.UNIVERSE_NAMES_EXPORTED, universe, detail=detail)
    return "".join(f"{line}\n" for line in _lines(targets, found))


def _to_fill(
    actor: Actor, names: list[str], targets: Sequence[Universe], domains: dict[str, str]
) -> list[NameToFill]:
    rows = Secret.objects.filter(universe__in=targets, name__in=names, missing_since=None)
    taken = set(rows.order_by().values_list("universe_id", "name"))
    rights = rights_of(actor)

    def is_missing(universe: Universe, name: str) -> bool:
        may_know = rights.allows(Permission.LIST_SECRETS, universe.pk, name)
        return may_know and (universe.pk, name) not in taken

    return [
        NameToFill(name, [each for each in targets if is_missing(each, name)], domains.get(name))
        for name in names
    ]


def _lines(targets: Sequence[Universe], found: Sequence[NameToFill]) -> Iterable[str]:
    where = ", ".join(in_one_line(each.name_and_environment) for each in targets)
    yield f"# Names to fill in for {where}, {timezone.now():%Y-%m-%d}."
    yield "# Roblox gives values to nobody: enter each one, then import this file."
    for each in found:
        if each.domain is not None:
            yield f"# Allowed host: {in_one_line(each.domain) or 'none'}"
        name = in_one_line(each.name)
        yield f"{name}=" if is_documented_name(each.name) else f"# {name}"
