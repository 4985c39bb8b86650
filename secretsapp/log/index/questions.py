"""What an actor may read and what is looked for, as questions to the index."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.events.kinds import Result
from secretsapp.core.patterns import EVERY_NAME, widest
from secretsapp.core.roles import Permission
from secretsapp.log import refused
from secretsapp.log.conditions import tags_of
from secretsapp.log.filters import AuditFilter
from secretsapp.log.folding import BEGINNINGS
from secretsapp.log.index import asking, blocks, terms
from secretsapp.log.index.asking import AllOf, AnyOf, Everything, Held, Node, Within, Without
from secretsapp.log.index.looking_up import Sought, each_held, held, held_with
from secretsapp.models import Place, Universe
from secretsapp.rules.policy import Rights, in_wide, rights_of

# For those who have something in more universes, the rows are asked for their rights alone.
MOST_UNIVERSES, MOST_EXTENTS = 300, 30
NOTHING = Held(())


@dataclass(frozen=True)
class Basis:
    """What every question of an actor begins with: what is in the index, what they may read.

    `permitted` is None where saying it would be too long; then an answer holds more than that.
    """

    blocks: range
    permitted: tuple[Node, ...] | None


def basis(actor: Actor, *, of_histories: bool = False, of_own: bool = False) -> Basis:
    """The basis of the actor's questions, to be used for all of one page."""
    if not (there := blocks.covered()):
        return Basis(there, None)
    if of_own:
        return Basis(there, (_own(actor),))
    permitted = _permitted(actor, of_histories=of_histories)
    return Basis(there, None if permitted is None else tuple(permitted))


def of(own: Basis, wanted: AuditFilter) -> tuple[Node, Node]:
    """What is looked for, of what may be read; and the same without folded beginnings.

    These are the beginnings whose outcome is among it, as far as the index knows.
    """
    parts, over = list(_parts(wanted)), _over(wanted)
    nodes = _looked_up([*parts, *over])
    node = _all_of([*(own.permitted or ()), *nodes[: len(parts)]])
    if not over or node == NOTHING:
        return node, node
    folded, lacking = nodes[len(parts) :]
    return node, AllOf((node, Without(AllOf((folded, Without(lacking))))))


def _looked_up(parts: list[Node | Sought]) -> list[Node]:
    found = iter(each_held([each for each in parts if isinstance(each, Sought)]))
    return [next(found) if isinstance(each, Sought) else each for each in parts]


def _all_of(parts: list[Node]) -> Node:
    if NOTHING in parts:
        return NOTHING
    return AllOf(tuple(sorted(dict.fromkeys(parts), key=_cost))) if parts else Everything()


def _cost(node: Node) -> int:
    """How much of the index it reads of each shelf: what costs little may leave nothing to ask."""
    if isinstance(node, Within):
        return 0
    return len(node.ids) if isinstance(node, Held) else asking.TERMS_AT_ONCE


def _over(wanted: AuditFilter) -> list[Sought]:
    """The beginnings whose outcome is found too, and those whose outcome lacks a word of these.

    Nothing where beginnings are looked for.
    """
    if wanted.shows_attempts or wanted.tag in BEGINNINGS or wanted.result is Result.STARTED:
        return []
    is_alike = wanted.words or _names_someone(wanted) or wanted.door or wanted.address
    how = terms.OVER_ALIKE if is_alike else terms.OVER
    lacked = Sought(terms.LACKED, beginnings=sorted(wanted.words))
    return [Sought(terms.IS_OVER, [how]), lacked]


def _parts(wanted: AuditFilter) -> Iterator[Node | Sought]:
    yield from _where(wanted)
    yield from _who(wanted)
    if wanted.tag:
        yield Sought(terms.TAG, [wanted.tag], [f"{wanted.tag}."])
    if wanted.result:
        yield Sought(terms.TAG, tags_of(wanted.result))
    for word in sorted(wanted.words):
        yield Sought(terms.WORD, beginnings=[word])
    if wanted.since is not None or wanted.until is not None:
        yield Within(wanted.since, wanted.until)


def _where(wanted: AuditFilter) -> Iterator[Sought]:
    if wanted.universe_id is not None:
        yield Sought(terms.UNIVERSE, [str(wanted.universe_id)])
    if wanted.environment is not None:
        there = Universe.objects.filter(environment=wanted.environment)
        yield _in(there.values_list("pk", flat=True))
    if wanted.door:
        yield Sought(terms.DOOR, [wanted.door])
    if wanted.address.endswith("*"):
        yield Sought(terms.ADDRESS, beginnings=[wanted.address.removesuffix("*")])
    elif wanted.address:
        yield Sought(terms.ADDRESS, [wanted.address])
    if wanted.secret:
        yield _named([wanted.secret])


def _who(wanted: AuditFilter) -> Iterator[Node | Sought]:
    if wanted.person_id is not None:
        yield Sought(terms.ACTOR, [str(wanted.person_id)])
    if wanted.actor_kind:
        yield Sought(terms.ACTOR_KIND, [wanted.actor_kind])
    if wanted.person:
        yield held_with(terms.ACTOR_NAME, wanted.person)
    if wanted.about_id is not None:
        yield Sought(terms.SUBJECT, [terms.subject("person", str(wanted.about_id))])
    if wanted.about:
        yield held_with(terms.SUBJECT_NAME, wanted.about)


def _names_someone(wanted: AuditFilter) -> bool:
    by = wanted.person_id is not None or wanted.person or wanted.actor_kind
    return bool(by or wanted.about_id is not None or wanted.about)


def _permitted(actor: Actor, *, of_histories: bool) -> list[Node] | None:
    """What the actor may read, as `reading.readable` and `reading.histories` have it.

    None where that would be too long a question.
    """
    rights = rights_of(actor)
    permission = Permission.LIST_SECRETS if of_histories else Permission.READ_AUDIT
    if rights.allows_installation(permission):
        within: list[Node] | None = []
    else:
        within = _within_holdings(rights, permission)
    if within is None or not of_histories:
        return within
    refusals, nameless = each_held([Sought(terms.TAG, refused.TAGS), Sought(terms.SECRET, [""])])
    return [*within, Without(nameless), Without(AllOf((refusals, Without(_own(actor)))))]


def _own(actor: Actor) -> Node:
    return held(Sought(terms.ACTOR, [str(actor.person_id)]))


def _within_holdings(rights: Rights, permission: Permission) -> list[Node] | None:
    """The events within one of the holdings, put together by the names that they are for."""
    by_place: dict[Place, set[str]] = {}
    for holding in rights.holdings:
        if holding.gives(permission):
            by_place.setdefault(holding.place, set()).add(holding.pattern)
    by_names: dict[tuple[str, ...], set[int] | None] = {}
    for place, patterns in by_place.items():
        names = widest(patterns)
        if place.is_everywhere:
            by_names[names] = None
        elif (there := by_names.setdefault(names, set())) is not None:
            there |= _universes_of(place)
    if sum(len(there or ()) for there in by_names.values()) > MOST_UNIVERSES:
        return None
    if len(by_names) > MOST_EXTENTS:
        return None
    extents = [list(_extent(names, there)) for names, there in by_names.items()]
    found = iter(each_held([each for extent in extents for each in extent]))
    parts = [tuple(next(found) for _ in extent) for extent in extents]
    return list(parts[0]) if len(parts) == 1 else [AnyOf(tuple(map(AllOf, parts)))]


def _universes_of(place: Place) -> set[int]:
    if place.universe_id is not None:
        return {place.universe_id}
    return set(in_wide([place]).values_list("pk", flat=True))


def _extent(names: tuple[str, ...], universes: set[int] | None) -> Iterator[Sought]:
    """The events about these names, in these universes or in all."""
    if universes is not None:
        yield _in(universes)
    if EVERY_NAME not in names:
        yield _named(names)


def _in(universes: Iterable[int]) -> Sought:
    return Sought(terms.UNIVERSE, [str(each) for each in universes])


def _named(patterns: Iterable[str]) -> Sought:
    """The events about secrets whose name one of the patterns matches."""
    found = list(patterns)
    exact = [each for each in found if not each.endswith("*")]
    return Sought(terms.SECRET, exact, [each[:-1] for each in found if each.endswith("*")])
