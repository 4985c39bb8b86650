"""The table of universes that people have pinned or opened, for their own sidebar alone."""

from typing import ClassVar

from django.db import models

from secretsapp.models.accounts import User
from secretsapp.models.universes import Universe


class Shortcut(models.Model):
    """That a person pinned a universe, and when they opened its list last. It gives no right."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shortcuts")
    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="shortcuts")
    is_pinned = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "universe"], name="shortcut_unique"),
        ]

    def __str__(self) -> str:
        return f"shortcut of {self.person_id} to {self.universe_id}"
