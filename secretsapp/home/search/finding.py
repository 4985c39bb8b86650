"""Search over everything an actor may see, the closest first and no more than can be looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from secretsapp.core.actor import Actor
from secretsapp.home import at_hand
from secretsapp.home.search import action_hits, other_hits, page_hits, secret_hits
from secretsapp.home.search.hits import Hit, Kind
from secretsapp.home.search.wanted import Wanted, read

# Of each kind among all the others, and of one kind alone.
FEW = 8
MANY = 100
# Of secrets in one universe, among all the others.
OF_EACH_UNIVERSE = 5

_KINDS: dict[Kind, Callable[..., list[Hit]]] = {
    Kind.PAGES: page_hits.find,
    Kind.UNIVERSES: other_hits.universes,
    Kind.SECRETS: secret_hits.find,
    Kind.ACTIONS: action_hits.find,
    Kind.PEOPLE: other_hits.people,
    Kind.TEAMS: other_hits.teams,
    Kind.API_KEYS: other_hits.api_keys,
}


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `has_more` where there is more of it than that.

    `title` is what the group is called, if it is not all that can be found of its kind.
    """

    kind: Kind
    hits: list[Hit]
    has_more: bool = False
    title: str = ""


@dataclass(frozen=True)
class Found:
    """What was found, by kind; with `is_near` only with a slip in what was typed."""

    groups: list[Group]
    is_near: bool = False

    @property
    def count(self) -> int:
        """How many hits are shown."""
        return sum(len(group.hits) for group in self.groups)

    @property
    def has_more(self) -> bool:
        """Whether more was found than is shown."""
        return any(group.has_more or any(hit.rest for hit in group.hits) for group in self.groups)


def find(actor: Actor, text: str, *, kind: Kind | None = None) -> Found:
    """What the text is found in that the actor may see: few of each kind, or many of one.

    Words count in any order, capitals and what is between them do not. A text like `PAY_*` finds
    the secrets that a grant of that pattern covers. Where nothing fits, one slip of the finger in
    each word is forgiven. A text that can stand nowhere finds nothing.
    """
    wanted = read(text)
    if wanted is None:
        return Found([])
    search = partial(_of_kind, kind=kind) if kind else _of_all_kinds
    groups = search(actor, wanted)
    if groups or not wanted.may_slip:
        return Found(groups)
    return Found(search(actor, wanted.forgiving()), is_near=True)


def first(actor: Actor) -> Found:
    """What is offered while nothing is typed: universes that the actor uses, and what to do."""
    groups = [
        Group(Kind.UNIVERSES, other_hits.shown(each.universes), title=each.title)
        for each in at_hand.recent(actor)
    ]
    actions = action_hits.offered(actor, [hit for group in groups for hit in group.hits])
    return Found([*groups, Group(Kind.ACTIONS, actions)] if actions else groups)


def _of_kind(actor: Actor, wanted: Wanted, *, kind: Kind) -> list[Group]:
    """What was found of that kind, which a pattern only finds secrets of."""
    if wanted.pattern and kind is not Kind.SECRETS:
        return []
    return _sorted({kind: _KINDS[kind](actor, wanted, limit=MANY + 1)}, MANY)


def _of_all_kinds(actor: Actor, wanted: Wanted) -> list[Group]:
    """Few of each kind, and what can be done with what has the whole name that was typed."""
    # Which universes are meant is asked once: for the rotations, if it is these that are wanted.
    by_universe = not action_hits.is_of_rotations(wanted)
    secrets = secret_hits.find(
        actor, wanted, limit=FEW + 1, of_each=OF_EACH_UNIVERSE, by_universe=by_universe
    )
    if wanted.pattern:
        return _sorted({Kind.SECRETS: secrets}, FEW)
    known = {Kind.SECRETS: secrets} | other_hits.people_and_teams(actor, wanted, limit=FEW + 1)
    hits = {
        kind: known[kind] if kind in known else find(actor, wanted, limit=FEW + 1)
        for kind, find in _KINDS.items()
    }
    about = action_hits.about(actor, wanted, [*hits[Kind.UNIVERSES], *secrets])
    return _sorted(hits | {Kind.ACTIONS: [*hits[Kind.ACTIONS], *about]}, FEW)


def _sorted(hits: Mapping[Kind, list[Hit]], limit: int) -> list[Group]:
    """The kinds of which something was found, that with the closest first."""
    found = [
        Group(kind, each[:limit], has_more=len(each) > limit) for kind, each in hits.items() if each
    ]
    return sorted(found, key=lambda group: group.hits[0].closeness)
