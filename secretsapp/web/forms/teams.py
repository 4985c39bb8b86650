"""The forms of teams: what a team is called, and whom to let in."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from secretsapp.access.teams import NAME_LIMIT, PEOPLE_LIMIT, version
from secretsapp.core.errors import NotFound
from secretsapp.models import Team, User
from secretsapp.people.accounts import EMAIL_LIMIT
from secretsapp.web.forms.fields import (
    PEOPLE_TO_CHOOSE_FROM,
    QUIET,
    NoteField,
    SeenField,
    text_input,
)

Finder = Callable[[str], User]
WHOM = "Choose at least one person."
BETWEEN = re.compile(r"[\s,;]+")


class TeamForm(forms.Form):
    """What a team is called, and what it is for."""

    name = forms.CharField(
        label="Name", required=False, widget=text_input(maxlength=str(NAME_LIMIT))
    )
    note = NoteField("Optional. What the team is for. Never enter a value.")
    seen = SeenField()

    def __init__(self, data: Mapping[str, Any] | None, team: Team | None = None) -> None:
        super().__init__(data, initial=_told(team) if team else {})

    def start_again(self, team: Team) -> None:
        """Forget what was typed and show what holds now: the person is told that it changed."""
        self.data = _told(team)


def _told(team: Team) -> dict[str, str]:
    return {"name": team.name, "note": team.note, "seen": version(team)}


class PeopleForm(forms.Form):
    """Whom to let into a team, several at once.

    `people` are those to choose from, None for who isn't shown them; `find` gives the account of an
    address that is typed, by them or where there are too many to tick.
    """

    def __init__(
        self, people: list[User] | None, find: Finder, data: Mapping[str, Any] | None
    ) -> None:
        super().__init__(data)
        are_few = people is not None and len(people) <= PEOPLE_TO_CHOOSE_FROM
        field = _ticked(people or []) if are_few else TypedPeopleField(find)
        self.fields["people"] = field
        self.is_ticked = are_few


class TypedPeopleField(forms.CharField):
    """Several people by their email addresses."""

    def __init__(self, find: Finder) -> None:
        self._find = find
        attributes = QUIET | {"class": "form-control", "rows": "4", "inputmode": "email"}
        super().__init__(
            label="People",
            max_length=PEOPLE_LIMIT * (EMAIL_LIMIT + 1),
            widget=forms.Textarea(attributes),
            help_text="The email addresses of their accounts, each on a line of its own.",
            error_messages={"required": "Enter at least one email address."},
        )

    def clean(self, value: Any) -> list[User]:
        """The people whose accounts these are; which address is nobody's is said by its place."""
        typed = list(filter(None, BETWEEN.split(super().clean(value))))
        if not typed:
            raise forms.ValidationError(self.error_messages["required"])
        if len(typed) > PEOPLE_LIMIT:
            raise forms.ValidationError(f"A team can have {PEOPLE_LIMIT} people.")
        found = [self._found(address) for address in typed]
        unknown = [str(place) for place, each in enumerate(found, start=1) if each is None]
        if unknown:
            places = f"{'' if len(unknown) == 1 else 's'} {', '.join(unknown)}"
            raise forms.ValidationError(
                f"No active account has the email address in place{places}. Ask an admin to "
                "create it, or remove it from the list."
            )
        return [each for each in found if each is not None]

    def _found(self, address: str) -> User | None:
        try:
            person = self._find(address)
        except NotFound:
            return None
        return person if person.is_active else None


def _ticked(people: list[User]) -> forms.TypedMultipleChoiceField:
    by_email = {person.email: person for person in people}
    return forms.TypedMultipleChoiceField(
        label="People",
        choices=[(email, _called(person)) for email, person in by_email.items()],
        coerce=by_email.__getitem__,
        widget=forms.CheckboxSelectMultiple(QUIET | {"class": "form-check-input"}),
        error_messages={
            "required": WHOM,
            "invalid_choice": "Someone has added or disabled one of them. Choose again.",
        },
    )


def _called(person: User) -> str:
    return f"{person.name} ({person.email})" if person.name else person.email
