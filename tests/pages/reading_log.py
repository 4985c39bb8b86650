"""What stands on a page of the audit log, and a log to be read there."""

import re

from secretsapp.models import Universe
from secretsapp.secrets import details
from tests.stage import Cast


def sequences(page: str) -> list[int]:
    """The numbers of the events on a page, in the order they stand there."""
    return [int(number) for number in re.findall(r'id="event-(\d+)"', page)]


def link_to(page: str, part: str) -> str:
    """The first address in which that stands."""
    addresses: list[str] = re.findall(r'href="([^"]*)"', page)
    return next(each for each in addresses if part in each).replace("&amp;", "&")


def fill_log(universe: Universe, cast: Cast, events: int) -> None:
    """So many events more."""
    secret = universe.secrets.get(name="PAY_KEY")
    for number in range(events):
        details.edit(
            actor=cast["editor"].actor,
            universe=universe,
            secret=secret,
            note=f"note {number}",
            owner=None,
        )
