"""Refusals, put together by who was refused what: each would be a line that tells nothing new."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from secretsapp.core.events import EVENTS
from secretsapp.core.events.kinds import Result
from secretsapp.log.event_view import EventView, with_secret

TAGS = frozenset(event.tag for event in EVENTS if event.result is Result.REFUSED)
# Of a flood no more than its newest are read and counted.
READ_AT_MOST = 200


@dataclass(frozen=True)
class Refusals:
    """The same refusal of the same actor in a universe, `count` times; `newest` is the last one."""

    newest: EventView
    count: int
    since: datetime | None
    names: int

    @property
    def is_of_one_secret(self) -> bool:
        """Whether all of them were about a single secret, which can be named."""
        return self.names == 1 and bool(self.newest.secret_name)

    def with_secret(self) -> "Refusals":
        """The same, with the name of the secret in the sentence where it is a single one."""
        return replace(self, newest=with_secret(self.newest)) if self.is_of_one_secret else self


def grouped(events: Iterable[EventView]) -> list[Refusals]:
    """The refusals, newest first, as groups in the order of their newest."""
    by_kind: dict[tuple[str, str, str, int | None], list[EventView]] = {}
    for event in events:
        kind = event.actor_name, event.run_by, event.sentence, event.universe_id
        by_kind.setdefault(kind, []).append(event)
    return [_group(alike) for alike in by_kind.values()]


def _group(alike: list[EventView]) -> Refusals:
    names = {event.secret_name for event in alike}
    return Refusals(alike[0], count=len(alike), since=alike[-1].time, names=len(names))
