"""The forms of API keys: a key is taken in and never shown again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django import forms

from secretsapp.api_keys.stored_keys import version
from secretsapp.core import blanks, input_rules, labels
from secretsapp.core.errors import DoubtfulKey, InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.times import end_of_day
from secretsapp.models import ApiKey
from secretsapp.web.forms.fields import QUIET, NoteField, SeenField, UnshownTextarea, text_input

FIRST_NAME = "Sealroom"
UNTESTED = "Save it without a check"


class KeyField(forms.Field):
    """An API key as it was pasted, which comes out as a Plaintext alone."""

    def __init__(self) -> None:
        attributes = QUIET | {"class": "form-control masked mono", "rows": "3"}
        super().__init__(
            label="API key",
            help_text="Stored encrypted, and never shown again.",
            widget=UnshownTextarea(attributes),
            # An empty key is refused below, in the words of the rule.
            required=False,
        )

    def clean(self, value: Any) -> Plaintext:
        """What was pasted, less one line ending; raises ValidationError where it is no text."""
        pasted = str(value or "").replace("\r\n", "\n")
        try:
            return Plaintext.from_text(pasted.removesuffix("\n"))
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def bound_data(self, data: Any, initial: Any) -> None:
        """Nothing is shown again after an error."""


class UntestedField(forms.BooleanField):
    """The word that a key is to be stored whatever Roblox says; it holds for that key alone."""

    def __init__(self) -> None:
        widget = forms.CheckboxInput(QUIET | {"class": "form-check-input"})
        super().__init__(label=UNTESTED, required=False, widget=widget)

    def bound_data(self, data: Any, initial: Any) -> bool:
        """Not ticked after an error: the key is another one then."""
        return False


class KeyForm(forms.Form):
    """A key without the blanks around it; `told` says that there were some."""

    value = KeyField()
    is_meant = UntestedField()
    told = ""
    # Whether Roblox said that the key is no good, and it is asked whether it is meant.
    is_doubtful = False

    @contextmanager
    def asking_whether_meant(self) -> Iterator[None]:
        """Where Roblox says that the key is no good, ask in the form whether it is meant."""
        try:
            yield
        except DoubtfulKey as refusal:
            self.is_doubtful = True
            raise DoubtfulKey(
                f"{refusal} To save it anyway, paste it again and tick “{UNTESTED}”.",
                field="value",
            ) from None

    def clean_value(self) -> Plaintext:
        """The key itself; raises ValidationError where it can be none."""
        api_key, self.told = blanks.without_blanks(self.cleaned_data["value"])
        try:
            input_rules.check_api_key(api_key)
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return api_key


class EndField(forms.DateField):
    """The day on which a key ends, as the end of that day in UTC."""

    def __init__(self) -> None:
        super().__init__(
            label="Expires on",
            required=False,
            widget=forms.DateInput(QUIET | {"class": "form-control", "type": "date"}, "%Y-%m-%d"),
            help_text="Optional. Sealroom warns you before this day, which ends at 23:59 UTC.",
            error_messages={"invalid": "Enter the day as 2027-01-31, or leave it empty."},
        )

    def clean(self, value: Any) -> datetime | None:
        """The time, or None where there is no end."""
        day: date | None = super().clean(value)
        return end_of_day(day) if day else None


class NamedForm(forms.Form):
    """What a key, or an access in its place, is called, and a note."""

    name = forms.CharField(
        label="Name",
        required=False,
        widget=text_input(maxlength=str(labels.LABEL_LIMIT)),
    )
    note = NoteField("Whose it is, and who can create another. Never the key.")


class ConnectForm(NamedForm):
    """An access by OAuth that is to be connected."""

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, auto_id="connect_%s")
        self.fields["note"].help_text = "Whose account at Roblox it is, and who can connect again."


class WordsForm(NamedForm):
    """What people write beside a key."""

    ends_at = EndField()


class AddKeyForm(WordsForm, KeyForm):
    """A new key."""

    field_order = ("name", "value", "is_meant", "ends_at", "note")

    def __init__(self, data: Mapping[str, Any] | None, *, is_first: bool) -> None:
        initial = {"name": FIRST_NAME} if is_first else {}
        super().__init__(data, initial=initial, auto_id="key_%s")


class EditKeyForm(WordsForm):
    """What is said of a key that is here; when an access by OAuth ends, nobody says."""

    seen = SeenField()

    def __init__(self, api_key: ApiKey, data: Mapping[str, Any] | None) -> None:
        self._stored = api_key.ends_at
        super().__init__(data, initial=_words_of(api_key), auto_id="key_%s")
        self.fields["ends_at"].disabled = api_key.is_oauth

    def clean_ends_at(self) -> datetime | None:
        """The end; a day that was left alone keeps the hour that Roblox told."""
        entered: datetime | None = self.cleaned_data["ends_at"]
        if entered and self._stored and entered.date() == self._stored.date():
            return self._stored
        return entered

    def start_again(self, api_key: ApiKey) -> None:
        """Forget what was typed and show what holds now: the person is told that it changed."""
        self.data = _words_of(api_key)


def _words_of(api_key: ApiKey) -> dict[str, Any]:
    return {
        "name": api_key.name,
        "note": api_key.note,
        "ends_at": api_key.ends_at,
        "seen": version(api_key),
    }


class ReplaceKeyForm(KeyForm):
    """Another value for a key; the old end goes with the old value."""

    ends_at = EndField()

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, auto_id="key_%s")
