"""The form of a grant: who, which role, for which names, until when, and why."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from secretsapp.access.grant_listing import Givable
from secretsapp.access.role_table import SUMMARIES
from secretsapp.access.terms import Holder, Terms, check_reason
from secretsapp.core.errors import InvalidInput, NotFound
from secretsapp.core.labels import REASON_LIMIT
from secretsapp.core.patterns import TYPED, parse_patterns, written
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.core.times import end_of_day, parse_roblox_time
from secretsapp.models import Grant, Team, User
from secretsapp.people.accounts import EMAIL_LIMIT
from secretsapp.web import times
from secretsapp.web.forms.fields import (
    QUIET,
    VersionField,
    choice_of_people,
    mono_input,
    text_input,
)

NEVER, ON_A_DATE, SHIFT = "never", "date", "8h"
DAYS = (1, 7, 30)
# What is chosen until the person chooses: access that lasts is a decision, not an oversight.
A_MONTH = "30"
# What a team is called in the choice of whom, before its id: no email address begins so.
TEAM = "team:"
A_SHIFT = timedelta(hours=8)
SELECT = QUIET | {"class": "form-select"}
EXAMPLES = "A name such as PAY_KEY, or PAY_* for all names that begin with PAY_"
LASTING = "The Admin role never expires. Choose “Never expires”, or another role."
NO_ACCOUNT = "There is no active account with that email address. Ask an admin to create it."


class TypedPersonField(forms.CharField):
    """A person by their email address, for people who know it and don't see everyone's."""

    def __init__(self, find: Callable[[str], User]) -> None:
        self._find = find
        super().__init__(
            label="Person",
            max_length=EMAIL_LIMIT,
            widget=text_input(maxlength=str(EMAIL_LIMIT), type="email"),
            help_text="The email address of their account.",
            error_messages={"required": "Enter a person’s email address."},
        )

    def clean(self, value: Any) -> User:
        """The person whose account it is."""
        try:
            person = self._find(super().clean(value))
        except NotFound:
            raise forms.ValidationError(NO_ACCOUNT) from None
        if not person.is_active:
            raise forms.ValidationError(NO_ACCOUNT)
        return person


class HolderField(forms.CharField):
    """A person by their email address, or a team: one choice, or typed where there are many."""

    def __init__(self, people: list[User], teams: list[Team]) -> None:
        # A team can be called what another is chosen by; that name decides nothing.
        self._known: dict[str, Holder] = {each.name.casefold(): each for each in teams}
        self._known |= {f"{TEAM}{each.pk}": each for each in teams}
        self._known |= {each.email: each for each in people}
        whom = "a person or team" if teams else "a person"
        super().__init__(
            label="Person or team" if teams else "Person",
            widget=_choice_of_holders(people, teams, f"Choose {whom}"),
            error_messages={"required": f"Choose {whom}."},
        )

    def clean(self, value: Any) -> Holder:
        """The person or the team."""
        found = self._known.get(super().clean(value).casefold())
        if found is None:
            raise forms.ValidationError(NO_ACCOUNT)
        return found


def _choice_of_holders(people: list[User], teams: list[Team], choose: str) -> forms.Widget:
    widget = choice_of_people(len(people))
    if not isinstance(widget, forms.Select):
        return text_input(placeholder="Email address or team") if teams else widget
    named = [(each.email, _called(each)) for each in people]
    if teams:
        in_teams = [(f"{TEAM}{each.pk}", each.name) for each in teams]
        widget.choices = [("", choose), ("Teams", in_teams), ("People", named)]
    else:
        widget.choices = [("", choose), *named]
    return widget


class GrantForm(forms.Form):
    """A role of someone in one universe, or in all.

    `find` gives the account of an email address, for who is not shown them. To change a grant it
    carries when that was given, as the person saw it. `patterns` are suggested to who types one.
    """

    names = forms.CharField(
        label="Secrets",
        required=False,
        widget=mono_input(
            placeholder="All secrets", maxlength="4000", pattern=TYPED, title=EXAMPLES
        ),
        help_text="Exact names, or the start of names followed by a star, such as PAY_*. "
        "Separate several with commas. Empty for all secrets. Case-sensitive.",
    )
    last_day = forms.DateField(
        label="Last day, in UTC",
        required=False,
        widget=forms.DateInput(QUIET | {"class": "form-control", "type": "date"}, "%Y-%m-%d"),
        help_text="Access expires at the end of that day, 23:59 UTC.",
        error_messages={"invalid": "Enter the day as a date such as 2026-12-03."},
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        widget=text_input(maxlength=str(REASON_LIMIT)),
        help_text="Why they need it. Access that never expires needs a reason. Shown in the audit "
        "log: never enter a value.",
    )

    field_order = ("person", "place", "role", "names", "end", "last_day", "reason")

    def __init__(
        self,
        scope: Givable,
        data: Mapping[str, Any] | None,
        *,
        grant: Grant | None = None,
        person: str = "",
        find: Callable[[str], User] | None = None,
        patterns: Sequence[str] = (),
    ) -> None:
        self.patterns = patterns
        self._scope = scope
        self._grant = grant
        super().__init__(data, initial=_initial(scope, grant) | {"person": person})
        if grant is not None:
            self.fields["seen"] = VersionField()
        elif scope.people is not None:
            self.fields["person"] = HolderField(scope.people, scope.teams)
        elif find is not None:
            self.fields["person"] = TypedPersonField(find)
        self.fields["role"] = _role_field(scope.roles)
        self.fields["end"] = forms.ChoiceField(
            label="Expires",
            choices=self._ends(),
            widget=forms.RadioSelect(QUIET | {"class": "form-check-input"}),
            error_messages={"required": "Choose when it expires."},
        )
        if patterns:
            self.fields["names"].widget.attrs["list"] = "patterns"
        self.order_fields(self.field_order)

    def start_again(self, grant: Grant) -> None:
        """Forget what was typed and carry the grant of now: the person is told what changed."""
        self.data = _initial(self._scope, grant)

    def clean_seen(self) -> datetime | None:
        """When the grant was given that the person saw; that of now where nothing was sent."""
        sent: str = self.cleaned_data["seen"]
        return parse_roblox_time(sent) or (self._grant.given_at if self._grant else None)

    def clean_names(self) -> str:
        """The names and patterns, if each is one."""
        try:
            return written(parse_patterns(self.cleaned_data["names"]))
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        """Let `until` be the end, or None where it was chosen that there is none."""
        cleaned = super().clean() or {}
        cleaned["until"] = None
        end = cleaned.get("end", "")
        if end == ON_A_DATE and "last_day" not in self.errors:
            cleaned["until"] = self._end_of_typed(cleaned.get("last_day"))
        elif end == SHIFT:
            cleaned["until"] = timezone.now() + A_SHIFT
        elif end.isdigit():
            cleaned["until"] = self._end_in(int(end))
        if cleaned["until"] and cleaned["until"] <= timezone.now():
            self.add_error("last_day", "That day is in the past. Choose a later one.")
        if cleaned.get("role") == Role.ADMIN and cleaned["until"]:
            self.add_error("end", LASTING)
        if end == NEVER and "reason" in cleaned and cleaned.get("role"):
            self._require_reason(cleaned["role"], cleaned["reason"])
        return cleaned

    def _require_reason(self, role: Role, reason: str) -> None:
        try:
            check_reason(role, None, reason)
        except InvalidInput as refusal:
            self.add_error("reason", str(refusal))

    def terms(self) -> Terms:
        """What the form says."""
        sent = self.cleaned_data
        return Terms(sent["role"], sent["names"], sent["until"], sent["reason"])

    def _end_of_typed(self, day: date | None) -> datetime | None:
        if day is None:
            self.add_error("last_day", "Choose the last day, or another expiry.")
            return None
        return self._end_of(day)

    def _end_of(self, day: date) -> datetime:
        """The end of the day; on the day itself the exact end that was there, or is due."""
        for known in (self._grant.until if self._grant else None, self._scope.latest_end):
            if known is not None and known.date() == day:
                return known
        return end_of_day(day)

    def _end_in(self, days: int) -> datetime:
        return self._end_of(_today() + timedelta(days=days))

    def _ends(self) -> list[tuple[str, str]]:
        """The ends to choose from, no later than the actor's own, each as it is stored then."""
        latest = self._scope.latest_end
        ends = [(SHIFT, "8 hours", timezone.now() + A_SHIFT)]
        ends += [(str(days), _in_days(days), self._end_in(days)) for days in DAYS]
        within = [
            (end, _with_end(words, until))
            for end, words, until in ends
            if latest is None or until <= latest
        ]
        unlimited = [] if latest else [(NEVER, _with_end("Never expires", None))]
        return [*within, (ON_A_DATE, _with_end("On a date", None)), *unlimited]


def _today() -> date:
    return timezone.now().date()


def _initial(scope: Givable, grant: Grant | None) -> dict[str, Any]:
    if grant is None:
        ends = scope.latest_end
        return {
            "names": scope.names,
            "end": ON_A_DATE if ends else A_MONTH,
            "last_day": _day(ends),
        }
    return {
        "role": grant.role,
        "names": written(grant.names),
        "end": ON_A_DATE if grant.until else NEVER,
        "last_day": _day(grant.until),
        "reason": grant.reason,
        "seen": grant.given_at.isoformat(),
    }


def _day(end: datetime | None) -> date | None:
    return end.date() if end else None


def _in_days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def _with_end(words: str, until: datetime | None) -> str:
    if until is None:
        return format_html('<span class="choice-title">{}</span>', words)
    told = '<span class="choice-title">{}</span> <span class="help muted">until {}</span>'
    return format_html(told, words, times.moment(until))


def _called(person: User) -> str:
    return f"{person.email} ({person.name})" if person.name else person.email


def _role_field(roles: list[Role]) -> forms.TypedChoiceField:
    choose = "Choose a role."
    return forms.TypedChoiceField(
        label="Role",
        choices=[(role.value, _explained(role)) for role in roles],
        coerce=Role,
        widget=forms.RadioSelect(QUIET | {"class": "form-check-input"}),
        error_messages={"required": choose, "invalid_choice": choose},
    )


def _explained(role: Role) -> str:
    return format_html(
        '<span class="choice-title">{}</span> <span class="help muted">{}</span>',
        ROLE_WORDS[role],
        SUMMARIES[role],
    )
