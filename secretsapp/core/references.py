"""What a person pastes to say which universe is meant: an id, or a link of Roblox's own pages."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT

LENGTH_LIMIT = 2000
WHAT_TO_PASTE = (
    "Paste the universe id, the id of one of its places, or the link of the game, such as "
    "https://www.roblox.com/games/… or https://create.roblox.com/dashboard/creations/experiences/…"
)


class Kind(Enum):
    """What a number is the id of; Roblox's numbers alone do not tell."""

    UNIVERSE = auto()
    PLACE = auto()
    EITHER = auto()


@dataclass(frozen=True)
class Reference:
    """The number that was pasted, and what it is the id of."""

    number: int
    kind: Kind


_SCHEME = r"(?:https?://)?"
_LOCALE = r"(?:[a-z]{2}(?:-[a-z]{2})?/)?"
_DASHBOARD = rf"create\.roblox\.com/{_LOCALE}dashboard/creations"
_NUMBER = r"(?P<number>[0-9]{1,19})"
_REST = r"(?:[/?#&].*)?"

# In the Creator Dashboard a place is below its universe, which is what counts.
_FORMS = [
    (re.compile(form, re.IGNORECASE | re.ASCII), kind)
    for form, kind in (
        (_NUMBER, Kind.EITHER),
        (rf"{_SCHEME}{_DASHBOARD}/experiences/{_NUMBER}{_REST}", Kind.UNIVERSE),
        (rf"{_SCHEME}(?:www\.|web\.)?roblox\.com/{_LOCALE}games/{_NUMBER}{_REST}", Kind.PLACE),
        (rf"{_SCHEME}(?:www\.|web\.)?roblox\.com/.*[?&]placeId={_NUMBER}{_REST}", Kind.PLACE),
        (rf"roblox:(?://)?(?:.*[/?&])?placeId={_NUMBER}{_REST}", Kind.PLACE),
    )
]


def parse_reference(text: str) -> Reference:
    """The universe or place in `text`; raises InvalidInput that says what to paste."""
    pasted = text.strip()
    if not pasted:
        raise InvalidInput(WHAT_TO_PASTE, field="universe")
    if len(pasted) <= LENGTH_LIMIT:
        for form, kind in _FORMS:
            found = form.fullmatch(pasted)
            if found and 0 < int(found["number"]) <= UNIVERSE_ID_LIMIT:
                return Reference(int(found["number"]), kind)
    raise InvalidInput(f"That isn’t a universe. {WHAT_TO_PASTE}", field="universe")


WHAT_GROUP_TO_PASTE = "Enter the link of the group, or its ID, which is the number in the link."
_GROUP_FORMS = [
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        _NUMBER,
        rf"{_SCHEME}(?:www\.|web\.)?roblox\.com/{_LOCALE}(?:groups|communities)/{_NUMBER}{_REST}",
        rf"{_SCHEME}create\.roblox\.com/.*[?&]groupId={_NUMBER}{_REST}",
    )
]


def parse_group(text: str) -> int:
    """The id of the group in `text`; raises InvalidInput that says what to paste."""
    pasted = text.strip()
    if len(pasted) <= LENGTH_LIMIT:
        for form in _GROUP_FORMS:
            found = form.fullmatch(pasted)
            if found and 0 < int(found["number"]) <= UNIVERSE_ID_LIMIT:
                return int(found["number"])
    wrong = "That isn’t a group. " if pasted else ""
    raise InvalidInput(f"{wrong}{WHAT_GROUP_TO_PASTE}", field="group")
