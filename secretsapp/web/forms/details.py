"""The form of what only Sealroom knows of a secret: note and owner."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms

from secretsapp.models import Secret, User
from secretsapp.web.forms.creation import NOTE_HELP
from secretsapp.web.forms.fields import PEOPLE_TO_CHOOSE_FROM, NoteField, choice_of_people


class DetailsForm(forms.Form):
    """What only Sealroom knows of a secret."""

    note = NoteField(NOTE_HELP)

    def __init__(
        self, secret: Secret, people: Iterable[User], data: Mapping[str, Any] | None
    ) -> None:
        owner = secret.owner
        # The owner stays on the list, also without access of their own.
        owners = {person.pk: person for person in [*people, *([owner] if owner else [])]}
        field, called = owner_field(list(owners.values()))
        super().__init__(data, initial={"note": secret.note, "owner": called(owner)})
        self.fields["owner"] = field


def owner_field(owners: list[User]) -> tuple[forms.Field, Callable[[User | None], str]]:
    """The field, and what stands in it for an owner: of many, the email address that is typed."""
    is_typed = len(owners) > PEOPLE_TO_CHOOSE_FROM

    def called(owner: User | None) -> str:
        return "" if owner is None else owner.email if is_typed else str(owner.pk)

    by_word = {called(owner): owner for owner in owners}
    field = forms.TypedChoiceField(
        label="Owner",
        required=False,
        choices=[("", "No one"), *((word, owner.email) for word, owner in by_word.items())],
        coerce=by_word.__getitem__,
        empty_value=None,
        widget=choice_of_people(len(owners)),
        error_messages={"invalid_choice": "Choose someone who can list this secret."},
    )
    return field, called
