"""allauth's form for signing in, with our fields and sentences."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from secretsapp.web.forms.passwords import EMAIL_LIMIT, NO_EMAIL, email_input


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """The email address and the password of an account."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["login"] = forms.EmailField(
            label="Email address",
            max_length=EMAIL_LIMIT,
            widget=email_input(),
            error_messages=dict.fromkeys(("required", "invalid", "max_length"), NO_EMAIL),
        )
        self.fields["password"] = forms.CharField(
            label="Password",
            strip=False,
            widget=forms.PasswordInput(
                {"class": "form-control", "autocomplete": "current-password"}
            ),
            error_messages={"required": "Enter your password."},
        )
        if not self.is_bound:
            begin = "password" if self.initial.get("login") else "login"
            self.fields[begin].widget.attrs["autofocus"] = "true"
