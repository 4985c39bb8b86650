"""The tables of reviews: which grants are looked at again, and what came of each."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from secretsapp.models.access import Grant
from secretsapp.models.accounts import User
from secretsapp.models.universes import Universe


class Review(models.Model):
    """A review of the grants of one universe, or of all grants where none is named.

    What no one answered by `ends_at` is revoked if `ends_unanswered`, and else marked. Where
    `every_months` is set, the next one starts so long after this one.
    """

    universe = models.ForeignKey(
        Universe, on_delete=models.CASCADE, null=True, related_name="reviews"
    )
    # Nobody, for a command; one that comes back asks again whether they may.
    starter = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    started_by = models.CharField(max_length=254)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ends_unanswered = models.BooleanField()
    every_months = models.PositiveSmallIntegerField(null=True)
    next_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # One is open at a time; that of all universes counts as one of a universe 0.
            models.UniqueConstraint(
                Coalesce("universe", 0),
                condition=Q(closed_at__isnull=True),
                name="review_open_one",
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.universe_id or 'all universes'}"

    @property
    def scope(self) -> str:
        """What is reviewed, within a sentence."""
        return self.universe.name if self.universe else "all universes"


class Answer(models.TextChoices):
    """What came of a grant in a review."""

    WAITING = "", "Not answered"
    KEPT = "kept", "Kept"
    SHORTENED = "shortened", "Shortened"
    ENDED = "ended", "Revoked"
    CHANGED = "changed", "Changed meanwhile"
    MARKED = "marked", "Not answered in time"


class ReviewItem(models.Model):
    """A grant in a review, and the answer; `said` is what it was, for when it is gone."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="items")
    grant = models.ForeignKey(
        Grant, on_delete=models.SET_NULL, null=True, related_name="review_items"
    )
    said = models.CharField(max_length=400)
    answer = models.CharField(max_length=10, blank=True, choices=Answer.choices)
    answered_by = models.CharField(max_length=254, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["review", "answer"], name="review_item_by_answer"),
        ]

    def __str__(self) -> str:
        return self.said
