"""The form that gives one value to many universes, and the ones that look for them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from secretsapp.batches.everywhere import Choice, Where
from secretsapp.batches.planning import MARK_LENGTH, Planned
from secretsapp.core import binding
from secretsapp.core.labels import REASON_LIMIT
from secretsapp.models.secrets import ChangeKind
from secretsapp.models.universes import Environment
from secretsapp.web.environments import owner_words
from secretsapp.web.forms.fields import QUIET, mono_input
from secretsapp.web.forms.secrets import REACHES, DomainForm, ValueForm

KEEP, REST = "keep", "rest"
# More than these no one looks through one by one.
ROWS_AT_MOST = 100
_WHATS = ("rotated", "created", "proposed", "can’t be done")
CHANGED = (
    "Something has changed since you opened this page, so nothing was sent. Check what would "
    "happen now."
)
WHERES = [
    (Where.THERE, "Where the secret is"),
    (Where.MISSING, "Where it’s missing"),
    (Where.ALL, "All universes"),
]


class WhichForm(forms.Form):
    """Which secret, and among which universes to choose."""

    name = forms.CharField(label="Name of the secret", required=False, widget=mono_input())
    where = forms.ChoiceField(
        label="Universes",
        required=False,
        choices=WHERES,
        widget=forms.Select({"class": "form-select"}),
    )
    environment = forms.ChoiceField(
        label="Environment",
        required=False,
        choices=[("", "Any"), *[each for each in Environment.choices if each[0]]],
        widget=forms.Select({"class": "form-select"}),
    )

    owner = forms.ChoiceField(
        label="Owner", required=False, widget=forms.Select({"class": "form-select"})
    )

    def __init__(
        self, data: Mapping[str, Any] | None, owners: Sequence[str], **options: Any
    ) -> None:
        # The form below is about a secret too, whose fields scripts find by their names.
        super().__init__(data, auto_id="which-%s", **options)
        choices = [("", "Any"), *((each, owner_words(each)) for each in owners)]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]
        if len(owners) < 2:
            del self.fields["owner"]

    @property
    def choice(self) -> Choice:
        """The universes that are wanted; what makes no sense asks for where the secret is."""
        self.is_valid()
        found = self.cleaned_data
        where = Where(found.get("where") or Where.THERE)
        return Choice(where, found.get("environment") or "", found.get("owner") or "")

    @property
    def secret(self) -> str:
        """The name that is looked for; what can't be one is nothing."""
        self.is_valid()
        return self.cleaned_data.get("name") or ""


class EverywhereForm(DomainForm, ValueForm):
    """One value, its allowed host, and why."""

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=REASON_LIMIT,
        widget=forms.TextInput(QUIET | {"class": "form-control"}),
        help_text="Optional. For the audit log, and for those who approve proposals.",
    )

    field_order = ("value", "as_typed", "reach", "domain", "reason")

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial={"reach": KEEP})
        self.fields["reach"].choices = [  # type: ignore[attr-defined]
            (KEEP, "Each secret keeps its own"),
            *REACHES,
        ]
        self.fields["value"].label = "New value"


def tick_of(planned: Planned) -> str:
    """What is sent for a row that is ticked: the universe, and what its row said."""
    return f"{planned.universe.pk}-{planned.mark}"


@dataclass(frozen=True)
class Rest:
    """The universes beyond those that have a row of their own; they are ticked as one."""

    rows: Sequence[Planned]

    @property
    def tick(self) -> str:
        """What is sent where they are ticked: what their rows would say."""
        said = binding.digest("rest of a plan", *map(tick_of, self.rows))
        return f"{REST}-{said[:MARK_LENGTH]}"

    @property
    def doable(self) -> list[Planned]:
        """Those of them that can be done."""
        return [row for row in self.rows if not row.refused]

    @property
    def told(self) -> str:
        """What would happen in them: `900 rotated, 12 proposed, 3 can’t be done`."""
        counts = Counter(map(_what, self.rows))
        return ", ".join(f"{counts[what]} {what}" for what in _WHATS if what in counts)


def _what(row: Planned) -> str:
    if row.refused:
        return "can’t be done"
    if row.needs_approval:
        return "proposed"
    return "created" if row.kind is ChangeKind.CREATE else "rotated"


def parted(rows: Sequence[Planned]) -> tuple[Sequence[Planned], Rest]:
    """Those with a row of their own, and the rest."""
    return rows[:ROWS_AT_MOST], Rest(rows[ROWS_AT_MOST:])


def ticked(rows: Sequence[Planned], ticks: Iterable[str]) -> tuple[list[Planned], bool]:
    """The rows that were ticked, and whether each still says what it said then."""
    marks = {pk: mark for pk, _, mark in (tick.partition("-") for tick in ticks)}
    shown, rest = parted(rows)
    said = marks.pop(REST, None)
    found = [row for row in shown if str(row.universe.pk) in marks]
    is_same = all(marks[str(row.universe.pk)] == row.mark for row in found)
    is_whole = is_same and len(found) == len(marks)
    if said is None:
        return found, is_whole
    return [*found, *rest.doable], is_whole and rest.tick == f"{REST}-{said}"
