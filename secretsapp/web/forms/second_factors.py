"""The forms for codes of second factors."""

from django import forms

from secretsapp.web.forms.fields import text_input

CODE_LIMIT = 40


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
