"""The forms for second factors: codes, and what a browser answers for a passkey."""

from django import forms

from secretsapp.people.passkeys import NAME_LIMIT
from secretsapp.web.forms.fields import text_input

CODE_LIMIT = 40
# Some devices add a certificate of several kilobytes when a passkey is made.
ANSWER_LIMIT = 32_000


class FactorCodeForm(forms.Form):
    """A code of an authenticator app; blanks in it don't matter."""

    code = forms.CharField(
        label="Six-digit code",
        max_length=CODE_LIMIT,
        error_messages={"required": "Enter the code that your app shows."},
        widget=text_input(
            **{
                "class": "form-control mono code",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": "true",
            }
        ),
    )


class SignInCodeForm(FactorCodeForm):
    """A code of an app, or one of the recovery codes."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        field = self.fields["code"]
        field.label = "Code"
        field.help_text = "From your authenticator app, or one of your recovery codes."
        field.error_messages["required"] = "Enter a code."


class PasskeyForm(forms.Form):
    """What a browser answered to a challenge; it is verified elsewhere, and never shown again."""

    credential = forms.CharField(
        max_length=ANSWER_LIMIT,
        error_messages={
            "required": "No passkey was used. Passkeys need JavaScript.",
            "max_length": "This is no answer of a passkey.",
        },
        widget=forms.HiddenInput,
    )


class PasskeyNameForm(forms.Form):
    """What a passkey is called."""

    name = forms.CharField(
        label="Name",
        error_messages={"required": "Enter a name."},
        widget=text_input(maxlength=str(NAME_LIMIT)),
        help_text="To know it again, such as the device or the password manager it is in.",
    )


class NewPasskeyForm(PasskeyForm, PasskeyNameForm):
    """A new passkey, with its name."""
