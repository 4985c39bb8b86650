"""The tables of invitations: who was invited by whom, and to what."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.models.access import Place
from secretsapp.models.accounts import User
from secretsapp.models.universes import Environment, Universe


class Outcome(models.TextChoices):
    """What became of an invitation; an expired one can be sent again."""

    OPEN = "", "Open"
    ACCEPTED = "accepted", "Accepted"
    REVOKED = "revoked", "Revoked"
    EXPIRED = "expired", "Expired"
    # It was ended with an account, a universe or the rights of who invited.
    ENDED = "ended", "Ended"


class Invitation(models.Model):
    """That someone was invited, by an address in the form that accounts have.

    Only the hash of its code is here; one that `is_mailed` gets its code with the mail. What a
    command invited has no `inviter`.
    """

    address = models.EmailField(max_length=254)
    greeting = models.TextField(blank=True)
    inviter = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="invitations"
    )
    invited_by = models.CharField(max_length=254)
    is_mailed = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    hashed = models.CharField(max_length=64, unique=True)
    outcome = models.CharField(
        max_length=10, blank=True, default=Outcome.OPEN, choices=Outcome.choices
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["ends_at"], condition=Q(outcome=""), name="invitation_open"),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.address}"

    @property
    def inviter_name(self) -> str:
        """What who invited is called."""
        return (self.inviter.name if self.inviter else "") or self.invited_by


class InvitationGrant(models.Model):
    """A role that is given with an invitation once it is accepted, in a place as a grant has one.

    `names` are the names and patterns as a person types them.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="grants")
    universe = models.ForeignKey(
        Universe, on_delete=models.CASCADE, null=True, related_name="invitation_grants"
    )
    environment = models.CharField(
        max_length=20, blank=True, default="", choices=Environment.choices
    )
    owner = models.CharField(max_length=40, blank=True, default="")
    role = models.CharField(
        max_length=10, choices=[(role.value, ROLE_WORDS[role]) for role in Role]
    )
    names = models.TextField(blank=True)
    until = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.role} of {self.universe_id or 'more than one universe'}"

    @property
    def place(self) -> Place:
        """Where it is to hold."""
        return Place(self.universe_id, self.environment, self.owner)

    @property
    def scope(self) -> str:
        """What the place is called, within a sentence."""
        return self.universe.name if self.universe else self.place.words
