"""The forms of due dates: when secrets are to be rotated, what is put off, what is looked at."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from secretsapp.core.due_states import LONGEST_SNOOZE, MOST_DAYS
from secretsapp.core.labels import REASON_LIMIT
from secretsapp.due.listing import MINE, NOBODY
from secretsapp.due.policies import OF_MANY, OF_ONE, Covered, Terms
from secretsapp.models import RotationPolicy, Team, Universe
from secretsapp.models.due import DueRule
from secretsapp.models.universes import Environment
from secretsapp.web.forms.fields import QUIET, NoteField, text_input

EVERYWHERE = "all"
USUAL_SNOOZE = timedelta(days=14)
_RULES = {
    DueRule.EVERY: "After a number of days",
    DueRule.ENDS: "When its credential ends at the provider",
    DueRule.NEVER: "Never",
    DueRule.FOLLOWS: "By the policy of its universe",
}
_SELECT = {"class": "form-select"}


class _DayField(forms.DateField):
    """A day as browsers send it."""

    def __init__(self, label: str, help_text: str, first: date, last: date) -> None:
        bounds = {"type": "date", "min": first.isoformat(), "max": last.isoformat()}
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(QUIET | {"class": "form-control"} | bounds, format="%Y-%m-%d"),
            help_text=help_text,
            error_messages={"invalid": "Write the day as 2026-12-03."},
        )


class _DaysField(forms.IntegerField):
    """A number of days; the room refuses what makes no sense."""

    def __init__(self) -> None:
        attributes = QUIET | {"class": "form-control", "inputmode": "numeric"}
        super().__init__(
            label="Days",
            required=False,
            max_value=MOST_DAYS,
            widget=forms.TextInput(attributes),
            help_text="For “After a number of days”. Counted from when Roblox got the value.",
            error_messages={
                "invalid": "Enter a number of days.",
                "max_value": f"Enter {MOST_DAYS:,} days at most.",
            },
        )


class _TeamField(forms.TypedChoiceField):
    """The team whose people are reminded, or none."""

    def __init__(self, teams: Sequence[Team]) -> None:
        by_id = {str(team.pk): team for team in teams}
        super().__init__(
            label="Remind a team",
            required=False,
            choices=[("", "No team"), *((pk, team.name) for pk, team in by_id.items())],
            coerce=lambda pk: by_id[pk],
            empty_value=None,
            widget=forms.Select(QUIET | _SELECT),
            help_text="Its people get a mail of what they can see. Owners get theirs anyway.",
            error_messages={"invalid_choice": "Choose one of these teams."},
        )


class SecretDueForm(forms.Form):
    """When one secret is due, and how to rotate it at its provider."""

    rule = forms.ChoiceField(
        label="Rotate it",
        choices=[(each.value, _RULES[each]) for each in (DueRule.FOLLOWS, *OF_ONE[:-1])],
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )

    def __init__(self, own: RotationPolicy | None, data: Mapping[str, Any] | None) -> None:
        initial = {"rule": DueRule.FOLLOWS.value}
        if own:
            initial = {name: getattr(own, name) for name in ("rule", "days", "ends_on", "hint")}
        super().__init__(data, initial=initial)
        today = timezone.now().date()
        self.fields["days"] = _DaysField()
        self.fields["ends_on"] = _DayField(
            "The credential ends on",
            "For “When its credential ends”. Set it again after each rotation.",
            today,
            today + timedelta(days=MOST_DAYS),
        )
        self.fields["hint"] = NoteField(
            "Where to get a new one, and what else has to change. Never write a value here."
        )
        self.fields["hint"].label = "How to rotate it at the provider"

    @property
    def says_nothing(self) -> bool:
        """Whether the universe is to say it all, without a hint."""
        return self.terms == Terms(DueRule.FOLLOWS, self.terms.days, self.terms.ends_on)

    @property
    def terms(self) -> Terms:
        """What was entered."""
        entered = self.cleaned_data
        return Terms(
            DueRule(entered["rule"]), entered["days"], entered["ends_on"], entered["hint"].strip()
        )


class PolicyForm(forms.Form):
    """When the secrets of a place are due."""

    place = forms.ChoiceField(label="Applies to", widget=forms.Select(QUIET | _SELECT))
    rule = forms.ChoiceField(
        label="Rotate them",
        choices=[(each.value, _RULES[each]) for each in OF_MANY],
        initial=DueRule.EVERY.value,
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )

    def __init__(
        self,
        universes: Sequence[Universe],
        teams: Sequence[Team],
        edited: RotationPolicy | None,
        data: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(data, initial=_as_it_is(edited) if edited else None)
        self.fields["team"] = _TeamField(teams)
        self._universes = {str(each.pk): each for each in universes}
        wide = [(EVERYWHERE, "All universes"), *[each for each in Environment.choices if each[0]]]
        single = [(value, each.name_and_environment) for value, each in self._universes.items()]
        choices = [("Many universes", wide), *([("One universe", single)] if single else [])]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]
        self.fields["days"] = _DaysField()

    @property
    def covered(self) -> Covered:
        """The place that was chosen."""
        return covered_of(self.cleaned_data["place"], self._universes)

    @property
    def terms(self) -> Terms:
        """What was entered."""
        entered = self.cleaned_data
        return Terms(DueRule(entered["rule"]), entered["days"], team=entered["team"])


def covered_of(place: str, universes: Mapping[str, Universe]) -> Covered:
    """The place that a form calls so."""
    if place in universes:
        return Covered(universes[place])
    return Covered() if place == EVERYWHERE else Covered(environment=place)


def place_of(policy: RotationPolicy) -> str:
    """What a form calls the place of a policy that is not of a single secret."""
    return str(policy.universe_id or policy.environment or EVERYWHERE)


def _as_it_is(policy: RotationPolicy) -> dict[str, object]:
    """What the fields of a form say of it."""
    return {
        "place": place_of(policy),
        "rule": policy.rule,
        "days": policy.days,
        "team": policy.team_id,
    }


class SnoozeForm(forms.Form):
    """Until when a secret is put off, and why."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=REASON_LIMIT,
        widget=text_input(),
        help_text="Why it can wait. The audit log keeps it.",
    )

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        today = timezone.now().date()
        super().__init__(data, initial={"until": today + USUAL_SNOOZE})
        self.fields["until"] = _DayField(
            "Until",
            f"{LONGEST_SNOOZE.days} days at most. A rotation ends it sooner.",
            today + timedelta(days=1),
            today + LONGEST_SNOOZE,
        )
        self.order_fields(["until", "reason"])

    def clean_until(self) -> date:
        """A day is needed."""
        until: date | None = self.cleaned_data["until"]
        if until is None:
            raise forms.ValidationError("Choose a day.")
        return until


class NarrowForm(forms.Form):
    """Of which secrets the due dates are looked at."""

    universe = forms.ChoiceField(required=False, widget=forms.Select(_SELECT))
    environment = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), *[each for each in Environment.choices if each[0]]],
        widget=forms.Select(_SELECT),
    )
    owner = forms.ChoiceField(
        required=False,
        choices=[("", "Anyone"), (MINE, "Me"), (NOBODY, "No one")],
        widget=forms.Select(_SELECT),
    )

    def __init__(self, asked: Mapping[str, str], universes: Sequence[tuple[int, str]]) -> None:
        super().__init__(initial=dict(asked), auto_id="narrow-%s")
        choices = [("", "All"), *((str(pk), name) for pk, name in universes)]
        self.fields["universe"].choices = choices  # type: ignore[attr-defined]
        owner = asked.get("owner", "")
        if owner not in ("", MINE, NOBODY):
            self.fields["owner"].choices.append((owner, owner))  # type: ignore[attr-defined]
