"""The form that filters the audit log; all of it is in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from secretsapp.core import events
from secretsapp.core.actor import ActorKind
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.kinds import Result
from secretsapp.core.patterns import EVERY_NAME, parse_pattern
from secretsapp.log.reading import AuditFilter
from secretsapp.models import Universe, User
from secretsapp.web.event_labels import EVENT_CHOICES, EVENT_WORDS, RESULT_LABELS
from secretsapp.web.forms.fields import QUIET, text_input

LAST_SEQUENCE = 2**63 - 1
# What says which page it is, and what the last one ended with: no part of a filter.
PLACES = ("before", "after", "day")
SELECT = QUIET | {"class": "form-select"}

PRESETS = {
    "1h": ("Last hour", timedelta(hours=1)),
    "24h": ("Last 24 hours", timedelta(hours=24)),
    "7d": ("Last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", timedelta(days=30)),
}
CUSTOM = "custom"
# What is no person, by the kind of actor that it is.
KINDS = {ActorKind.COMMAND.value: "Command line", ActorKind.SYSTEM.value: "Sealroom"}
RESULTS = {str(result): label.choice for result, label in RESULT_LABELS.items() if label.choice}


@dataclass(frozen=True)
class Active:
    """A filter that is in use: the field it belongs to, and what it says."""

    field: str
    words: str


class AuditFilterForm(forms.Form):
    """What to look for within what the page is about; everything is optional.

    On the page of one universe, `within` says so, there is no choice of universes.
    """

    # The fields stand in a row, without room for what is wrong with one.
    tells_above = True

    secret = forms.CharField(
        label="Secret name",
        required=False,
        max_length=65,
        widget=text_input(type="search", placeholder="Secret name or PREFIX_*"),
    )
    person = forms.CharField(
        label="Person", required=False, max_length=254, widget=forms.Select(SELECT)
    )
    result = forms.ChoiceField(
        label="Result",
        required=False,
        choices=[("", "Any result"), *RESULTS.items()],
        widget=forms.Select(SELECT),
    )
    since = forms.ChoiceField(
        label="Time",
        required=False,
        choices=[
            ("", "All time"),
            *((key, words) for key, (words, _) in PRESETS.items()),
            (CUSTOM, "Custom…"),
        ],
        widget=forms.Select(SELECT),
    )
    attempts = forms.BooleanField(
        label="Show started actions",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
    )
    change = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(
        required=False, min_value=1, max_value=LAST_SEQUENCE, widget=forms.HiddenInput
    )
    after = forms.IntegerField(
        required=False, min_value=0, max_value=LAST_SEQUENCE, widget=forms.HiddenInput
    )

    def __init__(
        self,
        data: Mapping[str, str],
        within: AuditFilter,
        universes: Iterable[Universe],
        people: Iterable[User],
    ) -> None:
        asked = _in_one_form(data)
        if within.universe_id is not None:
            asked.pop("universe", None)
        super().__init__(asked)
        self._within = within
        self._universe_names = {universe.pk: universe.name for universe in universes}
        self._people = {person.email: person for person in people}
        if within.universe_id is None:
            self.fields["universe"] = self._universe_field()
        self.fields["event"] = forms.ChoiceField(
            label="Event",
            required=False,
            choices=_events(self.data.get("event", "")),
            widget=forms.Select(SELECT),
        )
        self.fields["person"].widget.choices = self._whom(self.data.get("person", ""))
        self.fields["from"] = _date_field("From", "the first day")
        self.fields["to"] = _date_field("To", "the last day")

    def _universe_field(self) -> forms.TypedChoiceField:
        return forms.TypedChoiceField(
            label="Universe",
            required=False,
            choices=[("", "All universes"), *self._universe_names.items()],
            coerce=int,
            empty_value=None,
            widget=forms.Select(SELECT),
        )

    def _whom(self, chosen: str) -> list[tuple[str, str]]:
        """Everyone to choose from, and part of a name that is in the address."""
        people = [(email, each.name or email) for email, each in self._people.items()]
        known = [("", "Everyone"), *people, *KINDS.items()]
        return known if chosen in dict(known) else [*known, (chosen, chosen)]

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
        change, who = chosen["change"], chosen["person"]
        person = self._people.get(who)
        return AuditFilter(
            universe_id=self._within.universe_id or chosen["universe"],
            of_histories=self._within.of_histories,
            person="" if person or who in KINDS else who,
            person_id=person.pk if person else None,
            actor_kind=who if who in KINDS else "",
            secret=chosen["secret"],
            tag=chosen["event"],
            result=Result(chosen["result"]) if chosen["result"] else None,
            since=_ago(chosen["since"]) or _at(chosen["from"], time.min),
            until=_at(chosen["to"], time.max),
            change_id=str(change) if change else "",
            shows_attempts=chosen["attempts"] or bool(change),
        )

    def query(self) -> dict[str, str]:
        """What is looked for, as it is in an address: without what is empty or out of use."""
        asked = {name: str(text) for name, text in self.data.items() if text and name not in PLACES}
        return {name: text for name, text in asked.items() if (name, text) != ("since", CUSTOM)}

    def active(self) -> list[Active]:
        """The filters in use, in words; those that cannot be used are left out."""
        found = []
        for name, tell in self._words().items():
            chosen = self.cleaned_data.get(name)
            if chosen not in (None, EVERY_NAME, CUSTOM):
                found.append(Active(name, tell(chosen)))
        return found

    def _words(self) -> dict[str, Any]:
        return {
            "universe": lambda chosen: self._universe_names[chosen],
            "person": lambda chosen: f"by {dict(self._whom(chosen))[chosen]}",
            "secret": lambda chosen: f"secret {chosen}",
            "event": lambda chosen: EVENT_WORDS.get(chosen, chosen),
            "result": lambda chosen: RESULTS[chosen],
            "since": lambda chosen: PRESETS[chosen][0],
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
    return timezone.now() - PRESETS[preset][1] if preset in PRESETS else None


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _in_one_form(data: Mapping[str, str]) -> dict[str, str]:
    """What was asked for, where days are a time of your own choice and go with no other."""
    asked = dict(data)
    if "since" not in asked and (asked.get("from") or asked.get("to")):
        asked["since"] = CUSTOM
    if asked.get("since") != CUSTOM:
        asked |= {"from": "", "to": ""}
    return asked


def _events(chosen: str) -> list[tuple[str, Any]]:
    """The events in words by what they are about; a tag of the address too, if there are such."""
    groups = [(group, list(choices.items())) for group, choices in EVENT_CHOICES.items()]
    known = [("", "All events"), *groups]
    is_tag = any(tag == chosen or tag.startswith(f"{chosen}.") for tag in events.BY_TAG)
    return [*known, (chosen, chosen)] if is_tag and chosen not in EVENT_WORDS else known
