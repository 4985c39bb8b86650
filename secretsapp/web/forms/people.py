"""The forms for a new account, and for what a person can do in a universe that is chosen there."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django import forms

from secretsapp.access.grant_listing import Givable
from secretsapp.access.terms import FirstGrant
from secretsapp.core import input_rules
from secretsapp.core.errors import InvalidInput, NotFound
from secretsapp.core.roles import Role
from secretsapp.models import Universe
from secretsapp.people.accounts import EMAIL_LIMIT, NAME_LIMIT
from secretsapp.web.forms.access import SELECT, GrantForm
from secretsapp.web.forms.fields import text_input

EVERYWHERE = "all"
ALL_UNIVERSES = "All universes"
Finder = Callable[[int], Universe]


class PlaceField(forms.CharField):
    """One universe, or all of them.

    `universes` are those to choose from; if there are others, an id can be typed, and `find` finds
    the universe.
    """

    def __init__(self, universes: list[Universe], find: Finder, *, is_all: bool) -> None:
        self.universes = universes
        self._find = find
        self._is_all = is_all
        super().__init__(
            label="Where",
            widget=self._choices() if is_all else text_input(list="places", maxlength="40"),
            help_text="" if is_all else "The ID of a universe, or “all”.",
            error_messages={"required": "Choose a universe, or all universes."},
        )

    def _choices(self) -> forms.Select:
        named = [(str(each.pk), each.name_and_environment) for each in self.universes]
        words = [("", "Choose a universe"), *named, (EVERYWHERE, ALL_UNIVERSES)]
        return forms.Select(SELECT, choices=words)

    @property
    def suggested(self) -> list[tuple[str, str]]:
        """What is suggested to who types: the ids of universes, with their names."""
        if self._is_all:
            return []
        return [(str(each.pk), each.name_and_environment) for each in self.universes]

    def found(self, typed: str) -> Universe | None:
        """The universe that was typed, or None for all of them."""
        if typed.casefold() in (EVERYWHERE, ALL_UNIVERSES.casefold()):
            return None
        try:
            return self._find(input_rules.parse_universe_id(typed))
        except (InvalidInput, NotFound) as refusal:
            raise forms.ValidationError(str(refusal)) from None


class PlacedGrantForm(GrantForm):
    """A role of one person, in a universe that is chosen with it or in all."""

    def __init__(self, scope: Givable, place: PlaceField, data: Mapping[str, Any] | None) -> None:
        super().__init__(scope, data)
        self.place = place
        self.fields["place"] = place

    def clean(self) -> dict[str, Any]:
        """Let `universe` be the one that was chosen, or None for all."""
        cleaned = super().clean()
        cleaned["universe"] = None
        if typed := cleaned.get("place"):
            try:
                cleaned["universe"] = self.place.found(typed)
            except forms.ValidationError as refusal:
                self.add_error("place", refusal)
        return cleaned

    def given(self) -> FirstGrant:
        """What the form gives, and where."""
        return FirstGrant(self.cleaned_data["universe"], self.terms())


class CreatePersonForm(PlacedGrantForm):
    """Whom to let in, and what they can do at once; the password is their own to choose."""

    email = forms.CharField(
        label="Email address",
        max_length=EMAIL_LIMIT,
        error_messages={"required": "Enter an email address such as name@example.com."},
        widget=text_input(inputmode="email", placeholder="name@example.com"),
        help_text="The person signs in with it. It can’t be changed later.",
    )
    name = forms.CharField(
        label="Name",
        required=False,
        widget=text_input(maxlength=str(NAME_LIMIT)),
        help_text="Optional.",
    )

    ENTRIES = ("role", "place", "names", "end", "reason")
    ACCESS = (*ENTRIES, "last_day")

    def __init__(self, scope: Givable, place: PlaceField, data: Mapping[str, Any] | None) -> None:
        super().__init__(scope, place, data)
        role = cast(forms.TypedChoiceField, self.fields["role"])
        roles = cast(list[tuple[str, str]], role.choices)
        role.choices = [("", "No role yet"), *roles]
        for field in (role, place, self.fields["end"]):
            field.required = False

    @property
    def is_about_access(self) -> bool:
        """Whether something was entered about access, or is wrong with it."""
        return self._has_entered or any(name in self.errors for name in self.ACCESS)

    @property
    def _has_entered(self) -> bool:
        """Whether a field about access says something else than it began with.

        The last day alone says nothing: it is hidden until an end on a date is chosen.
        """
        return self.is_bound and any(
            self.data.get(name) for name in self.ENTRIES if name in self.changed_data
        )

    def clean(self) -> dict[str, Any]:
        """What is entered about access needs a role, and a role a place and an end.

        An admin is one everywhere.
        """
        cleaned = super().clean()
        role, place = cleaned.get("role"), cleaned.get("place")
        if self._has_entered and not role and "role" not in self.errors:
            self.add_error("role", "Choose a role, or undo the other entries about access.")
        if role and role != Role.ADMIN and not place and "place" not in self.errors:
            self.add_error("place", self.place.error_messages["required"])
        if role and not cleaned.get("end") and "end" not in self.errors:
            self.add_error("end", self.fields["end"].error_messages["required"])
        return cleaned

    def first(self) -> FirstGrant | None:
        """The first role of the person, if they are given one."""
        return self.given() if self.cleaned_data["role"] else None
