"""The forms of channels: an address is taken in, and never shown again but for its host."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from secretsapp.channels import rule
from secretsapp.channels.keeping import Terms, version
from secretsapp.channels.listing import UNIVERSES_OFFERED
from secretsapp.channels.rule import Rule
from secretsapp.core import input_rules, labels
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.kinds import Severity
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Channel, Universe
from secretsapp.models.channels import ChannelKind, Rhythm
from secretsapp.models.universes import Environment
from secretsapp.web.event_labels import EVENT_CHOICES, EVENT_WORDS
from secretsapp.web.forms.fields import QUIET, SeenField, UnshownTextarea, text_input

NO_ENVIRONMENT = "none"
ADDRESS = {
    ChannelKind.DISCORD: ("Webhook URL", "From Discord: channel settings, Integrations, Webhooks."),
    ChannelKind.SLACK: ("Webhook URL", "From Slack: your app’s page, Incoming Webhooks."),
    ChannelKind.WEBHOOK: ("URL", "It must begin with https://."),
    ChannelKind.EMAIL: ("Email address", "A person’s, or a mailing list’s."),
    ChannelKind.SYSLOG: ("Host and port", "Such as logs.example.com:6514. TLS only."),
}
SEVERITY_WORDS = {
    Severity.INFO: "Everything",
    Severity.NOTICE: "Changes and warnings",
    Severity.WARNING: "Warnings only",
}
_RADIO = {"class": "form-check-input"}
KEPT = "Stored encrypted, and never shown again."


class UnshownField(forms.CharField):
    """Text that comes out as a Plaintext, and is not shown again after an error."""

    def __init__(self, label: str, help_text: str) -> None:
        attributes = QUIET | {"class": "form-control masked mono", "rows": "2"}
        widget = UnshownTextarea(attributes)
        super().__init__(label=label, help_text=help_text, required=False, widget=widget)

    def clean(self, value: Any) -> Plaintext | None:
        """What was typed, without the blanks around it; None for nothing."""
        text = str(value or "").strip()
        try:
            return Plaintext.from_text(text) if text else None
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def bound_data(self, data: Any, initial: Any) -> None:
        """Nothing is shown again after an error."""


class AddressField(forms.CharField):
    """An email address, which is no secret."""

    def clean(self, value: Any) -> Plaintext | None:
        """What was typed; None for nothing."""
        text = str(value or "").strip()
        return Plaintext.from_text(text) if input_rules.is_storable(text) and text else None


@dataclass(frozen=True)
class EventGroup:
    """Events that stand together in the form; `chosen` says how many of them are ticked."""

    name: str
    options: Sequence[Any]
    chosen: int


def _boxes(label: str, choices: Iterable[tuple[str, str]]) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple(QUIET | {"class": "form-check-input"})
    return forms.MultipleChoiceField(label=label, choices=choices, widget=widget, required=False)


class ChannelForm(forms.Form):
    """A channel of one kind; with a `channel` it is that one's, whose address can stay."""

    name = forms.CharField(
        label="Name", required=False, widget=text_input(maxlength=str(labels.LABEL_LIMIT))
    )
    seen = SeenField()

    def __init__(
        self,
        kind: ChannelKind,
        universes: Sequence[Universe],
        data: Mapping[str, Any] | None,
        channel: Channel | None = None,
    ) -> None:
        self.kind = kind
        initial = _words_of(channel) if channel else {"at_least": Severity.NOTICE.value}
        super().__init__(data, initial=initial, auto_id="channel_%s")
        stored = (rule.readable(channel) if channel else None) or Rule()
        self._add_target(is_kept=channel is not None)
        self._add_rule(stored)
        self._add_universes(universes, stored)
        if kind is ChannelKind.EMAIL:
            self.fields["rhythm"] = forms.ChoiceField(
                label="How often", choices=Rhythm.choices, widget=forms.RadioSelect(_RADIO)
            )
            self.initial.setdefault("rhythm", Rhythm.AT_ONCE.value)

    def _add_target(self, *, is_kept: bool) -> None:
        label, where = ADDRESS[self.kind]
        stays = " Leave it empty to keep the current one." if is_kept else ""
        if self.kind is ChannelKind.EMAIL:
            widget = forms.EmailInput(QUIET | {"class": "form-control"})
            self.fields["target"] = AddressField(
                label=label, help_text=f"{where}{stays}", required=False, widget=widget
            )
            return
        self.fields["target"] = UnshownField(label, f"{where} {KEPT}{stays}")
        if self.kind is ChannelKind.WEBHOOK:
            made = stays or " Leave it empty to have one made."
            self.fields["secret"] = UnshownField("Signing secret", f"Begins with whsec_.{made}")
            if is_kept:
                self.fields["is_new_secret"] = forms.BooleanField(
                    label="Make a new signing secret",
                    required=False,
                    widget=forms.CheckboxInput(QUIET | {"class": "form-check-input"}),
                )

    def _add_rule(self, stored: Rule) -> None:
        severities = [(each.value, SEVERITY_WORDS[each]) for each in Severity]
        self.fields["at_least"] = forms.ChoiceField(
            label="Severity", choices=severities, widget=forms.RadioSelect(_RADIO)
        )
        others = [(each, each) for each in stored.events if each not in EVENT_WORDS]
        self.fields["events"] = _boxes("Events", [*EVENT_WORDS.items(), *others])
        environments = [(each.value or NO_ENVIRONMENT, each.label) for each in Environment]
        self.fields["environments"] = _boxes("Environments", environments)

    def _add_universes(self, universes: Sequence[Universe], stored: Rule) -> None:
        """Those that are offered to tick, and a field for the ids of the others, if there are."""
        offered = {
            str(each.pk): each.name_and_environment for each in universes[:UNIVERSES_OFFERED]
        }
        further = [str(each) for each in stored.universes if str(each) not in offered]
        self.fields["universes"] = _boxes("Universes", offered.items())
        if further or len(universes) > UNIVERSES_OFFERED:
            self.fields["others"] = forms.CharField(
                label="Other universes",
                required=False,
                widget=text_input(maxlength="1000", inputmode="numeric"),
                help_text="Their IDs, with commas between them.",
                initial=", ".join(further),
            )

    @property
    def unkept(self) -> dict[str, str]:
        """What was typed and is not shown again, by what it is called."""
        called = {"target": "address", "secret": "signing secret"}
        unshown = (name for name in called if isinstance(self.fields.get(name), UnshownField))
        return {name: called[name] for name in unshown if self.data.get(name)}

    @property
    def event_groups(self) -> list[EventGroup]:
        """The events to choose from, by their subjects."""
        options = {option.data["value"]: option for option in self["events"]}
        known = [EventGroup(name, *_of(options, words)) for name, words in EVENT_CHOICES.items()]
        others = [each for each in options if each not in EVENT_WORDS]
        return [*known, EventGroup("Others", *_of(options, others))] if others else known

    def clean(self) -> dict[str, Any]:
        """Let `universes` be the ids that were ticked and typed."""
        cleaned = super().clean() or {}
        typed = str(cleaned.get("others") or "").replace(",", " ").split()
        try:
            ids = map(input_rules.parse_universe_id, [*cleaned.get("universes", ()), *typed])
            cleaned["universes"] = tuple(ids)
        except InvalidInput as refusal:
            self.add_error("others", str(refusal))
        return cleaned

    def terms(self) -> Terms:
        """What was chosen, of a valid form."""
        chosen = self.cleaned_data
        environments = chosen["environments"]
        wanted = Rule(
            events=tuple(chosen["events"]),
            at_least=Severity(chosen["at_least"]),
            universes=chosen["universes"],
            environments=tuple("" if each == NO_ENVIRONMENT else each for each in environments),
        )
        return Terms(
            name=chosen["name"],
            rule=wanted,
            rhythm=chosen.get("rhythm", Rhythm.AT_ONCE),
            target=chosen["target"],
            secret=chosen.get("secret"),
            is_new_secret=chosen.get("is_new_secret", False),
        )


def _of(options: Mapping[str, Any], names: Iterable[str]) -> tuple[list[Any], int]:
    """The options of these names, and how many of them are ticked."""
    found = [options[name] for name in names]
    return found, sum(bool(option.data["selected"]) for option in found)


def _words_of(channel: Channel) -> dict[str, Any]:
    wanted = rule.readable(channel) or Rule()
    return {
        "name": channel.name,
        "at_least": wanted.at_least.value,
        "events": list(wanted.events),
        "environments": [each or NO_ENVIRONMENT for each in wanted.environments],
        "universes": list(map(str, wanted.universes)),
        "rhythm": channel.rhythm,
        "seen": version(channel),
    }
