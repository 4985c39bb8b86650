"""The form by which an installation gets its first admin."""

from django import forms

from secretsapp.web.forms.passwords import (
    EMAIL_LIMIT,
    NO_EMAIL,
    CodeField,
    PasswordField,
    email_input,
)

NAME_LIMIT = 100


class ClaimForm(forms.Form):
    """The code from the terminal, and the account that it makes."""

    code = CodeField(
        help_text="It’s printed in the terminal where Sealroom was started.", autofocus="true"
    )
    name = forms.CharField(
        label="Your name",
        max_length=NAME_LIMIT,
        error_messages={"required": "Enter your name."},
        widget=forms.TextInput({"class": "form-control", "autocomplete": "name"}),
    )
    email = forms.CharField(
        label="Email address",
        help_text="You’ll sign in with it.",
        max_length=EMAIL_LIMIT,
        widget=email_input(),
        error_messages={"required": NO_EMAIL},
    )
    password = PasswordField()
