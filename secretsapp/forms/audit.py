"""The form that filters the audit log; all of it stands in the address."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django import forms

from secretsapp.core import events
from secretsapp.forms.fields import QUIET, text_input
from secretsapp.models import Universe
from secretsapp.queries.audit import AuditFilter

LAST_SEQUENCE = 2**63 - 1
SELECT = QUIET | {"class": "form-select"}


class AuditFilterForm(forms.Form):
    """What to look for; everything is optional."""

    person = forms.CharField(
        required=False,
        max_length=254,
        widget=text_input(placeholder="part of an e-mail address"),
    )
    before = forms.IntegerField(
        required=False, min_value=1, max_value=LAST_SEQUENCE, widget=forms.HiddenInput
    )

    def __init__(self, data: Mapping[str, Any], universes: Iterable[Universe]) -> None:
        super().__init__(data)
        names = [(universe.pk, universe.name) for universe in universes]
        self.fields["universe"] = forms.TypedChoiceField(
            required=False,
            choices=[("", "All universes"), *names],
            coerce=int,
            empty_value=None,
            widget=forms.Select(SELECT),
        )
        self.fields["event"] = forms.ChoiceField(
            required=False, choices=[("", "All events"), *_events()], widget=forms.Select(SELECT)
        )

    def wanted(self) -> AuditFilter:
        """The filter; to be asked for only when the form is valid."""
        return AuditFilter(
            universe_id=self.cleaned_data["universe"],
            person=self.cleaned_data["person"],
            tag=self.cleaned_data["event"],
        )


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
