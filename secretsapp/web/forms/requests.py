"""The forms of requests: what someone asks for, and what others give of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html

from secretsapp.access.answering import HOURS, length_words
from secretsapp.access.requests import Wish
from secretsapp.access.role_table import SUMMARIES
from secretsapp.core.errors import InvalidInput
from secretsapp.core.labels import REASON_LIMIT
from secretsapp.core.patterns import TYPED, parse_patterns, written
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.web.forms.fields import QUIET, mono_input, text_input

EXAMPLES = "A name such as PAY_KEY, or PAY_* for all names that begin with PAY_"
A_DAY = 24
_RADIO = QUIET | {"class": "form-check-input"}


def _hours_field(choices: list[tuple[int, str]], label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=choices,
        coerce=int,
        widget=forms.RadioSelect(_RADIO),
        error_messages={"required": "Choose how long.", "invalid_choice": "Choose how long."},
    )


class KeepForm(forms.Form):
    """For how much longer someone needs what they have, and why."""

    hours = _hours_field([(hours, length_words(hours)) for hours in HOURS], "For how long")
    reason = forms.CharField(
        label="Reason",
        widget=text_input(maxlength=str(REASON_LIMIT)),
        help_text="Why you need it. Shown in the audit log: never enter a value.",
        error_messages={"required": "Say why you need it."},
    )

    def __init__(self, data: Mapping[str, Any] | None, **initial: Any) -> None:
        # The page that refuses something can be shown above another form.
        super().__init__(data, initial={"hours": A_DAY} | initial, auto_id="ask_%s")


def _role_choices() -> list[tuple[str, str]]:
    """Every role but that of admins, the least one first."""
    roles = [role for role in reversed(Role) if role is not Role.ADMIN]
    return [(role.value, f"{ROLE_WORDS[role]}: {SUMMARIES[role]}") for role in roles]


class AskForm(KeepForm):
    """What someone asks for in a universe: a role, for which names, for how long, and why."""

    role = forms.TypedChoiceField(
        label="Role",
        choices=[("", "Choose a role"), *_role_choices()],
        coerce=Role,
        widget=forms.Select(QUIET | {"class": "form-select"}),
        error_messages={"required": "Choose a role.", "invalid_choice": "Choose a role."},
    )
    names = forms.CharField(
        label="Secrets",
        required=False,
        widget=mono_input(maxlength="1000", pattern=TYPED, title=EXAMPLES),
        help_text="Exact names, or the start of names followed by a star, such as PAY_*. "
        "Separate several with commas. Case-sensitive.",
    )
    every = forms.BooleanField(
        label="All secrets of this universe, instead",
        required=False,
        widget=forms.CheckboxInput(_RADIO),
    )

    field_order = ("role", "names", "every", "hours", "reason")

    def clean(self) -> dict[str, Any]:
        """Let `names` be what was typed, or nothing where all secrets are meant."""
        cleaned = super().clean() or {}
        if cleaned.get("every"):
            cleaned["names"] = ""
        elif not cleaned.get("names", "").strip():
            self.add_error("names", "Enter a name, or tick “All secrets of this universe”.")
        return cleaned

    def wish(self) -> Wish:
        """What the form says."""
        sent = self.cleaned_data
        return Wish(sent["role"], sent["names"], sent["hours"], sent["reason"])


class ApproveForm(forms.Form):
    """For how long, and for which names, what was asked for is given: as asked, or less.

    `ends` says for each number of hours until when that is.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        names: str,
        ends: Mapping[int, str],
        keeps: bool,
    ) -> None:
        self._keeps = keeps
        self._asked = names
        super().__init__(data, initial={"hours": max(ends), "names": names}, auto_id="approve_%s")
        choices = [(hours, _with_end(hours, end)) for hours, end in ends.items()]
        self.fields["hours"] = _hours_field(choices, "How long")
        if not keeps:
            self.fields["names"] = _narrower(names)

    def clean_names(self) -> str:
        """The names and patterns, if each is one."""
        try:
            return written(parse_patterns(self.cleaned_data["names"]))
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def given_names(self) -> str | None:
        """The names, or None where they stay those that were asked for."""
        return None if self._keeps else self.cleaned_data["names"]


def _narrower(names: str) -> forms.CharField:
    return forms.CharField(
        label="Secrets",
        required=bool(names),
        widget=mono_input(
            maxlength="1000", pattern=TYPED, title=EXAMPLES, placeholder="All secrets"
        ),
        help_text="You can narrow this. Separate several names with commas.",
        error_messages={"required": "Enter the names that you approve."},
    )


def _with_end(hours: int, end: str) -> str:
    told = '<span class="choice-title">{}</span> <span class="help muted">until {}</span>'
    return format_html(told, length_words(hours), end)


class DeclineForm(forms.Form):
    """What is said to someone whose request is declined, if anything."""

    note = forms.CharField(
        label="Note",
        required=False,
        widget=text_input(maxlength=str(REASON_LIMIT)),
        help_text="Shown to the person and in the audit log.",
    )

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, auto_id="decline_%s")
