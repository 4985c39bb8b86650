"""What pages call how far along a secret is, and how they mark it."""

from datetime import date

from secretsapp.core.due_states import DueState
from secretsapp.core.times import age, start_of_day
from secretsapp.models import Universe
from secretsapp.models.universes import Environment

KIND_WORDS = {
    DueState.OVERDUE: "Overdue",
    DueState.DUE: "Due",
    DueState.SOON: "Due soon",
    DueState.SNOOZED: "Snoozed",
    DueState.UNKNOWN: "Age unknown",
    DueState.IN_TIME: "On time",
    DueState.UNCOVERED: "No due date",
}
# A chip speaks only where something is not as usual.
TONES = {
    DueState.OVERDUE: "chip-red",
    DueState.DUE: "chip-amber",
    DueState.SOON: "",
    DueState.SNOOZED: "",
    DueState.UNKNOWN: "",
}
# The chips of a list, as they are written; on time is as usual.
CHIPS = {
    state: f'<span class="chip {tone}">{KIND_WORDS[state]}</span>' for state, tone in TONES.items()
}


def day(when: date) -> str:
    """A day in words."""
    return f"{when.day} {when:%b %Y}"


def since_or_on(when: date, today: date) -> str:
    """When it is due in words, such as `in 3 days` or `2 years ago`, for who reads a list."""
    days = (when - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    return f"in {days} days" if days > 0 else age(start_of_day(when), start_of_day(today))


def of_place(universe: Universe | None, environment: str) -> str:
    """The place of a policy in words."""
    if universe:
        return universe.name
    return Environment(environment).label if environment else "all universes"
