"""The forms about oneself: name, password, and which session to end."""

from typing import Any

from django import forms

from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.people.accounts import EMAIL_LIMIT, NAME_LIMIT
from secretsapp.web.forms.fields import text_input


class NameForm(forms.Form):
    """How one is called."""

    name = forms.CharField(
        label="Name",
        required=False,
        widget=text_input(maxlength=str(NAME_LIMIT), autocomplete="name"),
        help_text="Optional. Shown beside your email address.",
    )


class AddressForm(forms.Form):
    """The email address that one wants to have."""

    email = forms.CharField(
        label="New email address",
        max_length=EMAIL_LIMIT,
        error_messages={"required": "Enter an email address."},
        widget=forms.EmailInput({"class": "form-control", "autocomplete": "email"}),
    )


class PasswordForm(forms.Form):
    """A new password, and the one of now to prove who asks."""

    current = forms.CharField(
        label="Current password",
        strip=False,
        error_messages={"required": "Enter your current password."},
        widget=forms.PasswordInput({"class": "form-control", "autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label="New password",
        strip=False,
        error_messages={"required": "Enter a new password."},
        widget=forms.PasswordInput({"class": "form-control", "autocomplete": "new-password"}),
        help_text="At least 12 characters. A few unrelated words work well.",
    )

    def clean_password(self) -> Plaintext:
        """The new password, which comes out as a Plaintext alone."""
        try:
            return Plaintext.from_text(self.cleaned_data["password"])
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None


class SessionForm(forms.Form):
    """A session, by what it is stored under."""

    session = forms.RegexField(regex=r"\A[0-9a-f]{40}\Z")

    def wanted(self) -> str:
        """The session, or nothing where what came is none."""
        found: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        return str(found.get("session", ""))
