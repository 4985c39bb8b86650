"""Universes, people, teams and API keys, of which there are few: by names, addresses and ids."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Length, Lower, Replace

from secretsapp.access import team_listing
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import parse_universe_id
from secretsapp.core.roles import Permission
from secretsapp.home.search import universe_names
from secretsapp.home.search.hits import CANDIDATES, Hit, Kind, Named, closest, hit
from secretsapp.home.search.universe_names import Known
from secretsapp.home.search.wanted import NOTHING, Closeness, Wanted, closeness
from secretsapp.models import ApiKey, Team, Universe, User
from secretsapp.rules.policy import rights_of

Row = TypeVar("Row", ApiKey, Team, Universe, User)


def universes(actor: Actor, wanted: Wanted, *, limit: int) -> list[Hit]:
    """The universes that the actor may see, by name or by their whole id, which people paste."""
    judged = (
        (each, closeness(wanted, each.name)) for each in universe_names.holding(actor, wanted)
    )
    found = {each.pk: (_universe(each), close) for each, close in judged if close is not None}
    for pk, universe in universe_names.by_id(actor, _ids_in(wanted)).items():
        named = Named(pk, universe.name, beside=wanted.text, universe=universe)
        found[pk] = named, Closeness.SAME
    return closest(wanted, found.values(), limit=limit)


def shown(universes: Iterable[Universe]) -> list[Hit]:
    """Universes as they are offered while nothing is looked for."""
    named = (Named(each.pk, each.name, universe=each) for each in universes)
    return [hit(NOTHING, each, Closeness.SAME) for each in named]


def _universe(known: Known) -> Named:
    return Named(known.pk, known.name, universe=known.universe)


def _ids_in(wanted: Wanted) -> list[int]:
    try:
        return [parse_universe_id(wanted.text)]
    except InvalidInput:
        return []


def people(actor: Actor, wanted: Wanted, *, limit: int) -> list[Hit]:
    """The people of those names and addresses, for those who manage people."""
    return people_and_teams(actor, wanted, limit=limit)[Kind.PEOPLE]


def teams(actor: Actor, wanted: Wanted, *, limit: int) -> list[Hit]:
    """The teams of those names and notes, for those who can open them."""
    return people_and_teams(actor, wanted, limit=limit)[Kind.TEAMS]


def people_and_teams(actor: Actor, wanted: Wanted, *, limit: int) -> dict[Kind, list[Hit]]:
    """Both of them, in one query."""
    named: dict[Kind, list[Named]] = {Kind.PEOPLE: [], Kind.TEAMS: []}
    looked_in: list[QuerySet[Any, Any]] = []
    if rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE):
        looked_in.append(_columns(Kind.PEOPLE, User.objects.all(), wanted, "email"))
    if team_listing.may_see(actor):
        looked_in.append(_columns(Kind.TEAMS, Team.objects.all(), wanted, "note"))
    for kind, pk, name, beside in looked_in[0].union(*looked_in[1:]) if looked_in else ():
        named[Kind(kind)].append(Named(pk, name or beside, beside if name else ""))
    return {
        kind: closest(wanted, _fitting(wanted, each), limit=limit) for kind, each in named.items()
    }


def _columns(kind: Kind, rows: QuerySet[Row], wanted: Wanted, beside: str) -> QuerySet[Row, Any]:
    found = rows.filter(pk__in=holding(rows.order_by(), wanted, "name", beside).values("pk"))
    return found.order_by().values_list(Value(kind.value), "pk", "name", Cast(beside, TextField()))


def api_keys(actor: Actor, wanted: Wanted, *, limit: int) -> list[Hit]:
    """The API keys by name and note, for those who manage them."""
    if not rights_of(actor).allows_installation(Permission.MANAGE_API_KEYS):
        return []
    rows = holding(ApiKey.objects.order_by(), wanted, "name", "note")
    named = (Named(*each) for each in rows.values_list("pk", "name", "note"))
    return closest(wanted, _fitting(wanted, named), limit=limit)


def holding(rows: QuerySet[Row], wanted: Wanted, name: str, *beside: str) -> QuerySet[Row]:
    """Those with each word in the column `name`, run together, or in one beside it.

    The shortest names come first, since they are the closest. Where a slip is forgiven, all.
    """
    if wanted.forgives:
        return rows
    run = Lower(_without(_without(_without(name, "_"), "-"), " "))
    found = rows.alias(run=run).order_by(Length(name), name)
    for word in wanted.words:
        # SQLite knows the capitals of ASCII alone, so the database leaves nothing out by others.
        any_of = Q(run__contains=word) if word.isascii() else Q(run__isnull=False)
        for column in beside:
            any_of |= Q(**{f"{column}__icontains": word})
        found = found.filter(any_of)
    return found[:CANDIDATES] if wanted.joined.isascii() else found


def _without(name: "str | Replace", between: str) -> Replace:
    return Replace(name, Value(between), Value(""))


def _fitting(wanted: Wanted, named: Iterable[Named]) -> Iterator[tuple[Named, Closeness]]:
    for each in named:
        close = closeness(wanted, each.name, each.beside)
        if close is not None:
            yield each, close
