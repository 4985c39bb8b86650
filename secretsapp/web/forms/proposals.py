"""The forms of protected universes: to propose, to decide, and to protect."""

from typing import Any, TypeVar
from uuid import UUID

from django import forms

from secretsapp.core.labels import REASON_LIMIT
from secretsapp.web.forms.fields import text_input

# Whose name a button has is what was chosen.
FORCE = "force"
APPROVE, DECLINE, WITHDRAW = "approve", "decline", "withdraw"
PROTECT, PROPOSE = "protect", "propose"
WHAT_TO_DO = "Choose what to do with one of the buttons."

AnyForm = TypeVar("AnyForm", bound=forms.Form)


class ProposingField(forms.CharField):
    """That the form was opened to propose: one that was not is not taken for it."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=3, widget=forms.HiddenInput, initial="yes")

    def bound_data(self, data: Any, initial: Any) -> Any:
        """The page that shows an error is one to propose with."""
        return initial


def _line(label: str, help_text: str) -> forms.CharField:
    widget = text_input(maxlength=str(REASON_LIMIT))
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text)


def why_field() -> forms.CharField:
    """Why something is proposed."""
    return _line("Why", "Optional. For the person who approves it; it stays in the audit log.")


def reason_field() -> forms.CharField:
    """Why something can't wait for approval."""
    return _line("Reason", "Why this can’t wait. Everyone who could have approved it sees it.")


def to_propose(form: AnyForm, *, may_force: bool) -> AnyForm:
    """Let the form of a change ask why, and an admin why it can't wait."""
    form.fields["proposing"] = ProposingField()
    form.fields["why"] = why_field()
    if may_force:
        form.fields["reason"] = reason_field()
    return form


class _ChosenForm(forms.Form):
    """A form whose buttons say what is chosen; a choice that is none is refused."""

    choices: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        """Let `choice` be that of the button."""
        cleaned = super().clean() or {}
        cleaned["choice"] = self.data.get("choice", "")
        if cleaned["choice"] not in self.choices:
            self.add_error(None, WHAT_TO_DO)
        return cleaned


class DecisionForm(_ChosenForm):
    """Approve, decline or withdraw a proposal, with a remark."""

    choices = (APPROVE, DECLINE, WITHDRAW)
    remark = _line("Remark", "Optional. It stays in the audit log.")


class ProtectionForm(_ChosenForm):
    """Protect a universe, propose to stop that, or stop it alone with a reason."""

    choices = (PROTECT, PROPOSE, FORCE)
    why = why_field()
    reason = reason_field()


def ids_of(texts: list[str], *, most: int) -> list[UUID]:
    """The ids of proposals that were ticked, without what is none."""
    found = []
    for text in texts[: most + 1]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
