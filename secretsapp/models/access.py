"""The table of grants: who may do what, where, and until when."""

from typing import ClassVar

from django.db import models
from django.db.models import CharField, Q
from django.db.models.functions import Cast

from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.models.accounts import User
from secretsapp.models.universes import Universe


class Grant(models.Model):
    """A role of a person in one universe, or in all of them where `universe` is empty."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    universe = models.ForeignKey(
        Universe, on_delete=models.CASCADE, null=True, related_name="grants"
    )
    role = models.CharField(
        max_length=10, choices=[(role.value, ROLE_WORDS[role]) for role in Role]
    )
    pattern = models.CharField(max_length=65, blank=True)
    until = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    given_by = models.CharField(max_length=254)
    given_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # The log has the ids of universes as text; `narrowing` looks grants up by it.
            models.Index("person", Cast("universe", CharField()), name="grant_by_text"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "universe"], name="grant_unique"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(universe__isnull=True), name="grant_of_all_unique"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.ADMIN.value)
                | Q(universe__isnull=True, pattern="", until__isnull=True),
                name="admin_is_everywhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.universe_id or 'all universes'}"
