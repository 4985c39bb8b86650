"""The tables of access: teams, and grants: who may do what, where, and until when."""

from typing import ClassVar, NamedTuple, cast

from django.db import models
from django.db.models import CharField, Q
from django.db.models.functions import Cast, Lower

from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.models.accounts import User
from secretsapp.models.universes import Environment, Universe

PATTERN_LENGTH = 65


class Place(NamedTuple):
    """Where a grant holds: a universe, those of an environment or of an owner, or all of them.

    `owner` is the owner as Roblox names it. At most one of the three is there; none means all
    universes, present and to come.
    """

    universe_id: int | None = None
    environment: str = ""
    owner: str = ""

    @property
    def is_everywhere(self) -> bool:
        """Whether it is all universes."""
        return self == EVERYWHERE

    @property
    def is_wide(self) -> bool:
        """Whether it is some universes, of an environment or an owner, and those to come."""
        return bool(self.environment or self.owner)

    @property
    def words(self) -> str:
        """What it is called within a sentence; one universe has a name of its own."""
        if self.environment:
            return f"all {Environment(self.environment).label.lower()} universes"
        owner = self.owner.replace("groups/", "group ").replace("users/", "user ")
        return f"all universes of {owner}" if owner else "all universes"


EVERYWHERE = Place()


class Team(models.Model):
    """A named set of people; what a grant gives the team, each member has while they are one."""

    name = models.CharField(max_length=60)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="team_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """That a person is in a team.

    `adder` is the person who added them, and `added_by` what they were called then; a command's
    has none.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    adder = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="added_memberships"
    )
    added_by = models.CharField(max_length=254)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "team"], name="membership_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"

    @property
    def adder_words(self) -> str:
        """Who added them, as a person is called today; else as they were called then."""
        if self.adder is None:
            return self.added_by
        # Several may have that name.
        return f"{self.adder.name} ({self.adder.email})" if self.adder.name else self.adder.email


class Grant(models.Model):
    """A role of a person or of a team, in one universe, in those of an environment or an owner,
    or in all where none of these is there.

    It covers the secrets that one of its patterns matches, and none without patterns. `giver` is
    the person who gave it, and `changer` who changed it last; what a command or Sealroom gave has
    none. `given_by` is what the latter was called then.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="grants")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="grants")
    universe = models.ForeignKey(
        Universe, on_delete=models.CASCADE, null=True, related_name="grants"
    )
    environment = models.CharField(
        max_length=20, blank=True, default="", choices=Environment.choices
    )
    owner = models.CharField(max_length=40, blank=True, default="")
    role = models.CharField(
        max_length=10, choices=[(role.value, ROLE_WORDS[role]) for role in Role]
    )
    until = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    giver = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="given_grants"
    )
    changer = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="changed_grants"
    )
    given_by = models.CharField(max_length=254)
    given_at = models.DateTimeField()
    # Someone who could prolong it said that it is to end as it does: no one is asked again.
    ends_as_meant = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            # The log has the ids of universes as text; `narrowing` looks grants up by it.
            models.Index("person", Cast("universe", CharField()), name="grant_by_text"),
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="grant_until"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team__isnull=True)
                | Q(person__isnull=True, team__isnull=False),
                name="grant_has_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(universe__isnull=True, environment="")
                | Q(universe__isnull=True, owner="")
                | Q(environment="", owner=""),
                name="grant_has_one_place",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.ADMIN.value)
                | Q(
                    universe__isnull=True,
                    environment="",
                    owner="",
                    until__isnull=True,
                    team__isnull=True,
                ),
                name="admin_is_everywhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.universe_id or 'more than one universe'}"

    @property
    def place(self) -> Place:
        """Where it holds."""
        return Place(self.universe_id, self.environment, self.owner)

    @property
    def scope(self) -> str:
        """What the place is called, within a sentence."""
        return self.universe.name if self.universe else self.place.words

    @property
    def holder(self) -> User | Team:
        """The person or the team whose it is."""
        # The database has one of the two for every row.
        return cast(User | Team, self.person or self.team)

    @property
    def names(self) -> tuple[str, ...]:
        """Its patterns in their order; they are looked up with it, or now."""
        return tuple(sorted(each.pattern for each in self.patterns.all()))


class GrantPattern(models.Model):
    """One of the patterns of a grant; the empty one matches every name."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="patterns")
    pattern = models.CharField(max_length=PATTERN_LENGTH, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "pattern"], name="grant_pattern_unique"),
        ]

    def __str__(self) -> str:
        return self.pattern
