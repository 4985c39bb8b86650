"""The form that filters the audit log; all of it stands in the address."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone

from secretsapp.core import events
from secretsapp.core.errors import InvalidInput
from secretsapp.core.event_kinds import Result
from secretsapp.core.patterns import EVERY_NAME, parse_pattern
from secretsapp.log.reading import AuditFilter
from secretsapp.models import Universe
from secretsapp.web.event_labels import RESULT_LABELS
from secretsapp.web.forms.fields import QUIET, text_input

LAST_SEQUENCE = 2**63 - 1
SELECT = QUIET | {"class": "form-select"}

PRESETS = {
    "1h": ("1 h", "last hour", timedelta(hours=1)),
    "24h": ("24 h", "last 24 hours", timedelta(hours=24)),
    "7d": ("7 d", "last 7 days", timedelta(days=7)),
    "30d": ("30 d", "last 30 days", timedelta(days=30)),
}
RESULTS = {str(result): label.choice for result, label in RESULT_LABELS.items() if label.choice}


@dataclass(frozen=True)
class Active:
    """A filter that is in use: the field it belongs to, and what it says."""

    field: str
    words: str


class AuditFilterForm(forms.Form):
    """What to look for; everything is optional."""

    person = forms.CharField(
        label="Who", required=False, max_length=254, widget=text_input(placeholder="part of a name")
    )
    secret = forms.CharField(
        label="Secret", required=False, max_length=65, widget=text_input(placeholder="KEY or PAY_*")
    )
    result = forms.ChoiceField(
        required=False,
        choices=[("", "Any result"), *RESULTS.items()],
        widget=forms.Select(SELECT),
    )
    since = forms.ChoiceField(
        label="When",
        required=False,
        choices=[*((key, words) for key, (words, _, _) in PRESETS.items()), ("", "All")],
        widget=forms.RadioSelect,
    )
    change = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(
        required=False, min_value=1, max_value=LAST_SEQUENCE, widget=forms.HiddenInput
    )
    after = forms.IntegerField(
        required=False, min_value=0, max_value=LAST_SEQUENCE, widget=forms.HiddenInput
    )

    def __init__(self, data: Mapping[str, Any], universes: Iterable[Universe]) -> None:
        super().__init__(data)
        self._universe_names = {universe.pk: universe.name for universe in universes}
        self.fields["universe"] = forms.TypedChoiceField(
            required=False,
            choices=[("", "All universes"), *self._universe_names.items()],
            coerce=int,
            empty_value=None,
            widget=forms.Select(SELECT),
        )
        self.fields["event"] = forms.ChoiceField(
            required=False, choices=[("", "All events"), *_events()], widget=forms.Select(SELECT)
        )
        self.fields["from"] = _date_field("From", "the first day")
        self.fields["to"] = _date_field("To", "the last day")

    def clean_secret(self) -> str:
        """A name, or the beginning of names with a star behind it."""
        try:
            return parse_pattern(self.cleaned_data["secret"])
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> None:
        """Days that follow each other."""
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and last < first:
            self.add_error("to", "The last day is before the first. Swap them.")

    def wanted(self) -> AuditFilter:
        """The filter; to be asked for only when the form is valid."""
        chosen = self.cleaned_data
        change = chosen["change"]
        return AuditFilter(
            universe_id=chosen["universe"],
            person=chosen["person"],
            secret=chosen["secret"],
            tag=chosen["event"],
            result=Result(chosen["result"]) if chosen["result"] else None,
            since=_latest(_ago(chosen["since"]), _at(chosen["from"], time.min)),
            until=_at(chosen["to"], time.max),
            change_id=str(change) if change else "",
        )

    def active(self) -> list[Active]:
        """The filters in use, in words; those that cannot be used are left out."""
        found = []
        for name, tell in self._words().items():
            chosen = self.cleaned_data.get(name)
            if chosen not in (None, EVERY_NAME):
                found.append(Active(name, tell(chosen)))
        return found

    def _words(self) -> dict[str, Any]:
        return {
            "universe": lambda chosen: self._universe_names[chosen],
            "person": lambda chosen: f"by {chosen}",
            "secret": lambda chosen: f"secret {chosen}",
            "event": lambda chosen: f"event {chosen}",
            "result": lambda chosen: RESULTS[chosen].lower(),
            "since": lambda chosen: PRESETS[chosen][1],
            "from": lambda chosen: f"from {_day(chosen)}",
            "to": lambda chosen: f"to {_day(chosen)}",
            "change": lambda chosen: f"change {str(chosen)[:8]}…",
        }


def _date_field(label: str, what: str) -> forms.DateField:
    widget = forms.DateInput(QUIET | {"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=widget,
        error_messages={"invalid": f"Write {what} as a date such as 2026-12-03."},
    )


def _at(day: date | None, clock: time) -> datetime | None:
    return datetime.combine(day, clock, UTC) if day else None


def _ago(preset: str) -> datetime | None:
    return timezone.now() - PRESETS[preset][2] if preset else None


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _events() -> list[tuple[str, list[tuple[str, str]]]]:
    """The tags by their subject, and before them every beginning that several of them share."""
    groups = groupby(events.BY_TAG, key=lambda tag: tag.partition(".")[0])
    return [(_words(subject), _choices(list(tags))) for subject, tags in groups]


def _choices(tags: list[str]) -> list[tuple[str, str]]:
    beginnings = Counter(tag[:end] for tag in tags for end in _dots(tag))
    shared = [(found, f"{found}, all") for found, count in beginnings.items() if count > 1]
    return sorted(shared) + [(tag, tag) for tag in tags]


def _dots(tag: str) -> list[int]:
    return [place for place, character in enumerate(tag) if character == "."]


def _words(subject: str) -> str:
    return subject.replace("_", " ").capitalize()
