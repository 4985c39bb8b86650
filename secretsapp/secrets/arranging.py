"""Which secrets of a list are looked for, and in which order: what is in its address."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self

from django.utils import timezone
from django.utils.http import urlencode

from secretsapp.core.due_states import ASKING, DueState
from secretsapp.core.hints import is_any_host, is_old
from secretsapp.rules.due_dates import dates_of
from secretsapp.secrets.secret_view import SecretView, searchable

ATTENTION, OUTSIDE, OLD = "attention", "outside", "old"
ANY_HOST, NO_OWNER = "any_host", "no_owner"
TO_ROTATE = "to_rotate"
BY_NAME = "name"
LONGEST_SEARCH = 200
# In a list of more secrets one looks for how their names begin; of those, so many are offered.
MANY, PREFIXES_AT_MOST = 100, 8
NEVER = datetime.min.replace(tzinfo=UTC)


def due_state(view: SecretView) -> DueState:
    """Whether it is to be rotated, by the policies that cover it."""
    return dates_of(view.secret).state(timezone.now().date())


_KEYS: dict[str, Callable[[SecretView], Any]] = {
    BY_NAME: lambda view: (view.secret.name.lower(), view.secret.name),
    "changed": lambda view: view.changed_at or NEVER,
    "who": lambda view: view.changed_by.lower(),
    "owner": lambda view: view.owner_name.lower(),
}

# Of which secrets a list can be, beside all of them.
STATES: dict[str, Callable[[SecretView], bool]] = {
    ATTENTION: lambda view: view.needs_attention,
    OUTSIDE: lambda view: view.is_changed_outside,
    TO_ROTATE: lambda view: due_state(view) in ASKING,
    ANY_HOST: lambda view: is_any_host(view.secret.domain),
    OLD: lambda view: is_old(view.secret.update_time, timezone.now()),
    NO_OWNER: lambda view: view.is_without_owner,
}


@dataclass(frozen=True)
class Wanted:
    """What a list is to show; nothing set shows all of it by name.

    `search` is words, each a part of the name or of the note's first line, in any order; one that
    ends in a star is how the name begins. `sort` is a column, with a hyphen before it for the other
    direction, `state` empty or one of `STATES`.
    """

    search: str = ""
    sort: str = BY_NAME
    state: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """What an address or a form asks for; what no one can ask for is left out."""
        sort, state = query.get("sort", ""), query.get("state", "")
        return cls(
            search=query.get("q", "").strip()[:LONGEST_SEARCH],
            sort=sort if sort.removeprefix("-") in _KEYS else BY_NAME,
            state=state if state in STATES else "",
        )

    @property
    def query(self) -> str:
        """The same as the end of an address: empty, or with a question mark before it."""
        parts = {
            "q": self.search,
            "sort": "" if self.sort == BY_NAME else self.sort,
            "state": self.state,
        }
        given = urlencode({name: text for name, text in parts.items() if text})
        return f"?{given}" if given else ""

    @property
    def is_descending(self) -> bool:
        """Whether the column is sorted the other way round."""
        return self.sort.startswith("-")

    @property
    def column(self) -> str:
        """The column that is sorted by."""
        return self.sort.removeprefix("-")

    def sorted_by(self, column: str) -> Self:
        """The same by that column, and the other way round where it is by that one already."""
        return replace(self, sort=f"-{column}" if self.sort == column else column)

    def in_state(self, state: str) -> Self:
        """The same, of all secrets or of those in that state."""
        return replace(self, state=state)

    @cached_property
    def words(self) -> list[str]:
        """What is searched for, a word at a time and as `SecretView.searched` is written."""
        return searchable(self.search).split()

    def beginning(self, prefix: str) -> Self:
        """The same, of secrets whose names begin so; again without, where that is so already."""
        word = f"{prefix}*"
        return replace(self, search="" if self.search == word else word)

    def shows(self, view: SecretView) -> bool:
        """Whether the secret is looked for."""
        if self.state and not STATES[self.state](view):
            return False
        return self.finds(view.searched)

    def finds(self, searched: str) -> bool:
        """Whether every word is in what a search looks through."""
        return all(_has(searched, word) for word in self.words)


def _has(text: str, word: str) -> bool:
    return text.startswith(word[:-1]) if word.endswith("*") else word in text


def places(views: list[SecretView]) -> list[dict[str, int]]:
    """The place of each by each column, for a page to sort by; equals share one."""
    by_column = {column: _ranks(list(map(key, views))) for column, key in _KEYS.items()}
    return [
        dict(zip(by_column, ranks, strict=True)) for ranks in zip(*by_column.values(), strict=True)
    ]


def _ranks(keys: list[Any]) -> list[int]:
    rank = {key: place for place, key in enumerate(sorted(set(keys)))}
    return [rank[key] for key in keys]


def prefixes(views: Sequence[SecretView]) -> list[tuple[str, int]]:
    """How most names of a long list begin, each with how many do so, the most first."""
    counts: Counter[str] = Counter()
    written: dict[str, str] = {}
    for view in views if len(views) > MANY else ():
        head, line, _ = searchable(view.secret.name).partition("_")
        if head and line:
            counts[head] += 1
            written.setdefault(head, f"{view.secret.name[: len(head)]}_")
    most = sorted(counts, key=lambda head: (-counts[head], head))[:PREFIXES_AT_MOST]
    return [(written[head], counts[head]) for head in most if counts[head] > 1]


def states_of(view: SecretView) -> list[str]:
    """In which states the secret is."""
    return [state for state, is_in in STATES.items() if is_in(view)]


def arranged(views: list[SecretView], wanted: Wanted) -> list[SecretView]:
    """All of them in the wanted order; within the same, by name.

    By name the closest to the first word that is searched for come first.
    """
    by_name = sorted(views, key=_KEYS[BY_NAME])
    if wanted.sort == BY_NAME:
        first = next(iter(wanted.words), "").removesuffix("*")
        return sorted(by_name, key=lambda view: farness(view.searched, first))
    return sorted(by_name, key=_KEYS[wanted.column], reverse=wanted.is_descending)


def farness(text: str, word: str) -> int:
    """How far a name with its note is from a word that is searched for, 0 being the closest.

    It is found where the name begins, where one of its words does, within it, or not in the name.
    """
    name, _, _ = text.partition("\n")
    place = name.find(word)
    if place < 0:
        return 3
    return 0 if place == 0 else 1 if name[place - 1] == "_" else 2
