"""Secrets as an actor may see them: the mirror of Roblox, never a value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeKind
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.policy import require_somewhere, rights_of
from secretsapp.secrets.secret_view import ByName, SecretView, open_by_name, rows_of, views_of

NEW_KEY_FOR = timedelta(days=7)

_MAY = (
    "may_rotate",
    "may_change_domain",
    "may_edit_details",
    "may_delete",
    "may_read_audit",
)


@dataclass(frozen=True)
class SecretListing:
    """The secrets of a universe that the actor may see, those first that are being created.

    `open` are the changes of these whose outcome is open, oldest first. `has_new_key` says that
    values are sealed for a new public key of the universe, recently.
    """

    secrets: list[SecretView]
    open: list[Change]
    may_create: bool
    has_new_key: bool

    @property
    def present(self) -> int:
        """How many of them Roblox has."""
        views = self.secrets
        return sum(1 for view in views if not (view.is_under_way or view.secret.missing_since))

    @property
    def may_import(self) -> bool:
        """Whether the actor may create or rotate some of them."""
        return self.may_create or any(view.may_rotate for view in self.secrets)

    @property
    def attention(self) -> int:
        """How many of them someone should look at."""
        return sum(view.needs_attention for view in self.secrets)


def listing(actor: Actor, universe: Universe) -> SecretListing:
    """Every secret of the universe that the actor may list, by name, in four queries."""
    rights = rights_of(actor)
    secrets = list(narrowed(actor, rows_of(universe), Permission.LIST_SECRETS))
    by_name = open_by_name(rights, universe)
    views = views_of(rights, secrets, by_name)
    return SecretListing(
        secrets=[*_under_way(universe, secrets, by_name), *views],
        open=sorted(chain.from_iterable(by_name.values()), key=lambda change: change.started_at),
        may_create=rights.allows_somewhere(Permission.CREATE_SECRET, universe.pk),
        has_new_key=_has_new_key(universe),
    )


def _has_new_key(universe: Universe) -> bool:
    if not universe.key_before or universe.key_since is None:
        return False
    return timezone.now() - universe.key_since < NEW_KEY_FOR


def names(actor: Actor, universe: Universe) -> list[str]:
    """The names that are taken in the universe, as far as the actor may list them.

    What Roblox no longer lists is not taken.
    """
    there = Secret.objects.filter(universe=universe, missing_since=None).order_by("name")
    seen = narrowed(actor, there, Permission.LIST_SECRETS)
    return list(seen.values_list("name", flat=True))


def check_may_create(actor: Actor, universe: Universe) -> None:
    """Raise Forbidden unless the actor may create some secret in the universe."""
    require_somewhere(actor, Permission.CREATE_SECRET, universe.pk)


def _under_way(
    universe: Universe, secrets: Iterable[Secret], by_name: ByName
) -> Iterator[SecretView]:
    """What is being created, by name: there is nothing yet that anyone could do to it."""
    for name in sorted(set(by_name) - {secret.name for secret in secrets}):
        creations = [each for each in by_name[name] if each.kind == ChangeKind.CREATE]
        if not creations:
            continue
        change = creations[-1]
        secret = Secret(universe=universe, name=name, domain=change.domain, last_change=change)
        yield SecretView(secret, tuple(creations), **dict.fromkeys(_MAY, False))
