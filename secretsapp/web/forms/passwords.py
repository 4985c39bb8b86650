"""The forms by which a person comes to a password, and the fields of all ways in."""

from typing import Any

from django import forms

from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.web.forms.fields import QUIET, text_input

CODE_LIMIT = 300
EMAIL_LIMIT = 254
NO_EMAIL = "Enter an email address."


class CodeField(forms.CharField):
    """A one-time code; after an error it is there again, because it is still good."""

    def __init__(self, *, help_text: str, **attributes: str) -> None:
        super().__init__(
            label="One-time code",
            help_text=help_text,
            error_messages={"required": "Enter the code."},
            max_length=CODE_LIMIT,
            widget=text_input(**{"class": "form-control mono code"} | attributes),
        )

    def clean(self, value: Any) -> Plaintext:
        """What was typed."""
        return _hidden(super().clean(value), "code")


class PasswordField(forms.CharField):
    """A new password as it was typed, which comes out as a Plaintext alone and is never shown."""

    def __init__(self) -> None:
        attributes = QUIET | {"class": "form-control", "autocomplete": "new-password"}
        # Here a password manager is welcome.
        for name in ("data-1p-ignore", "data-bwignore", "data-lpignore"):
            del attributes[name]
        super().__init__(
            label="Password",
            help_text="At least 12 characters, and not a password you use elsewhere.",
            strip=False,
            error_messages={"required": "Enter a password."},
            widget=forms.PasswordInput(attributes),
        )

    def clean(self, value: Any) -> Plaintext:
        """Exactly what was typed."""
        return _hidden(super().clean(value), "password")


def _hidden(text: str, what: str) -> Plaintext:
    try:
        return Plaintext.from_text(text)
    except InvalidInput:
        raise forms.ValidationError(f"The {what} isn’t valid text. Enter it again.") from None


def email_input(**attributes: str) -> forms.EmailInput:
    """An input for the actor's own email address."""
    return forms.EmailInput({"class": "form-control", "autocomplete": "username"} | attributes)


class CodeForm(forms.Form):
    """A code alone."""

    code = CodeField(help_text="From the link you were given or mailed.")


class SetPasswordForm(forms.Form):
    """A code, and the password it is for."""

    code = CodeField(help_text="From the link you were given or mailed.")
    password = PasswordField()


class ForgottenForm(forms.Form):
    """Whose password was forgotten."""

    email = forms.CharField(
        label="Email address",
        max_length=EMAIL_LIMIT,
        widget=email_input(autofocus="true"),
        error_messages={"required": NO_EMAIL},
    )
