"""The forms that choose universes from the games of a group or a key."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from secretsapp.core.errors import InvalidInput
from secretsapp.core.references import parse_group
from secretsapp.models import ApiKey
from secretsapp.universes.picking import Choice
from secretsapp.web.forms.fields import text_input
from secretsapp.web.forms.universes import EnvironmentField, KeyChoice


class GroupForm(forms.Form):
    """The group whose games are listed."""

    group = forms.CharField(
        label="Group",
        required=False,
        widget=text_input(placeholder="1234567", inputmode="url"),
        help_text="The link of the group at Roblox, or its ID.",
    )
    use_required_attribute = False

    def clean_group(self) -> int:
        """The id of the group."""
        try:
            return parse_group(self.cleaned_data["group"])
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None


class PickForm(forms.Form):
    """The games that are ticked, and what all of them get."""

    game = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        error_messages={"invalid_choice": "Choose from the games that are listed."},
    )
    environment = EnvironmentField()
    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        choices: Sequence[Choice],
        keys: Iterable[ApiKey],
    ) -> None:
        super().__init__(data, auto_id="pick_%s")
        known = [each.game for each in choices if not each.is_here]
        names = [(str(game.universe_id), game.name) for game in known]
        self.fields["game"].choices = names  # type: ignore[attr-defined]  # a field of choices
        self.fields["api_key"] = KeyChoice(keys, is_chosen=False)

    @property
    def ticked(self) -> set[str]:
        """The ids that were ticked, to be ticked again after an error."""
        return set(self["game"].value() or []) if self.is_bound else set()
