"""The form that creates a secret."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django import forms

from secretsapp.core import input_rules, labels
from secretsapp.core.errors import InvalidInput, SimilarName
from secretsapp.web.forms.fields import QUIET, NoteField, mono_input
from secretsapp.web.forms.secrets import AskingForm, DomainForm, begin_at

NOTE_HELP = (
    "What it is for and who issued it. Never the value: everyone who can list "
    "the secret can read the note."
)


class CreateForm(DomainForm, AskingForm):
    """A new secret."""

    name = forms.CharField(
        label="Name",
        required=False,
        # Without a longest length: a browser would cut what is pasted and say nothing.
        widget=mono_input(placeholder="PAYMENT_API_KEY"),
        help_text="Letters, digits and underscores, not starting with a digit. It can’t be "
        "changed later.",
    )
    similar_is_meant = forms.BooleanField(
        label="Create it anyway",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
    )

    note = NoteField(NOTE_HELP)
    is_mine = forms.BooleanField(
        label="Make me the owner",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
    )

    field_order = ("name", "similar_is_meant", "value", "as_typed", "reach", "domain")

    # What the page looks for while someone types a name, and whether it was nearly another's.
    name_faults = tuple(input_rules.NameFault)
    is_similar = False

    def __init__(
        self, data: Mapping[str, Any] | None, names: Sequence[str], name: str = ""
    ) -> None:
        proposed = name if input_rules.is_documented_name(name) else ""
        super().__init__(data, initial={"name": proposed})
        self.names = names
        begin_at(self, "value" if proposed else "name")

    @contextmanager
    def asking_whether_similar_is_meant(self) -> Iterator[None]:
        """Where the name is nearly that of another, ask in the form whether it is meant."""
        try:
            yield
        except SimilarName as refusal:
            self.is_similar = True
            raise SimilarName(
                f"{refusal} If you want another secret, tick “Create it anyway”.",
                field="name",
            ) from None

    def clean_note(self) -> str:
        """The note, if it can be stored: once the secret is made it is too late to ask again."""
        note: str = self.cleaned_data["note"]
        try:
            labels.check_remark(note, field="note", limit=labels.NOTE_LIMIT)
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return note

    def clean_name(self) -> str:
        """The name, if Roblox accepts it."""
        name: str = self.cleaned_data["name"]
        try:
            input_rules.check_name(name)
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return name
