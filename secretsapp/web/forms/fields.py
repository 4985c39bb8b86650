"""Fields that keep a value to themselves, and the attributes that keep helpers off a form."""

from typing import Any

from django import forms

from secretsapp.core import input_rules
from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.times import parse_roblox_time

# Neither the browser nor a password manager is to keep, correct or offer what is typed.
QUIET = {
    "autocapitalize": "off",
    "autocomplete": "off",
    "autocorrect": "off",
    "data-1p-ignore": "true",
    "data-bwignore": "true",
    "data-lpignore": "true",
    "spellcheck": "false",
}

PEOPLE_TO_CHOOSE_FROM = 100


class UnshownTextarea(forms.Textarea):
    """A text area that never shows a value, whatever it was bound to."""

    def format_value(self, value: Any) -> None:
        """Nothing, always."""


class NoteField(forms.CharField):
    """A note of several lines, which end as they are stored: browsers send others (HTML standard).

    Otherwise a note that nobody touched would be told in the log as a change.
    """

    def __init__(self, help_text: str) -> None:
        attributes = QUIET | {"class": "form-control", "rows": "3"}
        widget = forms.Textarea(attributes)
        super().__init__(label="Note", required=False, widget=widget, help_text=help_text)

    def to_python(self, value: Any) -> str:
        """The text with line feeds alone at the ends of its lines."""
        return str(super().to_python(value)).replace("\r\n", "\n")


class PlaintextField(forms.Field):
    """The value of a secret as it was typed, which comes out as a Plaintext alone."""

    def __init__(self) -> None:
        attributes = QUIET | {"class": "form-control masked mono", "rows": "3", "wrap": "soft"}
        super().__init__(
            label="Value",
            help_text="It can never be shown again, in Sealroom or at Roblox.",
            widget=UnshownTextarea(attributes),
            # An empty value is refused below, in the words of the rule.
            required=False,
        )

    def clean(self, value: Any) -> Plaintext:
        """Exactly what was typed; raises ValidationError where a rule forbids it."""
        try:
            plaintext = Plaintext.from_form(value or "")
            input_rules.check_value(plaintext)
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return plaintext

    def bound_data(self, data: Any, initial: Any) -> None:
        """Nothing is shown again after an error."""


class AsTypedField(forms.BooleanField):
    """The word that a value which looks unintended is meant; it holds for that value alone."""

    def __init__(self) -> None:
        super().__init__(
            label="Use as typed",
            required=False,
            widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
        )

    def bound_data(self, data: Any, initial: Any) -> bool:
        """Not ticked after an error: the value is another one then."""
        return False


class AskRobloxField(forms.BooleanField):
    """The consent that Roblox is asked about a key of its own; it holds for that value alone."""

    def __init__(self) -> None:
        super().__init__(
            label="Ask Roblox about this key once, and note when it expires",
            required=False,
            widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
        )

    def bound_data(self, data: Any, initial: Any) -> bool:
        """Not ticked after an error: the value is another one then."""
        return False


class VersionField(forms.CharField):
    """The time at which Roblox says the secret was last changed, as the person saw it."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=40, widget=forms.HiddenInput)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was sent if it is a time; anything else is nothing to send back again."""
        return data if parse_roblox_time(str(data)) else initial


class SeenField(forms.CharField):
    """The version of what the person saw when the form was opened."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=64, widget=forms.HiddenInput)


def text_input(**attributes: str) -> forms.TextInput:
    """A quiet input of one line."""
    return forms.TextInput(QUIET | {"class": "form-control"} | attributes)


def mono_input(**attributes: str) -> forms.TextInput:
    """A quiet input of one line for what is written letter by letter, such as a name at Roblox."""
    return text_input(**{"class": "form-control mono"} | attributes)


def choice_of_people(count: int) -> forms.Widget:
    """A list of so many people to choose from; of more than fit, a field for the email address."""
    if count <= PEOPLE_TO_CHOOSE_FROM:
        return forms.Select(QUIET | {"class": "form-select"})
    return forms.EmailInput(QUIET | {"class": "form-control", "placeholder": "Email address"})
