"""The forms of several secrets at once: their note and owner, and that they are to be deleted."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms

from secretsapp.core import labels
from secretsapp.models import User
from secretsapp.secrets.details import NewDetails
from secretsapp.web.forms.creation import NOTE_HELP
from secretsapp.web.forms.details import owner_field
from secretsapp.web.forms.fields import QUIET, NoteField, mono_input


class SeveralDetailsForm(forms.Form):
    """A note, an owner, or both for several secrets; what isn't ticked stays as it is."""

    sets_note = forms.BooleanField(
        label="Replace the note",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
    )
    note = NoteField(NOTE_HELP)
    sets_owner = forms.BooleanField(
        label="Replace the owner",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
    )

    def __init__(self, people: Iterable[User], data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.fields["owner"], _ = owner_field(list(people))

    def clean(self) -> dict[str, Any]:
        """One of the two has to be ticked."""
        cleaned = super().clean() or {}
        if not (cleaned.get("sets_note") or cleaned.get("sets_owner")):
            raise forms.ValidationError("Tick what you want to replace: the note or the owner.")
        return cleaned

    @property
    def new(self) -> NewDetails:
        """What was entered."""
        entered = self.cleaned_data
        return NewDetails(
            note=entered["note"] if entered["sets_note"] else None,
            owner=entered["owner"] if entered["sets_owner"] else None,
            sets_owner=entered["sets_owner"],
        )


class SeveralDeletedForm(forms.Form):
    """How many secrets are to be deleted, or what they are called, typed to confirm."""

    typed = forms.CharField(required=False, widget=mono_input())
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=labels.REASON_LIMIT,
        widget=forms.TextInput(QUIET | {"class": "form-control"}),
        help_text="Why they are deleted. The audit log keeps it.",
    )

    def __init__(self, names: Collection[str], data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self._names = names
        self.fields["typed"].label = f"Type {len(names)}, or their names, to confirm"

    def clean_typed(self) -> str:
        """Only the very number confirms, or each of the names."""
        typed: str = self.cleaned_data["typed"].strip()
        named = set(typed.replace(",", " ").split())
        if typed == str(len(self._names)) or named == set(self._names):
            return typed
        raise forms.ValidationError(f"Type {len(self._names)}: so many would be deleted.")
