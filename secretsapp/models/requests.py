"""The table of requests: who asked for which access, for how long, and what came of it."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.models.access import Grant, Place
from secretsapp.models.accounts import User
from secretsapp.models.universes import Universe


class RequestState(models.TextChoices):
    """What became of a request; all but the first are for good."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class AccessRequest(models.Model):
    """Access that someone asked for: a role in a universe, for names and patterns, for some hours.

    With `renews` it is about keeping that grant of theirs, whose place it has; a universe it has
    none then, if the grant is for several. `grant` is what came of an approval.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="requests")
    universe = models.ForeignKey(
        Universe, on_delete=models.CASCADE, null=True, related_name="requests"
    )
    renews = models.ForeignKey(Grant, on_delete=models.CASCADE, null=True, related_name="renewals")
    role = models.CharField(
        max_length=10, choices=[(role.value, ROLE_WORDS[role]) for role in Role]
    )
    names = models.TextField(blank=True)
    hours = models.PositiveSmallIntegerField()
    reason = models.TextField()
    state = models.CharField(
        max_length=10, choices=RequestState.choices, default=RequestState.WAITING
    )
    made_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    decider = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="decided")
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    grant = models.ForeignKey(
        Grant, on_delete=models.SET_NULL, null=True, related_name="approved_requests"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["made_at"], condition=Q(state=RequestState.WAITING), name="request_waiting"
            ),
            models.Index(fields=["person", "made_at"], name="request_of_person"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(universe__isnull=False) | Q(renews__isnull=False),
                name="request_has_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} for {self.person_id}: {self.state}"

    @property
    def place(self) -> Place:
        """Where the access would hold."""
        return self.renews.place if self.renews else Place(self.universe_id)

    @property
    def scope(self) -> str:
        """What the place is called, within a sentence."""
        return self.universe.name if self.universe else self.place.words

    @property
    def length(self) -> timedelta:
        """For how long."""
        return timedelta(hours=self.hours)

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be answered."""
        return self.state == RequestState.WAITING and self.lapses_at > timezone.now()

    @property
    def has_lapsed(self) -> bool:
        """Whether no one answered it in time, or it became pointless meanwhile."""
        return self.state == RequestState.LAPSED or (
            self.state == RequestState.WAITING and not self.is_waiting
        )
