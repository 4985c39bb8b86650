"""Pages of a list of names, and the opaque cursors between them."""

import base64
import binascii
from dataclasses import dataclass

FORWARD = "n"
BACKWARD = "p"


class BadCursor(Exception):
    """The cursor was not made here, or not for this universe."""


@dataclass(frozen=True)
class Page:
    """Some names in order, and the cursors to the pages on either side, if there are any."""

    names: list[str]
    next_cursor: str | None
    previous_cursor: str | None


def page_of(names: list[str], cursor: str, limit: int, universe_id: int) -> Page:
    """The page of the sorted names that the cursor points at; an empty one means the first.

    A cursor is at a name rather than at a number, so that no name is skipped or told twice
    when others come and go between two pages. Raises BadCursor.
    """
    direction, name = _decode(cursor, universe_id) if cursor else (FORWARD, "")
    if direction == FORWARD:
        page = [found for found in names if found > name][:limit]
    else:
        page = [found for found in names if found < name][-limit:]
    if not page:
        return Page([], None, None)
    return Page(
        page,
        _encode(FORWARD, page[-1], universe_id) if page[-1] != names[-1] else None,
        _encode(BACKWARD, page[0], universe_id) if page[0] != names[0] else None,
    )


def _encode(direction: str, name: str, universe_id: int) -> str:
    content = f"{universe_id}:{name}".encode()
    return direction + base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _decode(cursor: str, universe_id: int) -> tuple[str, str]:
    direction, content = cursor[:1], cursor[1:]
    padding = "=" * (-len(content) % 4)
    try:
        text = base64.b64decode(content + padding, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise BadCursor from None
    owner, _, name = text.partition(":")
    if direction not in (FORWARD, BACKWARD) or owner != str(universe_id) or not name:
        raise BadCursor
    return direction, name
