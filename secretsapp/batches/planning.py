"""What a batch would do to each secret, found out before a value is given and without Roblox."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Lower, Replace

from secretsapp.core import binding, input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import SealroomError
from secretsapp.core.roles import Permission, refusal
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import Secret, Universe
from secretsapp.models.secrets import ChangeKind
from secretsapp.rules.policy import Rights, rights_of

TAKES = {
    ChangeKind.CREATE: Permission.CREATE_SECRET,
    ChangeKind.ROTATE: Permission.ROTATE_SECRET,
    ChangeKind.DELETE: Permission.DELETE_SECRET,
}
# What gives secrets a value.
WRITES = (Permission.CREATE_SECRET, Permission.ROTATE_SECRET)
TWICE = "It stands here twice. Leave one of them out."
NOT_THERE = "There is no such secret, so there is nothing to delete."
NEEDS_A_PERSON = (
    "The universe is protected, and proposals are made by people. Say who you are: --as EMAIL."
)

MARK_LENGTH = 16

_Pair = tuple[Universe, str]


@dataclass(frozen=True)
class Planned:
    """What would happen to one name in one universe; nothing was sent.

    `refused` is a sentence where it can't be done. `domain` and `seen_version` are the allowed host
    and the time of the last change as the mirror has them, empty for a creation. `is_similar_to`
    is a name of the universe that differs only in case or in - and _. Where it was changed outside
    Sealroom (`is_drifted`), nobody here has chosen its host.
    """

    universe: Universe
    name: str
    kind: ChangeKind
    refused: str = ""
    is_similar_to: str = ""
    domain: str = ""
    seen_version: str = ""
    is_drifted: bool = False

    @property
    def needs_approval(self) -> bool:
        """Whether the universe is protected, so that it becomes a proposal."""
        return self.universe.protected

    @property
    def updated_at(self) -> datetime | None:
        """When the secret was last changed, as far as Roblox says."""
        return parse_roblox_time(self.seen_version)

    @property
    def mark(self) -> str:
        """What tells this plan from another one, for a page to be sent back as it was seen."""
        parts = (self.kind, self.domain, self.seen_version, self.refused, str(self.needs_approval))
        return binding.digest("plan", str(self.universe.pk), self.name, *parts)[:MARK_LENGTH]


def plan(actor: Actor, *, pairs: Sequence[_Pair], deletes: bool = False) -> list[Planned]:
    """What would happen to these names, in their order, in four queries.

    What is there is rotated, or deleted with `deletes`; what is not there is created.
    """
    rights, mirror = rights_of(actor), _Mirror(pairs)
    seen: set[tuple[int, str]] = set()
    found = []
    for universe, name in pairs:
        may_list = rights.allows(Permission.LIST_SECRETS, universe.pk, name)
        secret = mirror.secrets.get((universe.pk, name)) if may_list else None
        planned = _planned(universe, name, secret, deletes=deletes)
        is_twice = (universe.pk, name) in seen
        seen.add((universe.pk, name))
        refused = TWICE if is_twice else _refused(actor, rights, planned, mirror)
        found.append(_told(planned, refused, rights, mirror))
    return found


class _Mirror:
    """What is known of these names, and how many secrets each universe has."""

    def __init__(self, pairs: Sequence[_Pair]) -> None:
        universes = {universe.pk for universe, _ in pairs}
        names = {name for _, name in pairs}
        there = Secret.objects.filter(universe__in=universes, missing_since=None).order_by()
        secrets = there.filter(name__in=names).only(
            "universe_id", "name", "domain", "update_time", "drifted_at"
        )
        self.secrets = {(secret.universe_id, secret.name): secret for secret in secrets}
        counted = there.values_list("universe_id").annotate(Count("pk"))
        self.counts = Counter(dict(counted))
        self.alike = self._alike(there, names)

    @staticmethod
    def _alike(there: QuerySet[Secret], names: set[str]) -> dict[tuple[int, str], str]:
        """The names that are there, by universe and likeness; the last of several."""
        plain = Lower(Replace("name", Value("-"), Value("_")))
        likes = {input_rules.likeness(name) for name in names}
        rows = there.annotate(plain=plain).filter(plain__in=likes)
        return {
            (universe_id, input_rules.likeness(name)): name
            for universe_id, name in rows.values_list("universe_id", "name")
        }


def _planned(universe: Universe, name: str, secret: Secret | None, *, deletes: bool) -> Planned:
    if secret is None:
        kind = ChangeKind.DELETE if deletes else ChangeKind.CREATE
        return Planned(universe, name, kind)
    kind = ChangeKind.DELETE if deletes else ChangeKind.ROTATE
    return Planned(
        universe,
        name,
        kind,
        domain=secret.domain,
        seen_version=secret.update_time,
        is_drifted=secret.drifted_at is not None,
    )


def _refused(actor: Actor, rights: Rights, planned: Planned, mirror: _Mirror) -> str:
    """The sentence that refuses it; who may not list a name isn't told whether it is there."""
    place, name = planned.universe.pk, planned.name
    permission = TAKES[planned.kind]
    if not rights.allows(Permission.LIST_SECRETS, place, name):
        return str(refusal(Permission.CREATE_SECRET, place, name))
    if not rights.allows(permission, place, name):
        return str(refusal(permission, place, name))
    if planned.needs_approval and actor.person_id is None:
        return NEEDS_A_PERSON
    return _refused_name(planned, mirror)


def _refused_name(planned: Planned, mirror: _Mirror) -> str:
    is_there = (planned.universe.pk, planned.name) in mirror.secrets
    if planned.kind is ChangeKind.DELETE and not is_there:
        return NOT_THERE
    check = input_rules.check_sendable if is_there else input_rules.check_name
    try:
        check(planned.name)
    except SealroomError as error:
        return str(error)
    if not is_there:
        mirror.counts[planned.universe.pk] += 1
        if mirror.counts[planned.universe.pk] > input_rules.SECRETS_PER_UNIVERSE:
            return (
                f"{planned.universe.name} would have more than "
                f"{input_rules.SECRETS_PER_UNIVERSE} secrets, the most Roblox allows."
            )
    return ""


def _told(planned: Planned, refused: str, rights: Rights, mirror: _Mirror) -> Planned:
    place, name = planned.universe.pk, planned.name
    similar = ""
    if planned.kind is ChangeKind.CREATE:
        similar = mirror.alike.get((place, input_rules.likeness(name)), "")
        if not rights.allows(Permission.LIST_SECRETS, place, similar):
            similar = ""
    return replace(planned, refused=refused, is_similar_to=similar)
