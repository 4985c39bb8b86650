"""The table of changes that wait for another person, and of what became of them."""

import uuid
from typing import ClassVar

from django.db import models

from secretsapp.models.accounts import User
from secretsapp.models.universes import Universe


class ProposalKind(models.TextChoices):
    """What is proposed: a change of a secret, or that its universe is protected no longer."""

    CREATE = "create"
    ROTATE = "rotate"
    DELETE = "delete"
    UNPROTECT = "unprotect"


class ProposalState(models.TextChoices):
    """Whether it waits, and how it ended."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Proposal(models.Model):
    """A change that one person proposed and another must approve.

    Once it is approved there is a change with the same id, so there is never more than one. `box`
    is the sealed value, and empty as soon as it no longer waits; `digest` binds what is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=ProposalKind.choices)
    state = models.CharField(
        max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING
    )
    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="proposals")
    name = models.CharField(max_length=64, blank=True)
    domain = models.CharField(max_length=253, blank=True)
    seen_domain = models.CharField(max_length=253, blank=True)
    seen_version = models.CharField(max_length=40, blank=True)
    box = models.TextField(blank=True)
    key_id = models.CharField(max_length=64, blank=True)
    key_fingerprint = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    why = models.TextField(blank=True)
    proposer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="proposals")
    proposed_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["universe", "proposed_at"], name="proposal_of_universe"),
            models.Index(
                fields=["lapses_at"],
                condition=models.Q(state=ProposalState.WAITING),
                name="proposal_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.state}"

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided it, and it hasn't ended otherwise."""
        return self.state == ProposalState.WAITING
