"""The form of a value that the server makes: how long, and of what."""

from typing import Any

from django import forms

from secretsapp.core import generating
from secretsapp.core.generating import Alphabet
from secretsapp.core.plaintext import Plaintext
from secretsapp.web.forms.fields import QUIET

LENGTH = f"Choose a length from {generating.SHORTEST} to {generating.LONGEST:,}."
# They belong to no form: they neither hold up nor go with the one around them.
APART = QUIET | {"form": "generate-apart"}
ALPHABETS = [(alphabet.word, alphabet.label) for alphabet in Alphabet]


class GenerateForm(forms.Form):
    """What a value is to be like; the fields stand inside the form that seals it."""

    length = forms.IntegerField(
        label="Length",
        initial=generating.DEFAULT_LENGTH,
        min_value=generating.SHORTEST,
        max_value=generating.LONGEST,
        widget=forms.NumberInput(APART | {"class": "form-control"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), LENGTH),
    )
    alphabet = forms.ChoiceField(
        label="Made of",
        choices=ALPHABETS,
        widget=forms.Select(APART | {"class": "form-select"}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose what it is made of."),
    )

    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="generate")

    def value(self) -> Plaintext:
        """A new value, another one each time; the form is to be valid."""
        alphabet = generating.alphabet_of(self.cleaned_data["alphabet"])
        return generating.generate(self.cleaned_data["length"], alphabet)
