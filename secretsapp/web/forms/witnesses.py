"""The form of a witness: what it is called, where it is, and its key."""

from collections.abc import Mapping
from typing import Any

from django import forms

from secretsapp.log.witness_listing import version
from secretsapp.log.witnesses import NAME_LIMIT
from secretsapp.models import Witness
from secretsapp.web.forms.fields import QUIET, SeenField, mono_input, text_input


class WitnessForm(forms.Form):
    """A witness as people enter it; the room refuses what is none."""

    name = forms.CharField(
        label="Name", required=False, widget=text_input(maxlength=str(NAME_LIMIT))
    )
    address = forms.CharField(
        label="Address",
        required=False,
        widget=mono_input(inputmode="url"),
        help_text="Its submission prefix, such as https://witness.example.com/.",
    )
    key = forms.CharField(
        label="Verifier key",
        required=False,
        widget=forms.Textarea(QUIET | {"class": "form-control mono", "rows": "3"}),
        help_text="The line name+id+key that its operator publishes.",
    )
    seen = SeenField()

    def __init__(self, data: Mapping[str, Any] | None, witness: Witness | None = None) -> None:
        super().__init__(data, initial=_told(witness) if witness else {})

    def start_again(self, witness: Witness) -> None:
        """Forget what was typed and show what holds now: the person is told that it changed."""
        self.data = _told(witness)


def _told(witness: Witness) -> dict[str, str]:
    return {
        "name": witness.name,
        "address": witness.address,
        "key": witness.verifier,
        "seen": version(witness),
    }
