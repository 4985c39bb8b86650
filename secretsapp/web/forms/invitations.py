"""The forms by which people are invited, and by which someone accepts an invitation."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms

from secretsapp.access.grant_listing import Givable
from secretsapp.access.terms import FirstGrant
from secretsapp.core.roles import Role
from secretsapp.mail import outbox
from secretsapp.models import EVERYWHERE
from secretsapp.people.accounts import EMAIL_LIMIT, NAME_LIMIT
from secretsapp.people.invitations import AT_ONCE, GREETING_LIMIT
from secretsapp.web.forms.access import GrantForm
from secretsapp.web.forms.fields import QUIET
from secretsapp.web.forms.passwords import PasswordField
from secretsapp.web.forms.places import PlacesField, SeveralGrantForm

BY_MAIL, TO_COPY = "mail", "link"
NO_EMAIL = "Enter an email address such as name@example.com."


class EmailsField(forms.CharField):
    """Email addresses, one a line or between commas; the action says which will do."""

    def __init__(self) -> None:
        attributes = QUIET | {"class": "form-control", "rows": "3", "inputmode": "email"}
        super().__init__(
            label="Email addresses",
            # Some more than can be invited: the action tells that they are too many.
            max_length=4 * AT_ONCE * (EMAIL_LIMIT + 1),
            widget=forms.Textarea(attributes | {"placeholder": "name@example.com"}),
            help_text=f"One a line, {AT_ONCE} at most. Each person gets their own link.",
            error_messages={"required": NO_EMAIL},
        )

    def clean(self, value: Any) -> list[str]:
        """The addresses as they were typed."""
        text: str = super().clean(value)
        found = [each.strip() for each in text.replace(",", "\n").replace(";", "\n").splitlines()]
        if not any(found):
            raise forms.ValidationError(NO_EMAIL)
        return [each for each in found if each]


class GreetingField(forms.CharField):
    """A word of greeting."""

    def __init__(self) -> None:
        super().__init__(
            label="Greeting",
            required=False,
            max_length=GREETING_LIMIT,
            widget=forms.Textarea(QUIET | {"class": "form-control", "rows": "2"}),
            help_text="Optional. They see it with the invitation: never enter a value.",
        )

    def to_python(self, value: Any) -> str:
        """The text with line feeds alone at the ends of its lines."""
        return str(super().to_python(value)).replace("\r\n", "\n")


def _how_field() -> forms.ChoiceField:
    """How the links come to the people: where mail is set up, it can be sent."""
    return forms.ChoiceField(
        label="Links",
        choices=[(BY_MAIL, "Send by mail"), (TO_COPY, "Show them, to copy")],
        initial=BY_MAIL,
        widget=forms.RadioSelect(QUIET | {"class": "form-check-input"}),
        error_messages={"required": "Choose how to send the links."},
    )


class InvitePeopleForm(SeveralGrantForm):
    """Whom someone invites, with a role in the places that they choose.

    Who manages people invites without one too.
    """

    emails = EmailsField()
    greeting = GreetingField()

    ENTRIES = ("place", "others", "names", "end", "reason")

    def __init__(
        self,
        scope: Givable,
        data: Mapping[str, Any] | None,
        place: PlacesField,
        *,
        is_all: bool,
        patterns: Sequence[str],
    ) -> None:
        super().__init__(scope, data, place, is_all=is_all, patterns=patterns)
        role = cast(forms.TypedChoiceField, self.fields["role"])
        if scope.may_create_people:
            role.choices = [("", "No role yet"), *cast(list[tuple[str, str]], role.choices)]
            role.required = self.fields["end"].required = False
        if outbox.is_set_up():
            self.fields["how"] = _how_field()

    def clean(self) -> dict[str, Any]:
        """What is entered about access needs a role, and a role a place and an end.

        An admin is one everywhere.
        """
        cleaned = super().clean()
        role = cleaned.get("role")
        if role == Role.ADMIN and not {"place", "others"} & set(self.changed_data):
            self.errors.pop("place", None)
            cleaned["place"] = [EVERYWHERE]
        if role and not cleaned.get("end") and "end" not in self.errors:
            self.add_error("end", self.fields["end"].error_messages["required"])
        if not role and "role" not in self.errors:
            self._clean_without_role()
        return cleaned

    def _clean_without_role(self) -> None:
        if any(self.data.get(name) for name in self.ENTRIES if name in self.changed_data):
            self.add_error("role", "Choose a role, or undo the other entries about access.")
        else:
            self.errors.pop("place", None)

    def all_given(self) -> list[FirstGrant]:
        """What they are given; nothing without a role."""
        if not self.cleaned_data["role"]:
            return []
        terms = self.terms()
        return [FirstGrant(where, terms) for where in self.cleaned_data["place"]]


class InviteHereForm(GrantForm):
    """Whom someone invites to a universe where they give access."""

    emails = EmailsField()
    greeting = GreetingField()

    def __init__(
        self, scope: Givable, data: Mapping[str, Any] | None, *, patterns: Sequence[str]
    ) -> None:
        super().__init__(scope, data, patterns=patterns)
        if outbox.is_set_up():
            self.fields["how"] = _how_field()

    def all_given(self) -> list[FirstGrant]:
        """What they are given."""
        return [FirstGrant(self._scope.where, self.terms())]


class JoinForm(forms.Form):
    """Who accepts an invitation without an account: a name and a password."""

    name = forms.CharField(
        label="Your name",
        max_length=NAME_LIMIT,
        error_messages={"required": "Enter your name."},
        widget=forms.TextInput({"class": "form-control", "autocomplete": "name"}),
    )
    password = PasswordField()
