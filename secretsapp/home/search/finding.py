"""Search over everything an actor may see, the closest first and no more than can be looked at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.home.search import other_hits, page_hits, secret_hits
from secretsapp.home.search.hits import Hit, Kind
from secretsapp.home.search.wanted import Wanted, read

# Of each kind among all the others, and of one kind alone.
FEW = 8
MANY = 100

_KINDS: dict[Kind, Callable[..., list[Hit]]] = {
    Kind.PAGES: page_hits.find,
    Kind.UNIVERSES: other_hits.universes,
    Kind.SECRETS: secret_hits.find,
    Kind.PEOPLE: other_hits.people,
    Kind.API_KEYS: other_hits.api_keys,
}


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `has_more` where there is more of it than that."""

    kind: Kind
    hits: list[Hit]
    has_more: bool


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
        return any(group.has_more for group in self.groups)


def find(actor: Actor, text: str, *, kind: Kind | None = None) -> Found:
    """What the text is found in that the actor may see: few of each kind, or many of one.

    Words count in any order, capitals and what is between them do not. A text like `PAY_*` finds
    the secrets that a grant of that pattern covers. Where nothing fits, one slip of the finger in
    each word is forgiven. A text that can stand nowhere finds nothing.
    """
    wanted = read(text)
    if wanted is None:
        return Found([])
    kinds = [kind] if kind else list(Kind)
    limit = MANY if kind else FEW
    groups = _groups(actor, wanted, kinds, limit)
    if groups or not wanted.may_slip:
        return Found(groups)
    return Found(_groups(actor, wanted.forgiving(), kinds, limit), is_near=True)


def _groups(actor: Actor, wanted: Wanted, kinds: Iterable[Kind], limit: int) -> list[Group]:
    """The kinds of which something was found, that with the closest first."""
    found = []
    for kind in [Kind.SECRETS] if wanted.pattern else kinds:
        hits = _KINDS[kind](actor, wanted, limit=limit + 1)
        if hits:
            found.append(Group(kind, hits[:limit], has_more=len(hits) > limit))
    return sorted(found, key=lambda group: group.hits[0].closeness)
