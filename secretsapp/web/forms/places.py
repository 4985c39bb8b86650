"""The form of a grant in several places at once, which are chosen with it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms

from secretsapp.access.grant_listing import Givable
from secretsapp.access.terms import Where
from secretsapp.core import input_rules
from secretsapp.core.errors import InvalidInput, NotFound
from secretsapp.models import Place, Universe, User
from secretsapp.web.forms.access import GrantForm
from secretsapp.web.forms.fields import QUIET, text_input

EVERYWHERE = "all"
ENVIRONMENT, OWNER = "environment:", "owner:"
# So many places are given in one act.
MOST = 50
Finder = Callable[[int], Universe]


class PlacesField(forms.MultipleChoiceField):
    """Universes, and places that several lie in; at least one of them.

    `find` finds a universe that isn't among those to choose from.
    """

    def __init__(
        self, universes: Sequence[Universe], places: Sequence[Place], find: Finder
    ) -> None:
        self._find = find
        self._places = {_value(place): place for place in places}
        self._universes = {str(each.pk): each for each in universes}
        self.universes = list(universes)
        wide = [(value, place.words.capitalize()) for value, place in self._places.items()]
        single = [(value, each.name_and_environment) for value, each in self._universes.items()]
        super().__init__(
            label="Where",
            choices=[*single, *wide],
            widget=forms.CheckboxSelectMultiple(QUIET | {"class": "form-check-input"}),
            error_messages={"required": "Choose where."},
            required=False,
        )

    def validate(self, value: list[str]) -> None:
        """Each is looked at by `found`: others than those to choose from can be typed."""

    def found(self, value: str) -> Where:
        """The place, or the universe; raises ValidationError for what is neither."""
        if value in self._places:
            return self._places[value]
        if value in self._universes:
            return self._universes[value]
        try:
            return self._find(input_rules.parse_universe_id(value))
        except (InvalidInput, NotFound) as refusal:
            raise forms.ValidationError(str(refusal)) from None


class SeveralGrantForm(GrantForm):
    """A role in several places at once: all of them, or none.

    `is_all` says that there are no other universes than those to choose from, so none is typed.
    """

    def __init__(
        self,
        scope: Givable,
        data: Mapping[str, Any] | None,
        place: PlacesField,
        *,
        is_all: bool,
        person: str = "",
        find: Callable[[str], User] | None = None,
        patterns: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, data, person=person, find=find, patterns=patterns)
        self.place = place
        self.fields["place"] = place
        if not is_all:
            self.fields["others"] = forms.CharField(
                label="Other universes",
                required=False,
                widget=text_input(maxlength="1000", inputmode="numeric"),
                help_text="Their IDs, with commas between them.",
            )
        self.order_fields(("person", "place", "others", "role", "names", "end", "last_day"))

    def clean(self) -> dict[str, Any]:
        """Let `place` be the places that were chosen and typed, each once."""
        cleaned = super().clean()
        typed = str(cleaned.get("others") or "").replace(",", " ").split()
        chosen = dict.fromkeys([*cleaned.get("place", []), *typed])
        try:
            cleaned["place"] = self._found(list(chosen))
        except forms.ValidationError as refusal:
            self.add_error("place", refusal)
        return cleaned

    def _found(self, chosen: list[str]) -> list[Where]:
        if not chosen:
            raise forms.ValidationError(self.place.error_messages["required"])
        if len(chosen) > MOST:
            raise forms.ValidationError(f"Choose {MOST} places at most.")
        if EVERYWHERE in chosen and len(chosen) > 1:
            raise forms.ValidationError("All universes covers the others: choose it alone.")
        return [self.place.found(value) for value in chosen]


def _value(place: Place) -> str:
    """What a place is called in the form."""
    if place.environment:
        return f"{ENVIRONMENT}{place.environment}"
    return f"{OWNER}{place.owner}" if place.owner else EVERYWHERE
