"""What was changed outside Sealroom, over all universes: seen on one page, and reviewed from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT, is_storable
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import Secret
from secretsapp.models.secrets import UNUSUAL
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.paging import Asked, Page, containing, cut
from secretsapp.rules.policy import rights_of
from secretsapp.secrets import details, drift
from secretsapp.secrets.details import NewDetails
from secretsapp.secrets.secret_view import drift_of

Seen = Mapping[tuple[int, str], str | None]

NOTHING_TICKED = "Nothing was changed. First tick the secrets that you mean."


@dataclass(frozen=True)
class Found:
    """A secret that was changed outside Sealroom, and whether the actor may review it."""

    secret: Secret
    may_review: bool

    @property
    def noticed_at(self) -> datetime | None:
        """When Sealroom found it."""
        return self.secret.missing_since or self.secret.drifted_at

    @property
    def mark(self) -> str:
        """What was found, for a form to carry: a later change is not reviewed by it."""
        secret = self.secret
        return f"{secret.universe_id} {quote(secret.name, safe='')} {drift_of(secret)}"


def changed(actor: Actor, asked: Asked, *, environment: str | None = None) -> Page[Found]:
    """Those that the actor may list, what was noticed last first; in one environment, if given."""
    found = Secret.objects.filter(UNUSUAL, containing(asked.search, "name"))
    if environment is not None:
        found = found.filter(universe__environment=environment)
    listed = narrowed(actor, found, Permission.LIST_SECRETS).select_related("universe", "owner")
    noticed = listed.annotate(noticed_at=Coalesce("missing_since", "drifted_at"))
    page = cut(noticed.order_by("-noticed_at", "universe", "name"), asked.number)
    rights = rights_of(actor)
    return page.of(
        Found(
            secret,
            rights.allows(Permission.EDIT_DETAILS, secret.universe_id, secret.name),
        )
        for secret in page.items
    )


def check_may_review(actor: Actor) -> None:
    """Raise Forbidden for those who may not edit the details of a secret anywhere."""
    if rights_of(actor).universes_with(Permission.EDIT_DETAILS) == set():
        raise refusal(Permission.EDIT_DETAILS)


def review(actor: Actor, *, seen: Seen, new: NewDetails) -> int:
    """Mark these as reviewed, and adopt those that are there by a note or an owner that is new.

    `seen` is what the person saw of each (`drift_of`), None for what holds now, by the ids of
    universes and names. What they can't list doesn't exist. It is done for all of them or for none,
    with the events of a single one each. Gives of how many there was anything to review. Raises
    InvalidInput where none is there, Forbidden for those who may not edit the details of one, and
    StaleVersion where one was changed again since.
    """
    check_may_review(actor)
    found = _chosen(actor, seen)
    labels.check_remark(new.note or "", field="note", limit=labels.NOTE_LIMIT)
    needs = [Right(Permission.EDIT_DETAILS, each.universe_id, each.name) for each in found]
    with acting(actor, *needs) as act:
        for universe in sorted({each.universe for each in found}, key=lambda each: each.pk):
            lock_universe(universe)
        return sum(
            _review(act, secret, seen[secret.universe_id, secret.name], new)
            for secret in _again(found)
        )


def _review(act: Act, secret: Secret, seen: str | None, new: NewDetails) -> bool:
    is_new = drift.acknowledge_locked(act, secret.universe, secret, seen)
    # What Roblox no longer lists has left the list here too.
    if secret.pk is not None:
        details.set_locked(act, secret.universe, secret, new)
    return is_new


def _again(found: Collection[Secret]) -> QuerySet[Secret]:
    """The same as they are now that nothing changes them."""
    ids = [each.pk for each in found]
    return Secret.objects.filter(pk__in=ids).select_related("universe", "owner").order_by("pk")


def _chosen(actor: Actor, keys: Collection[tuple[int, str]]) -> list[Secret]:
    asked = [key for key in keys if key[0] <= UNIVERSE_ID_LIMIT and is_storable(key[1])]
    rows = Secret.objects.filter(
        universe__in={universe_id for universe_id, _ in asked},
        name__in={name for _, name in asked},
    )
    listed = narrowed(actor, rows, Permission.LIST_SECRETS).select_related("universe")
    found = [each for each in listed if (each.universe_id, each.name) in keys]
    if not found:
        raise InvalidInput(NOTHING_TICKED)
    return found
