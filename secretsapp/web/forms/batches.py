"""The form that gives one value to many universes, and the ones that look for them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from secretsapp.batches.everywhere import Choice, Where
from secretsapp.batches.planning import Planned
from secretsapp.core.labels import REASON_LIMIT
from secretsapp.models.universes import Environment
from secretsapp.web.environments import owner_words
from secretsapp.web.forms.fields import QUIET, mono_input
from secretsapp.web.forms.secrets import REACHES, DomainForm, ValueForm

KEEP = "keep"
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


def ticked(rows: Iterable[Planned], ticks: Iterable[str]) -> tuple[list[Planned], bool]:
    """The rows that were ticked, and whether each still says what it said then."""
    parted = (tick.partition("-") for tick in ticks)
    marks = {pk: mark for pk, _, mark in parted}
    found = [row for row in rows if str(row.universe.pk) in marks]
    is_same = all(marks[str(row.universe.pk)] == row.mark for row in found)
    return found, is_same and len(found) == len(marks)
