"""The forms of universes: add and try, settings, remove."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from secretsapp.core import labels
from secretsapp.core.errors import InvalidInput
from secretsapp.core.references import Reference, parse_reference
from secretsapp.models import ApiKey, Universe
from secretsapp.models.universes import Environment
from secretsapp.universes.managing import version
from secretsapp.web.forms.fields import QUIET, SeenField, mono_input, text_input

UNSPECIFIED = "unspecified"
ENVIRONMENTS = [
    (environment.value or UNSPECIFIED, environment.label) for environment in Environment
]
CHOOSE_KEY = "Choose its API key."
CHOOSE_ENVIRONMENT = "Choose an environment, or “No environment”."


class EnvironmentField(forms.ChoiceField):
    """What a universe is for: a choice that no one makes by leaving it alone."""

    def __init__(self) -> None:
        super().__init__(
            label="Environment",
            choices=ENVIRONMENTS,
            widget=forms.RadioSelect(QUIET | {"class": "form-check-input"}),
            error_messages={"required": CHOOSE_ENVIRONMENT, "invalid_choice": CHOOSE_ENVIRONMENT},
        )

    def clean(self, value: Any) -> str:
        """The environment as it is stored."""
        chosen: str = super().clean(value)
        return "" if chosen == UNSPECIFIED else chosen


class KeyChoice(forms.TypedChoiceField):
    """One of the stored API keys."""

    def __init__(self, keys: Iterable[ApiKey], *, is_chosen: bool) -> None:
        by_id = {str(api_key.pk): api_key for api_key in keys}
        named = [(key_id, api_key.name) for key_id, api_key in by_id.items()]
        super().__init__(
            label="API key",
            choices=named if is_chosen or len(named) == 1 else [("", "Choose a key"), *named],
            coerce=lambda key_id: by_id[key_id],
            widget=forms.Select(QUIET | {"class": "form-select"}),
            error_messages={"required": CHOOSE_KEY, "invalid_choice": CHOOSE_KEY},
        )


def _name_field(help_text: str) -> forms.CharField:
    widget = text_input(maxlength=str(labels.LABEL_LIMIT))
    return forms.CharField(label="Name", required=False, widget=widget, help_text=help_text)


class AddUniverseForm(forms.Form):
    """A universe to be added, or only tried: then its environment does not matter yet."""

    universe = forms.CharField(
        label="Universe",
        required=False,
        widget=text_input(placeholder="6930499524", inputmode="url"),
        help_text="The link of the game, or its universe ID: in the Creator Dashboard, select ⋯ on "
        "the game, then Copy Universe ID.",
    )
    name = _name_field("Optional. Otherwise Roblox’s name.")
    environment = EnvironmentField()

    field_order = ("universe", "api_key", "name", "environment")
    # What is missing is said in our words, at the field and by its name.
    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        keys: Iterable[ApiKey],
        *,
        is_trial: bool = False,
        key_id: str = "",
    ) -> None:
        super().__init__(data, auto_id="universe_%s", initial={"api_key": key_id})
        self.fields["api_key"] = KeyChoice(keys, is_chosen=False)
        self.fields["environment"].required = not is_trial
        self.order_fields(self.field_order)

    def clean_universe(self) -> Reference:
        """The universe or place that was pasted."""
        try:
            return parse_reference(self.cleaned_data["universe"])
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None


class SettingsForm(forms.Form):
    """What a universe is called, what it is for, and the key that opens it."""

    name = _name_field("Only in Sealroom.")
    environment = EnvironmentField()
    seen = SeenField()
    use_required_attribute = False

    def __init__(
        self, universe: Universe, keys: Iterable[ApiKey], data: Mapping[str, Any] | None
    ) -> None:
        super().__init__(data, initial=_settings_of(universe))
        self.fields["api_key"] = KeyChoice(keys, is_chosen=True)
        # Without a choice the key stays.
        self.fields["api_key"].required = False

    def start_again(self, universe: Universe) -> None:
        """Forget what was typed and show what holds now: the person is told that it changed."""
        self.data = _settings_of(universe)


def _settings_of(universe: Universe) -> dict[str, str]:
    return {
        "name": universe.name,
        "environment": universe.environment or UNSPECIFIED,
        "api_key": str(universe.api_key_id),
        "seen": version(universe),
    }


class RemoveUniverseForm(forms.Form):
    """The name of the universe, typed to confirm."""

    typed = forms.CharField(label="Type its name to confirm", required=False, widget=mono_input())

    def __init__(self, universe: Universe, data: Mapping[str, Any] | None) -> None:
        self._name = universe.name
        super().__init__(data)

    def clean_typed(self) -> str:
        """Only the very name confirms."""
        typed: str = self.cleaned_data["typed"]
        if typed != self._name.strip():
            raise forms.ValidationError(f"Type {self._name} exactly. It is case-sensitive.")
        return typed
