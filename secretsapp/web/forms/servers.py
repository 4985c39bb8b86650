"""The forms about game servers: restart them, and choose the key for them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from secretsapp.core.labels import REASON_LIMIT
from secretsapp.models import ApiKey, Universe
from secretsapp.servers.restarts import Forecast
from secretsapp.web.forms.fields import QUIET, SeenField, text_input
from secretsapp.web.forms.proposals import to_propose

BLEED_OFF = [
    ("", "None: servers end at once"),
    ("1", "1 minute"),
    ("5", "5 minutes"),
    ("10", "10 minutes"),
    ("30", "30 minutes"),
    ("60", "1 hour"),
    ("240", "4 hours"),
]
NO_PLACES = (
    "Nothing was sent: Roblox no longer says which places have servers, so yours can’t be "
    "chosen. Try again later, or restart all places."
)
CHECKBOX = {"class": "form-check-input"}


class RestartForm(forms.Form):
    """Which places, how long servers stay up, why, and that it is meant."""

    places = forms.MultipleChoiceField(
        label="Places",
        required=False,
        widget=forms.CheckboxSelectMultiple(QUIET | CHECKBOX),
        error_messages={"invalid_choice": "This place has no servers any more. Choose again."},
    )
    bleed_off_minutes = forms.TypedChoiceField(
        label="Bleed-off",
        required=False,
        choices=BLEED_OFF,
        coerce=int,
        empty_value=None,
        initial="5",
        widget=forms.Select(QUIET | {"class": "form-select"}),
        help_text="Servers take no new players in this time, and those in them can finish.",
    )
    why = forms.CharField(
        label="Why",
        required=False,
        widget=text_input(maxlength=str(REASON_LIMIT)),
        help_text="Optional. For the audit log; Roblox doesn’t get it.",
    )
    sure = forms.BooleanField(
        label="Restart them: players who are still there lose their connection",
        widget=forms.CheckboxInput(QUIET | CHECKBOX),
        error_messages={"required": "Confirm that you mean it."},
    )
    seen = SeenField()
    use_required_attribute = False

    def __init__(self, forecast: Forecast, last: str, data: Mapping[str, Any] | None) -> None:
        choices = [(str(place.place_id), f"Place {place.place_id}") for place in forecast.places]
        super().__init__(data, initial={"places": [value for value, _ in choices], "seen": last})
        if choices:
            self.fields["places"].choices = choices  # type: ignore[attr-defined]
            self.fields["places"].required = True
            self.fields["places"].error_messages["required"] = "Choose a place."
        else:
            # Without a forecast no place is known: then it is for all of them.
            del self.fields["places"]

    def clean(self) -> dict[str, Any]:
        """Stop who chose places: without a forecast their choice would become all of them."""
        cleaned = super().clean() or {}
        if "places" in self.data and "places" not in self.fields:
            raise forms.ValidationError(NO_PLACES)
        return cleaned

    def start_again(self, last: str) -> None:
        """Forget what was typed, and carry the restart that the person is told of."""
        self.data = {**self.initial, "seen": last}

    def to_propose(self) -> None:
        """Let it propose the restart: nothing happens that would have to be confirmed."""
        del self.fields["sure"]
        to_propose(self, may_force=False)

    @property
    def place_ids(self) -> list[int]:
        """The places that were chosen; none means all, where none is known."""
        return [int(value) for value in self.cleaned_data.get("places", [])]


class ServerKeyForm(forms.Form):
    """One of the stored API keys, or none."""

    api_key = forms.ChoiceField(
        label="API key for servers",
        required=False,
        widget=forms.Select(QUIET | {"class": "form-select"}),
        error_messages={"invalid_choice": "This key was removed. Choose another."},
    )
    use_required_attribute = False

    def __init__(
        self, universe: Universe, keys: Iterable[ApiKey], data: Mapping[str, Any] | None
    ) -> None:
        super().__init__(data, initial={"api_key": str(universe.server_key_id or "")})
        # What is granted by OAuth is for secrets alone.
        self._keys = {str(key.pk): key for key in keys if not key.is_oauth}
        named = [(key_id, key.name) for key_id, key in self._keys.items()]
        self.fields["api_key"].choices = [("", "None"), *named]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> ApiKey | None:
        """The key that was chosen."""
        return self._keys.get(self.cleaned_data["api_key"])
