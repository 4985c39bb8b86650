"""One secret as an actor may see it: the mirror of Roblox, never a value."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import OuterRef, QuerySet, Subquery

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.input_rules import is_documented_name, is_storable
from secretsapp.core.roles import Permission, Role
from secretsapp.models import Change, Secret, Universe, User
from secretsapp.models.secrets import OPEN_STATES
from secretsapp.rules.policy import Rights, require, rights_of

# The open changes of each name.
ByName = dict[str, list[Change]]


@dataclass(frozen=True)
class SecretView:
    """A secret with what the actor may do to it, and the writes to it that are still open.

    A creation under way is one as well, though its secret is not there yet.
    """

    secret: Secret
    open: tuple[Change, ...]
    may_rotate: bool
    may_change_domain: bool
    may_edit_details: bool
    may_delete: bool
    may_read_audit: bool

    @property
    def is_open(self) -> bool:
        """Whether the outcome of a write to it is not known yet."""
        return bool(self.open)

    @property
    def is_under_way(self) -> bool:
        """Whether it is being created, and as far as is known not there yet."""
        return self.secret.pk is None

    @cached_property
    def needs_attention(self) -> bool:
        """Whether it needs attention: changed outside Sealroom, missing, or an open write."""
        secret = self.secret
        return bool(self.is_open or secret.missing_since or secret.drifted_at)

    @property
    def is_changed_outside(self) -> bool:
        """Whether it was changed or deleted outside Sealroom, and nobody has reviewed that."""
        return bool(self.secret.drifted_at or self.secret.missing_since)

    @property
    def is_created_outside(self) -> bool:
        """Whether what was done outside Sealroom is that it was created there."""
        secret = self.secret
        return not self.changed_by and "" != secret.create_time == secret.update_time

    @property
    def is_without_owner(self) -> bool:
        """Whether nobody looks after it; of what is only being created nobody does yet."""
        return self.secret.owner_id is None and not self.is_under_way

    @property
    def owner_name(self) -> str:
        """Who looks after it, by name or else by email address; empty without one."""
        owner = self.secret.owner
        return (owner.name or owner.email) if owner else ""

    @property
    def drift(self) -> str:
        """What was found of it, for a form to carry."""
        return drift_of(self.secret)

    @cached_property
    def note_line(self) -> str:
        """The first line of its note that has something in it."""
        return first_line(self.secret.note)

    @cached_property
    def searched(self) -> str:
        """What a search in the list looks through."""
        return searched_of(self.secret.name, self.note_line)

    @property
    def denied(self) -> list[str]:
        """What the actor cannot do to it, as verbs."""
        deeds = (
            (self.may_rotate, "rotate"),
            (self.may_edit_details, "edit"),
            (self.may_delete, "delete"),
        )
        return [verb for is_allowed, verb in deeds if not is_allowed]

    @property
    def role_to_ask_for(self) -> str:
        """The least role with which they could do the first of these."""
        least = {"rotate": Role.ROTATOR, "edit": Role.EDITOR, "delete": Role.MANAGER}
        return least[self.denied[0]] if self.denied else ""

    @property
    def changed_by(self) -> str:
        """Who changed it last through Sealroom; empty if it was changed outside."""
        change = self.secret.last_change
        return change.actor_name if change else ""

    @property
    def changer_id(self) -> int | None:
        """The account of who did, whatever address it has today; None where it was no person."""
        change = self.secret.last_change
        return change.actor_id if change else None

    @property
    def changer_name(self) -> str:
        """The same by name, where it is a person who has one."""
        return getattr(self.secret, "changer_name", None) or self.changed_by

    @cached_property
    def changed_at(self) -> datetime | None:
        """When it was last changed, as Roblox says."""
        return self.secret.updated_at

    @cached_property
    def is_sendable(self) -> bool:
        """Whether it can be rotated and deleted from here: its name is one Roblox documents."""
        return is_documented_name(self.secret.name)


def get(
    actor: Actor,
    universe: Universe,
    name: str,
    permission: Permission = Permission.LIST_SECRETS,
) -> SecretView:
    """The secret of that name, for anyone with `permission` on it.

    Raises NotFound where it is not there or not to be seen, and Forbidden where the actor may
    see it and not do that.
    """
    rights = rights_of(actor)
    secret = rows_of(universe).filter(name=name).first() if is_storable(name) else None
    if secret is None or not rights.allows(Permission.LIST_SECRETS, universe.pk, name):
        raise NotFound(
            f"{universe.name} has no secret with that name that you can see. It may have been "
            "deleted: check the list.",
            universe_id=universe.pk,
            secret_name=name,
        )
    require(actor, permission, universe.pk, name)
    return next(views_of(rights, [secret], open_by_name(rights, universe)))


def drift_of(secret: Secret) -> str:
    """What was found of a secret changed outside Sealroom: whether it is missing, and since when.

    Empty where there is nothing to acknowledge.
    """
    if secret.missing_since:
        return f"missing {secret.update_time}"
    return f"changed {secret.update_time}" if secret.drifted_at else ""


def first_line(note: str) -> str:
    """The first line of a note that has something in it."""
    return note.strip().partition("\n")[0].strip()


def searched_of(name: str, note_line: str) -> str:
    """What a search in the list looks through: the name, and below it that line of the note."""
    return searchable(f"{name}\n{note_line}")


def searchable(text: str) -> str:
    """The text as it is compared with another in a search: case and hyphens make no difference."""
    return text.lower().replace("-", "_")


def rows_of(universe: Universe) -> QuerySet[Secret]:
    """The secrets of the mirror with all that a view shows of them."""
    changer = User.objects.filter(pk=OuterRef("last_change__actor_id")).values("name")
    rows = Secret.objects.filter(universe=universe).select_related("last_change", "owner")
    return rows.annotate(changer_name=Subquery(changer))


def open_by_name(rights: Rights, universe: Universe) -> ByName:
    """The open changes of what these rights let be listed, oldest first, by the name of each."""
    found = Change.objects.filter(universe=universe, state__in=OPEN_STATES).order_by("started_at")
    by_name: ByName = defaultdict(list)
    for change in found:
        if rights.allows(Permission.LIST_SECRETS, universe.pk, change.name):
            by_name[change.name].append(change)
    return by_name


def views_of(rights: Rights, secrets: Iterable[Secret], by_name: ByName) -> Iterator[SecretView]:
    """Each secret with what these rights allow, and its open changes."""
    for secret in secrets:
        yield _view(rights, secret, tuple(by_name.get(secret.name, ())))


def _view(rights: Rights, secret: Secret, open_changes: tuple[Change, ...]) -> SecretView:
    permitted = rights.on(secret.universe_id, secret.name)
    return SecretView(
        secret=secret,
        open=open_changes,
        may_rotate=Permission.ROTATE_SECRET in permitted,
        may_change_domain=Permission.CHANGE_DOMAIN in permitted,
        may_edit_details=Permission.EDIT_DETAILS in permitted,
        may_delete=Permission.DELETE_SECRET in permitted,
        may_read_audit=Permission.READ_AUDIT in permitted,
    )
