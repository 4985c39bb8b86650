"""The form that reviews what was changed outside Sealroom."""

from typing import Any
from urllib.parse import unquote

from django import forms
from django.http import QueryDict

from secretsapp.models import User
from secretsapp.secrets.details import NewDetails
from secretsapp.secrets.outside import NOTHING_TICKED, Seen
from secretsapp.web.forms.fields import QUIET, NoteField
from secretsapp.web.forms.ticked import is_number, lines_of

FOUND = "found"
# A universe, a name and what was found of it.
PARTS = 3


class ReviewForm(forms.Form):
    """What was ticked, and what those that are there are to have from now on."""

    is_owner = forms.BooleanField(
        label="Make me the owner",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
    )
    note = NoteField("Replaces the notes of those that you ticked. Leave it empty to keep them.")

    def __init__(self, data: QueryDict | None, person: User) -> None:
        super().__init__(data)
        self._sent, self._person = data, person

    def clean(self) -> dict[str, Any]:
        """Something must be ticked."""
        if not self.seen:
            raise forms.ValidationError(NOTHING_TICKED)
        return self.cleaned_data

    @property
    def seen(self) -> Seen:
        """What the page showed of each that was ticked."""
        lines = lines_of(self._sent, FOUND) if self._sent else []
        marks = [line.split(" ", 2) for line in lines]
        return {
            (int(mark[0]), unquote(mark[1])): mark[2]
            for mark in marks
            if len(mark) == PARTS and is_number(mark[0])
        }

    @property
    def new(self) -> NewDetails:
        """What is to be set; nothing where nothing was entered."""
        is_owner = self.cleaned_data["is_owner"]
        return NewDetails(
            note=self.cleaned_data["note"] or None,
            owner=self._person if is_owner else None,
            sets_owner=is_owner,
        )
