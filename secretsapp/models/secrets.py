"""The mirror of what Roblox lists, never with a value; what is rightly missing; intended writes."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from secretsapp.core.times import credible, day_of_value, due_after, parse_roblox_time
from secretsapp.models.accounts import User
from secretsapp.models.universes import Universe


class ChangeKind(models.TextChoices):
    """What a change does to a secret."""

    CREATE = "create"
    ROTATE = "rotate"
    DELETE = "delete"


class ChangeState(models.TextChoices):
    """How far a change came; the first two are open, the last three settled."""

    STARTED = "started"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDETERMINED = "undetermined"


OPEN_STATES = (ChangeState.STARTED, ChangeState.UNKNOWN)


class Change(models.Model):
    """One intended write; `seen_…` is what Roblox listed of the secret just before.

    A time that was still to come then is left out: it would be no evidence. In a protected universe
    someone else proposed it, or an admin forced it and said why.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    state = models.CharField(max_length=15, choices=ChangeState.choices)
    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="changes")
    name = models.CharField(max_length=64)
    domain = models.CharField(max_length=253, blank=True)
    seen = models.BooleanField()
    seen_domain = models.CharField(max_length=253, blank=True)
    seen_create_time = models.CharField(max_length=40, blank=True)
    seen_update_time = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=254)
    door = models.CharField(max_length=10)
    address = models.CharField(max_length=45, blank=True)
    reason = models.TextField(blank=True)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    proposed_by = models.CharField(max_length=254, blank=True, default="")
    forced_because = models.TextField(blank=True, default="")
    item = models.OneToOneField(
        "secretsapp.BatchItem", on_delete=models.SET_NULL, null=True, related_name="change"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["universe", "name"], name="change_of_secret"),
            models.Index(fields=["actor_id", "started_at"], name="change_of_actor"),
            models.Index(
                fields=["started_at"],
                condition=models.Q(state__in=OPEN_STATES),
                name="change_open",
            ),
            models.Index(
                fields=["settled_at"],
                condition=models.Q(state=ChangeState.UNDETERMINED),
                name="change_undetermined",
            ),
            models.Index(
                fields=["settled_at"],
                condition=models.Q(state=ChangeState.SUCCEEDED),
                name="change_succeeded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.state}"

    @property
    def provenance(self) -> dict[str, str]:
        """Who proposed it, why nobody had to approve it, and its batch, for its events."""
        told = {
            "proposed_by": self.proposed_by,
            "without_approval": self.forced_because,
            "batch": str(self.item.batch_id) if self.item else "",
        }
        return {key: text for key, text in told.items() if text}


# Changed outside Sealroom, or missing: there are few of these among many.
UNUSUAL = models.Q(missing_since__isnull=False) | models.Q(drifted_at__isnull=False)


class Secret(models.Model):
    """A secret of a universe; the times are Roblox's own text, so that they compare exactly.

    `unsure` means that our own writes left it open what Roblox holds (overlapping writes, an
    answer without times): the next refresh takes over what it reads and calls it no drift.
    `valued_on` is the day of its value, and what follows up to `snoozed_until` says when it is due:
    `take_times` and `rules/due_dates.py` keep that so. `told_…` is what was reminded of last.
    """

    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=64)
    domain = models.CharField(max_length=253, blank=True)
    key_id = models.CharField(max_length=64, blank=True)
    create_time = models.CharField(max_length=40, blank=True)
    update_time = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    last_change = models.ForeignKey(Change, on_delete=models.SET_NULL, null=True, related_name="+")
    drifted_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    unsure = models.BooleanField(default=False)
    valued_on = models.DateField(null=True)
    is_covered = models.BooleanField(default=False)
    rotate_days = models.PositiveIntegerField(null=True)
    due_on = models.DateField(null=True)
    due_soon_on = models.DateField(null=True)
    snoozed_until = models.DateField(null=True)
    told_state = models.CharField(max_length=10, blank=True, default="")
    told_due_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["universe", "name"], name="secret_name_unique"),
        ]
        indexes: ClassVar = [
            # What is due is counted and listed by these; of most secrets nobody said when they are.
            models.Index(
                fields=["due_on", "due_soon_on", "snoozed_until", "missing_since", "universe"],
                condition=models.Q(due_on__isnull=False),
                name="secret_due",
            ),
            models.Index(fields=["universe"], condition=UNUSUAL, name="secret_unusual"),
            # The first page counts by these, and reads nothing else of a hundred thousand rows.
            models.Index(
                fields=["universe", "missing_since", "domain", "owner", "update_time"],
                name="secret_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def created_at(self) -> datetime | None:
        """When Roblox says it was created, if it says so."""
        return parse_roblox_time(self.create_time)

    @property
    def updated_at(self) -> datetime | None:
        """When Roblox says it was last changed, if it says so."""
        return parse_roblox_time(self.update_time)

    @classmethod
    def in_universe(cls, universe: Universe, name: str) -> Self:
        """A row that isn't stored yet; it is to be rotated as the universe says."""
        days = universe.rotate_days
        return cls(universe=universe, name=name, rotate_days=days, is_covered=days is not None)

    def take_times(self, update_time: str, create_time: str, *, is_written: bool = False) -> None:
        """Take over these times, but for one that cannot be, and when it is due by them.

        Of another value no end and no snooze is known any more. One that was just written is not
        as old as the secret, where its own time is missing.
        """
        now, before = timezone.now(), self.update_time
        self.update_time, self.create_time = credible(update_time, now), credible(create_time, now)
        self.valued_on = day_of_value(update_time, "" if is_written else create_time, now)
        if before != self.update_time:
            self.due_on = self.due_soon_on = self.snoozed_until = None
        if self.rotate_days is not None:
            self.due_on, self.due_soon_on = due_after(self.valued_on, self.rotate_days)


class Absence(models.Model):
    """That a universe doesn't need the secret of that name, who said so and when.

    It says nothing while the universe has one.
    """

    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="absences")
    name = models.CharField(max_length=64)
    # Nobody, for a command.
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    said_by = models.CharField(max_length=254)
    said_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["universe", "name"], name="absence_unique"),
        ]

    def __str__(self) -> str:
        return f"no {self.name}"


class ProposalKind(models.TextChoices):
    """What is proposed: a change of a secret, or of the universe as a whole."""

    CREATE = "create"
    ROTATE = "rotate"
    DELETE = "delete"
    UNPROTECT = "unprotect"
    RESTART = "restart"


ABOUT_UNIVERSES = (ProposalKind.UNPROTECT, ProposalKind.RESTART)


class ProposalState(models.TextChoices):
    """Whether it waits, and how it ended."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Proposal(models.Model):
    """A change, or a restart of game servers, that one person proposed and another must approve.

    Once it is approved there is a change with the same id, so there is never more than one. `box`
    is the sealed value, and empty as soon as it no longer waits; `digest` binds what is sent. A
    creation comes with the note and the owner that the secret gets here. `places` are those of a
    restart, with spaces between their ids; none stands for all.
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
    note = models.TextField(blank=True, default="")
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    places = models.TextField(blank=True, default="")
    bleed_off_minutes = models.PositiveIntegerField(null=True)
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

    @property
    def is_about_secret(self) -> bool:
        """Whether it is a change of a secret, and not of the universe as a whole."""
        return self.kind not in ABOUT_UNIVERSES

    @property
    def place_ids(self) -> list[int]:
        """The places that a restart is for; none stands for all."""
        return [int(place) for place in self.places.split()]
