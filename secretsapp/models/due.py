"""When secrets are due: policies, what was put off, and how many were in time on each day."""

from typing import ClassVar

from django.db import models

from secretsapp.models.access import Team
from secretsapp.models.secrets import Secret
from secretsapp.models.universes import Environment, Universe


class DueRule(models.TextChoices):
    """What a policy asks for; one that follows has only a hint, and a wider one says the rest."""

    EVERY = "every", "Every so many days"
    ENDS = "ends", "When its credential ends at the provider"
    NEVER = "never", "Never"
    FOLLOWS = "follows", "As its universe says"


class RotationPolicy(models.Model):
    """When secrets of a place are to be rotated: all, of an environment, of a universe, or one.

    `ends_of` is the version of the value that ends on `ends_on`: of the next one, nobody has said
    yet when it does. The people of `team` are reminded of what they can see, beside the owners.
    """

    secret = models.OneToOneField(Secret, on_delete=models.CASCADE, null=True, related_name="+")
    universe = models.OneToOneField(Universe, on_delete=models.CASCADE, null=True, related_name="+")
    environment = models.CharField(max_length=20, choices=Environment.choices, blank=True)
    rule = models.CharField(max_length=10, choices=DueRule.choices)
    days = models.PositiveIntegerField(null=True)
    ends_on = models.DateField(null=True)
    ends_of = models.CharField(max_length=40, blank=True)
    hint = models.TextField(blank=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+")
    said_by = models.CharField(max_length=254)
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment"],
                condition=models.Q(secret=None, universe=None),
                name="policy_of_environment_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} for {self.where}"

    @property
    def where(self) -> str:
        """The place in words."""
        if self.secret:
            return self.secret.name
        if self.universe:
            return self.universe.name
        return str(self.get_environment_display()) if self.environment else "all universes"

    @property
    def words(self) -> str:
        """What it asks for, in words: `every 90 days`."""
        if self.rule == DueRule.EVERY:
            return "every day" if self.days == 1 else f"every {self.days} days"
        if self.rule == DueRule.ENDS and self.ends_on:
            return f"by {self.ends_on.day} {self.ends_on:%b %Y}"
        return "never" if self.rule == DueRule.NEVER else "as its universe says"


class Snooze(models.Model):
    """That nobody is to be reminded of a secret until a day, why, and who said so.

    It ends with the next rotation: `version` is the one that it is about.
    """

    secret = models.OneToOneField(Secret, on_delete=models.CASCADE, related_name="+")
    version = models.CharField(max_length=40, blank=True)
    until = models.DateField()
    reason = models.TextField()
    said_by = models.CharField(max_length=254)
    said_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.secret_id} until {self.until}"


class DueDay(models.Model):
    """How many secrets of a universe were how far along on a day, in UTC."""

    day = models.DateField()
    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="due_days")
    in_time = models.PositiveIntegerField()
    soon = models.PositiveIntegerField()
    due = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField()
    snoozed = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "universe"], name="due_day_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.universe_id} on {self.day}"
