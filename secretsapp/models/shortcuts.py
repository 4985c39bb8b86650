"""What people keep to find it again: universes for their own sidebar, searches of the audit log."""

from typing import ClassVar

from django.db import models

from secretsapp.models.accounts import User
from secretsapp.models.universes import Universe

NAME_LIMIT, TEXT_LIMIT = 60, 1500


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


class SavedSearch(models.Model):
    """A search of a person, as it stands in an address; others see it where it is shared."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=NAME_LIMIT)
    text = models.CharField(max_length=TEXT_LIMIT)
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "name"], name="saved_search_unique"),
        ]

    def __str__(self) -> str:
        return self.name
