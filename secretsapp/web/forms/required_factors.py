"""The forms for of whom a second factor is required."""

from datetime import datetime

from django import forms
from django.utils import timezone

from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.core.times import start_of_day
from secretsapp.web.forms.fields import QUIET


class WhomForm(forms.Form):
    """Everyone, or those with a role."""

    whom = forms.TypedChoiceField(
        label="Who",
        required=False,
        choices=[
            ("", "Everyone"),
            *((str(role), f"People with the role {ROLE_WORDS[role]}") for role in Role),
        ],
        coerce=Role,
        empty_value=None,
        widget=forms.Select(QUIET | {"class": "form-select"}),
        error_messages={"invalid_choice": "Choose everyone, or a role."},
    )


class RequiredFactorForm(WhomForm):
    """Of whom a second factor is required, and from which day on."""

    day = forms.DateField(
        label="From",
        required=False,
        widget=forms.DateInput(QUIET | {"class": "form-control", "type": "date"}, "%Y-%m-%d"),
        help_text="The day starts at 00:00 UTC. Leave it empty to require one now.",
        error_messages={"invalid": "Enter the day as a date such as 2026-12-03."},
    )
    confirmed = forms.BooleanField(
        label="Require it all the same",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
    )

    def since(self) -> datetime:
        """From when on, as the form says it."""
        day = self.cleaned_data["day"]
        return start_of_day(day) if day else timezone.now()
