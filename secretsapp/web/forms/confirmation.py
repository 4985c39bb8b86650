"""The form on which someone confirms that it's them."""

from typing import Any

from django import forms

from secretsapp.web.forms.fields import text_input
from secretsapp.web.forms.second_factors import CODE_LIMIT


class ConfirmForm(forms.Form):
    """The password, or a code where the person has an app; one of them is enough."""

    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(
            attrs={
                "class": "form-control",
                "autocomplete": "current-password",
                "autofocus": "true",
            }
        ),
    )
    code = forms.CharField(
        label="Or a code",
        required=False,
        max_length=CODE_LIMIT,
        help_text="From your authenticator app, or one of your recovery codes.",
        widget=text_input(
            **{
                "class": "form-control mono code",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
            }
        ),
    )

    def __init__(self, *arguments: object, has_factor: bool, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self.has_factor = has_factor
        if not has_factor:
            self.fields["code"].disabled = True

    def clean(self) -> dict[str, Any]:
        """The one that was entered; without any the password is asked for."""
        entered = super().clean() or {}
        if not entered.get("password") and not entered.get("code") and not self.errors:
            self.add_error("password", "Enter your password.")
        return entered
