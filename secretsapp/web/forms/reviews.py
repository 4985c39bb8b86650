"""The forms of reviews: what is to be reviewed, and the answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from secretsapp.access.review_listing import ItemView
from secretsapp.access.reviews import LONGEST_DAYS
from secretsapp.models import ReviewItem
from secretsapp.models.reviews import Answer
from secretsapp.web.forms.fields import QUIET
from secretsapp.web.forms.people import PlaceField

SELECT = QUIET | {"class": "form-select"}
REPEATS = [("", "Once"), ("3", "Every 3 months"), ("6", "Every 6 months"), ("12", "Every year")]
UNANSWERED = [
    ("mark", "Mark it and keep the access"),
    ("end", "Revoke the access"),
]
# What is chosen for a grant: the answer, and in how many days it ends.
SHORTER = {"7": timedelta(days=7), "30": timedelta(days=30)}


class ReviewForm(forms.Form):
    """What is reviewed, until when, and what becomes of grants that no one answers for."""

    days = forms.IntegerField(
        label="Days to answer",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=14,
        widget=forms.NumberInput(QUIET | {"class": "form-control"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Choose from 1 to {LONGEST_DAYS} days.",
        ),
    )
    unanswered = forms.ChoiceField(
        label="If no one answers for a grant",
        choices=UNANSWERED,
        initial="mark",
        widget=forms.RadioSelect(QUIET | {"class": "form-check-input"}),
        error_messages={"required": "Choose what happens without an answer."},
    )
    repeats = forms.ChoiceField(
        label="Comes back", choices=REPEATS, required=False, widget=forms.Select(SELECT)
    )
    field_order = ("place", "days", "unanswered", "repeats")

    def __init__(self, place: PlaceField, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.place = place
        self.fields["place"] = place
        self.order_fields(self.field_order)

    def clean_place(self) -> Any:
        """The universe that was chosen, or None for all."""
        return self.place.found(self.cleaned_data["place"])

    @property
    def every_months(self) -> int | None:
        """After how many months it comes back, if it does."""
        chosen = self.cleaned_data["repeats"]
        return int(chosen) if chosen else None


@dataclass(frozen=True)
class Choice:
    """An answer that was chosen for a grant."""

    item: ReviewItem
    answer: Answer
    until: datetime | None = None


def choices_for(view: ItemView) -> list[tuple[str, str]]:
    """What can be answered for the grant; one's own can only be given up."""
    revoke = [("ended", "Revoke now")]
    if view.is_own or view.view is None:
        return revoke
    end, now = view.view.grant.until, timezone.now()
    shorter = [
        (days, f"End in {days} days")
        for days, time in SHORTER.items()
        if end is None or now + time < end
    ]
    return [("kept", "Keep"), *([] if view.view.grant.role == "admin" else shorter), *revoke]


def chosen(views: list[ItemView], data: Mapping[str, Any]) -> Iterator[Choice]:
    """The answers that were sent for these grants; what is none says nothing."""
    for view in views:
        sent = data.get(f"answer-{view.item.pk}", "")
        if sent in SHORTER:
            yield Choice(view.item, Answer.SHORTENED, timezone.now() + SHORTER[sent])
        elif sent in (Answer.KEPT, Answer.ENDED):
            yield Choice(view.item, Answer(sent))
