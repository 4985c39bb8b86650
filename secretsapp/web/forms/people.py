"""The form for a new account."""

from django import forms

from secretsapp.people.accounts import EMAIL_LIMIT, NAME_LIMIT
from secretsapp.web.forms.fields import QUIET, text_input


class CreatePersonForm(forms.Form):
    """Whom to let in; the password is the person's own to choose."""

    email = forms.CharField(
        label="Email address",
        required=False,
        max_length=EMAIL_LIMIT,
        widget=text_input(inputmode="email", placeholder="name@example.com"),
        help_text="The person signs in with it. It can’t be changed later.",
    )
    name = forms.CharField(
        label="Name",
        required=False,
        widget=text_input(maxlength=str(NAME_LIMIT)),
        help_text="Optional.",
    )
    admin = forms.BooleanField(
        label="Make this person an admin",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
        help_text="An admin can do everything in all universes. Grant others access on a "
        "universe’s Access page after you create the account.",
    )
