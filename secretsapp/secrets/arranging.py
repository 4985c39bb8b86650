"""Which secrets of a list are looked for, and in which order: what stands in its address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from django.utils.http import urlencode

from secretsapp.secrets.listing import SecretView

ATTENTION = "attention"
BY_NAME = "name"
LONGEST_SEARCH = 200
NEVER = datetime.min.replace(tzinfo=UTC)

_KEYS: dict[str, Callable[[SecretView], Any]] = {
    BY_NAME: lambda view: (view.secret.name.lower(), view.secret.name),
    "changed": lambda view: view.changed_at or NEVER,
    "who": lambda view: view.changed_by.lower(),
}


@dataclass(frozen=True)
class Wanted:
    """What a list is to show; nothing set shows all of it by name.

    `search` is a part of the name or of the note's first line, `sort` a column, with a hyphen
    before it for the other direction, `state` empty or `attention`.
    """

    search: str = ""
    sort: str = BY_NAME
    state: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """What an address or a form asks for; what nobody can ask for is left out."""
        sort, state = query.get("sort", ""), query.get("state", "")
        return cls(
            search=query.get("q", "").strip()[:LONGEST_SEARCH],
            sort=sort if sort.removeprefix("-") in _KEYS else BY_NAME,
            state=state if state == ATTENTION else "",
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
        """The same, of all secrets or of those that need attention."""
        return replace(self, state=state)

    def shows(self, view: SecretView) -> bool:
        """Whether the secret is looked for."""
        if self.state and not view.needs_attention:
            return False
        return self.search.lower() in view.searched


def places(views: list[SecretView]) -> list[dict[str, int]]:
    """Where each stands by each column, for a page to sort by; equals stand at one place."""
    by_column = {column: _ranks(list(map(key, views))) for column, key in _KEYS.items()}
    return [
        dict(zip(by_column, ranks, strict=True)) for ranks in zip(*by_column.values(), strict=True)
    ]


def _ranks(keys: list[Any]) -> list[int]:
    rank = {key: place for place, key in enumerate(sorted(set(keys)))}
    return [rank[key] for key in keys]


def arranged(views: list[SecretView], wanted: Wanted) -> list[SecretView]:
    """All of them in the wanted order; within the same, by name."""
    by_name = sorted(views, key=_KEYS[BY_NAME])
    return sorted(by_name, key=_KEYS[wanted.column], reverse=wanted.is_descending)
