"""Runs of nearly equal events, which are shown as one row that opens to the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from secretsapp.log.event_view import EventView

# So many in a row are a run.
SHORTEST = 4


@dataclass(frozen=True)
class Run:
    """An event, and the older ones behind it that tell nearly the same."""

    newest: EventView
    others: list[EventView]

    @property
    def day(self) -> object:
        """The day of all of them, in UTC."""
        return self.newest.day

    @property
    def began_at(self) -> object:
        """When the first of them happened."""
        return self.others[-1].time if self.others else self.newest.time


def runs(events: Iterable[EventView]) -> list[Run]:
    """The events in their order: alone, or several of one actor that differ in little else.

    What wants to be looked at, and what is open, stands alone.
    """
    found: list[Run] = []
    for _, alike in groupby(events, _likeness):
        several = list(alike)
        if len(several) < SHORTEST or several[0].severity == "warning" or several[0].is_open:
            found += [Run(event, []) for event in several]
        else:
            found.append(Run(several[0], several[1:]))
    return found


def _likeness(event: EventView) -> tuple[object, ...]:
    who = (event.actor_kind, event.actor_id, event.actor_name, event.run_by)
    how = (event.door, event.address)
    return (event.tag, event.universe_id, event.day, event.is_open, *who, *how)
