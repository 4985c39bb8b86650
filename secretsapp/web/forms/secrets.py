"""The forms that rotate and delete a secret, and what those share that send a value."""

from collections.abc import Mapping
from typing import Any

from django import forms

from secretsapp.core import input_rules, value_gate
from secretsapp.core.errors import InvalidInput, LooksUnintended
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Secret
from secretsapp.secrets.secret_view import SecretView
from secretsapp.web.forms.fields import (
    QUIET,
    AskRobloxField,
    AsTypedField,
    PlaintextField,
    VersionField,
    mono_input,
)

ANY, HOST, NEVER = "any", "host", "never"
REACHES = [
    (HOST, "One host, or its subdomains"),
    (ANY, "Any host (*)"),
    (NEVER, "No requests"),
]

MEANT = "Enter it again: Sealroom never keeps it. If it’s right, tick “Use as typed”."

FIXED_DOMAINS = {ANY: input_rules.ANY_DOMAIN, NEVER: input_rules.NEVER_SENDABLE}


class DomainForm(forms.Form):
    """Where the value may be sent: a choice that no one makes by leaving it alone."""

    reach = forms.ChoiceField(
        label="Allowed host",
        choices=REACHES,
        widget=forms.RadioSelect(QUIET | {"class": "form-check-input"}),
        error_messages={
            "required": "Choose the allowed host.",
            "invalid_choice": "Choose the allowed host.",
        },
    )
    domain = forms.CharField(
        label="Host",
        required=False,
        widget=mono_input(placeholder="api.example.com", inputmode="url"),
        help_text="Such as api.example.com, or *.example.com for its subdomains.",
    )

    # What the page looks for while someone types a host.
    domain_faults = tuple(input_rules.DomainFault)

    @property
    def caution(self) -> str:
        """What there is to know of the host that the form is opened with."""
        host = input_rules.one_form(str(self["domain"].value() or ""))
        return value_gate.caution_of(host) if host else ""

    def clean(self) -> dict[str, Any]:
        """Let `domain` be what is stored at Roblox, or None where nothing was chosen."""
        cleaned = super().clean() or {}
        reach = cleaned.get("reach")
        if reach == HOST:
            cleaned["domain"] = input_rules.one_form(cleaned.get("domain", ""))
            self._check_host(cleaned["domain"])
        else:
            cleaned["domain"] = FIXED_DOMAINS.get(reach or "")
        return cleaned

    def _check_host(self, host: str) -> None:
        if "domain" in self.errors:
            return
        if host in (input_rules.NEVER_SENDABLE, input_rules.ANY_DOMAIN):
            self.add_error("domain", "Enter the host, or choose another option.")
            return
        try:
            input_rules.check_domain(host)
        except InvalidInput as refusal:
            self.add_error("domain", str(refusal))


class ValueForm(forms.Form):
    """A value, which is stopped once if it looks unintended."""

    value = PlaintextField()
    as_typed = AsTypedField()

    # What the page looks for while someone types, and what was found in the value that was sent.
    watched = tuple(value_gate.Suspicion)
    limit = input_rules.VALUE_LIMIT_BYTES
    most = f"At most {limit:,} bytes."
    is_stopped = False

    def clean(self) -> dict[str, Any]:
        """Ask whether a value that looks unintended is meant."""
        cleaned = super().clean() or {}
        value = cleaned.get("value")
        if value is not None:
            self._ask_about(value, is_meant=bool(cleaned.get("as_typed")))
        return cleaned

    def _ask_about(self, value: Plaintext, *, is_meant: bool) -> None:
        try:
            value_gate.admit(value, is_meant=is_meant)
        except LooksUnintended as question:
            self.is_stopped = True
            first, *others = question.reasons
            self.add_error("value", [f"Check the value. {first}", *others, MEANT])


class AskingForm(ValueForm):
    """A value that may be a Roblox API key, about which Roblox is asked if its person agrees."""

    ask_roblox = AskRobloxField()


def begin_at(form: forms.Form, name: str) -> None:
    """Let typing begin there when the page opens; after an error the reason has the focus."""
    if not form.is_bound:
        form.fields[name].widget.attrs["autofocus"] = True


class VersionedForm(forms.Form):
    """A form that carries the version of the secret as the person saw it."""

    version = VersionField()

    def start_again(self, secret: Secret) -> None:
        """Forget what was typed and carry the version of now: the person is told what changed."""
        self.data = initial_of(secret)


class RotateForm(VersionedForm, AskingForm):
    """A new value for a secret whose domain stays."""

    def __init__(self, data: Mapping[str, Any] | None, initial: dict[str, str]) -> None:
        super().__init__(data, initial=initial)
        self.fields["value"].label = "New value"
        begin_at(self, "value")


class RotateWithDomainForm(DomainForm, RotateForm):
    """A new value for a secret, and the domain to go with it."""

    field_order = ("value", "ask_roblox", "as_typed", "reach", "domain")

    def __init__(self, data: Mapping[str, Any] | None, initial: dict[str, str]) -> None:
        super().__init__(data, initial)
        # The domain that the secret has is chosen already; without any choice it stays. Where
        # someone changed the secret elsewhere, no one here has chosen it.
        self.fields["reach"].required = "reach" not in initial

    @property
    def keeps_host(self) -> bool:
        """Whether it is about the value alone as things stand, so that the host can be folded."""
        if not self.is_bound:
            return "reach" in self.initial
        return not {"reach", "domain"} & {*self.errors, *self.changed_data}


def rotate_form(view: SecretView, data: Mapping[str, Any] | None) -> RotateForm:
    """The form for what the person may change of that secret.

    Someone who sends a domain gets the form with one, so that it is refused and not ignored.
    """
    if view.may_change_domain or (data and "reach" in data):
        return RotateWithDomainForm(data, initial=initial_of(view.secret))
    return RotateForm(data, initial=initial_of(view.secret))


def initial_of(secret: Secret) -> dict[str, str]:
    """What the forms of a secret begin with: its version, and its domain if it is ours.

    If it was changed outside Sealroom, its new host may belong to the person who did so.
    """
    version = {"version": secret.update_time}
    return version if secret.drifted_at else version | _chosen(secret.domain)


def _chosen(domain: str) -> dict[str, str]:
    for reach, fixed in FIXED_DOMAINS.items():
        if domain == fixed:
            return {"reach": reach}
    return {"reach": HOST, "domain": domain}


class DeleteForm(VersionedForm):
    """The name of the secret, typed to confirm."""

    typed = forms.CharField(
        label="Type its name to confirm",
        required=False,
        widget=mono_input(),
    )

    def __init__(self, secret: Secret, data: Mapping[str, Any] | None) -> None:
        self._name = secret.name
        super().__init__(data, initial=initial_of(secret))
        self.fields["typed"].widget.attrs["data-confirms"] = secret.name
        begin_at(self, "typed")

    def clean_typed(self) -> str:
        """Only the very name confirms."""
        typed: str = self.cleaned_data["typed"]
        if typed != self._name:
            raise forms.ValidationError(f"Type {self._name} exactly. It is case-sensitive.")
        return typed
