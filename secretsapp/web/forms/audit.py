"""The form that filters the audit log; all of it is in the address."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.http import QueryDict

from secretsapp.core import events
from secretsapp.core.actor import ActorKind, Door
from secretsapp.core.errors import InvalidInput
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.log import filters
from secretsapp.log.filter_times import CUSTOM
from secretsapp.log.filters import AuditFilter, Query
from secretsapp.models import Universe, User
from secretsapp.web.event_labels import EVENT_CHOICES, EVENT_WORDS, RESULT_LABELS
from secretsapp.web.forms.fields import QUIET, text_input

LAST_SEQUENCE = 2**63 - 1
# What says which page it is, and what the last one ended with: no part of a filter.
PLACES = ("before", "after", "day", "known")
NO_PAGE = "This address leads to no page of the log. Remove “before” and “after” from it."
SELECT = QUIET | {"class": "form-select"}

TIMES = {
    "": "All time",
    "1h": "Last hour",
    "today": "Today",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    CUSTOM: "Custom…",
}
# What is no person, by the kind of actor that it is.
KINDS = {ActorKind.COMMAND.value: "Command line", ActorKind.SYSTEM.value: "Sealroom"}
RESULTS = {str(result): label.choice for result, label in RESULT_LABELS.items() if label.choice}
DOORS = {
    str(Door.BROWSER): "Browser",
    str(Door.SHELL): "Command line",
    str(Door.WORKER): "Background work",
}
ENVIRONMENTS = {name: str(each.label) for name, each in filters.ENVIRONMENTS.items()}
# Those that stand behind “More filters”.
FURTHER = ("about", "environment", "door", "address", "request", "attempts")


def _place(least: int) -> forms.IntegerField:
    """The number of the event at which a page begins or ends."""
    told = dict.fromkeys(("invalid", "min_value", "max_value"), NO_PAGE)
    return forms.IntegerField(
        required=False,
        min_value=least,
        max_value=LAST_SEQUENCE,
        widget=forms.HiddenInput,
        error_messages=told,
    )


@dataclass(frozen=True)
class Active:
    """A filter that is in use: the field it belongs to, and what it says."""

    field: str
    words: str


class AuditFilterForm(forms.Form):
    """What to look for within what the page is about; everything is optional.

    What the texts mean is for `log/filters.py` to say; the fields show them. On the page of one
    universe, `within` says so, there is no choice of universes; on that of oneself, none of people.
    """

    # The fields stand in a row, without room for what is wrong with one.
    tells_above = True

    q = forms.CharField(
        label="Search",
        required=False,
        widget=text_input(type="search", placeholder="Search…", **{"data-slash": ""}),
    )
    secret = forms.CharField(
        label="Secret name",
        required=False,
        widget=text_input(type="search", placeholder="Secret name or PREFIX_*"),
    )
    address = forms.CharField(
        label="IP address", required=False, widget=text_input(placeholder="192.0.2.7 or 192.0.2.*")
    )
    request = forms.CharField(
        label="Request ID", required=False, widget=text_input(placeholder="Request ID")
    )
    attempts = forms.BooleanField(
        label="Show started actions",
        required=False,
        widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
    )
    zone = forms.CharField(required=False, widget=forms.HiddenInput)
    change = forms.CharField(required=False, widget=forms.HiddenInput)
    session = forms.CharField(required=False, widget=forms.HiddenInput)
    before = _place(least=1)
    after = _place(least=0)

    def __init__(
        self,
        data: QueryDict,
        within: AuditFilter,
        universes: Iterable[Universe],
        people: Iterable[User],
        removed: Mapping[int, str],
    ) -> None:
        self._names = [name for name, texts in data.lists() for _ in texts]
        asked = _in_one_form({name: str(data[name]) for name in data})
        if within.universe_id is not None:
            asked.pop("universe", None)
        if within.of_own:
            asked.pop("person", None)
        super().__init__(asked)
        self.within = within
        self._universe_names = {str(universe.pk): universe.name for universe in universes}
        self._removed = {str(pk): f"{name} (removed)" for pk, name in removed.items()}
        self._people = {person.email: person for person in people}
        self._query = Query({}, within)
        if within.universe_id is None:
            self.fields["universe"] = _choice("Universe", self._universes())
            self.fields["environment"] = _choice(
                "Environment", _any("Any environment", ENVIRONMENTS)
            )
        self.fields["event"] = _choice("Event", _events(asked.get("event", "")))
        self.fields["person"] = _choice("Person", self._whom("Everyone", asked.get("person", "")))
        self.fields["about"] = _choice(
            "Done to", self._whom("Done to anyone", asked.get("about", ""), {})
        )
        self.fields["door"] = _choice("Source", _any("Any source", DOORS))
        self.fields["result"] = _choice("Result", _any("Any result", RESULTS))
        self.fields["since"] = _choice("Time", list(TIMES.items()))
        if within.of_histories:
            del self.fields["address"], self.fields["request"]
        self.fields["from"] = _date_field("From")
        self.fields["to"] = _date_field("To")

    def _universes(self) -> list[tuple[str, str]]:
        """Those there are and were, and one of the address that is neither, as far as one sees."""
        chosen = self.data.get("universe", "")
        known = {"": "All universes", **self._universe_names, **self._removed}
        return list(({chosen: chosen} | known).items())

    def _whom(
        self, everyone: str, chosen: str, kinds: Mapping[str, str] = KINDS
    ) -> list[tuple[str, str]]:
        """Everyone to choose from, and part of a name that is in the address."""
        people = {email: each.name or email for email, each in self._people.items()}
        return list({chosen: chosen, "": everyone, **people, **kinds}.items())

    def clean(self) -> None:
        """Let the texts be read; the first that cannot be used is told at its field."""
        asked = {name: text for name, text in self.data.items() if name not in PLACES}
        try:
            filters.check_once(self._names)
            self._check_place()
            self._query = filters.parse(asked, self._account_of)
            self._check_histories()
        except InvalidInput as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    def _check_place(self) -> None:
        """A page ends before an event or begins after one."""
        if self.data.get("before") and self.data.get("after"):
            raise InvalidInput(NO_PAGE)

    def _check_histories(self) -> None:
        """They show neither IP addresses nor sessions, so no one finds out who came how."""
        wanted = self._query.wanted
        if self.within.of_histories and (wanted.address or wanted.session_id or wanted.request_id):
            raise InvalidInput(
                "Only people who can read the audit log can filter it by IP address, session or "
                "request. Remove this filter."
            )

    def _account_of(self, email: str) -> int | None:
        """The account of someone to choose from: that there are others is not to be seen here."""
        return self._people[email].pk if email in self._people else None

    def wanted(self) -> AuditFilter:
        """The filter; to be asked for only when the form is valid."""
        return filters.narrowed(self._query.wanted, self.within)

    @property
    def days_of(self) -> tzinfo:
        """Whose days are asked for and counted."""
        return self._query.zone

    def query(self) -> dict[str, str]:
        """What is looked for, as it is in an address: without what is empty or out of use."""
        if self.is_valid():
            return dict(self._query.asked)
        return {name: self.data[name] for name in filters.NAMES if self.data.get(name)}

    def uses_further(self) -> bool:
        """Whether one of the filters is in use that stand behind the others."""
        return any(self.data.get(name) for name in FURTHER)

    def active(self) -> list[Active]:
        """The filters in use, in words; of a form that is not valid there are none."""
        asked = self._query.asked
        return [
            Active(name, tell(asked[name]))
            for name, tell in self._words().items()
            if asked.get(name, EVERY_NAME) != EVERY_NAME
        ]

    def _words(self) -> dict[str, Callable[[str], str]]:
        zone = self._query.asked.get("zone", "")
        behind = f" ({zone})" if zone else ""
        names = self._universe_names | self._removed
        return {
            "q": lambda chosen: f"“{chosen}”",
            "universe": lambda chosen: names.get(chosen, f"universe {chosen}"),
            "environment": lambda chosen: ENVIRONMENTS[chosen],
            "person": lambda chosen: f"by {self._name_of(chosen)}",
            "about": lambda chosen: f"to {self._name_of(chosen)}",
            "secret": lambda chosen: f"secret {chosen}",
            "event": lambda chosen: EVENT_WORDS.get(chosen, chosen),
            "result": lambda chosen: RESULTS.get(chosen, "Started"),
            "door": lambda chosen: f"from {DOORS[chosen].lower()}",
            "address": lambda chosen: f"address {chosen}",
            "since": lambda chosen: TIMES[chosen],
            "from": lambda chosen: f"from {_day(chosen)}{behind}",
            "to": lambda chosen: f"to {_day(chosen)}{behind}",
            "change": lambda chosen: f"change {chosen[:8]}…",
            "session": lambda chosen: f"session {chosen[:8]}…",
            "request": lambda chosen: f"request {chosen[:8]}…",
        }

    def _name_of(self, chosen: str) -> str:
        person = self._people.get(chosen)
        return KINDS.get(chosen, chosen) if person is None else person.name or person.email


def _choice(label: str, choices: list[tuple[str, Any]]) -> forms.CharField:
    """A list to choose from; whether what comes is in it is told where the texts are read."""
    widget = forms.Select(SELECT, choices=choices)
    return forms.CharField(label=label, required=False, widget=widget)


def _any(word: str, choices: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("", word), *choices.items()]


def _date_field(label: str) -> forms.CharField:
    widget = forms.TextInput(QUIET | {"class": "form-control", "type": "date"})
    return forms.CharField(label=label, required=False, widget=widget)


def _day(text: str) -> str:
    """A day of the address as pages write days, with its clock time where it has one."""
    time = datetime.fromisoformat(text)
    words = f"{time.day} {time:%b %Y}"
    return f"{words}, {time:%H:%M}" if len(text) > len("2026-12-03") else words


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
