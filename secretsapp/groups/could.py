"""Who could have changed a universe's secrets at Roblox, as far as that is known.

Certain are the owner, and the account of a key that opens the secrets: at Roblox one permission is
for listing and changing them. Which roles hold it Roblox doesn't tell, so nothing is said of those.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Coalesce

from secretsapp.api_keys.remembered import remembered
from secretsapp.core.actor import Actor
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.roles import Permission
from secretsapp.groups.records import Role, log_of, roles_of
from secretsapp.groups.seeing import check_may_see, group_id_of, may_see, owner_of
from secretsapp.models import GroupNotice, RobloxGroup, Secret, Universe
from secretsapp.models.secrets import UNUSUAL
from secretsapp.opencloud.group_types import LogEntry
from secretsapp.rules.policy import rights_of

# A group's guests are everyone, and no role can give them this permission.
GUEST_RANK = 0
CHANGES_TOLD = 20


@dataclass(frozen=True)
class Account:
    """An account that could for certain, by its id, and why."""

    user_id: int
    why: str


@dataclass(frozen=True)
class Could:
    """Who could change secrets of a universe: accounts for certain, roles perhaps.

    Of a universe of a group `is_read` says whether the group was read, `read_at` when.
    """

    universe: Universe
    accounts: tuple[Account, ...]
    roles: tuple[Role, ...] = ()
    group_id: int | None = None
    read_at: datetime | None = None

    @property
    def words(self) -> str:
        """What is known, in a sentence."""
        if self.group_id is not None and self.read_at is None:
            return f"Nobody has looked yet who could.{self._certain}"
        if not self.accounts:
            return "Who could isn’t known."
        return self._certain.strip()

    @property
    def short(self) -> str:
        """The same in a few words, to lead to the rest."""
        count = len(self.accounts)
        if not count or (self.group_id is not None and self.read_at is None):
            return "Who could"
        return f"At least {count} account{'' if count == 1 else 's'} could"

    @property
    def _certain(self) -> str:
        if not self.accounts:
            return ""
        count = len(self.accounts)
        named = " and ".join(f"{each.user_id} ({each.why})" for each in self.accounts)
        return f" At least {count} account{'' if count == 1 else 's'} could: {named}."

    @property
    def doubt(self) -> str:
        """What isn't known of a group, in a sentence."""
        if self.group_id is None or self.read_at is None:
            return ""
        return (
            "Roblox doesn’t say which roles hold the permission “List, create, update, and delete "
            "secrets”, so members of other roles may be able to as well."
        )


@dataclass(frozen=True)
class GroupView:
    """A universe's group as its page tells it; `group` is None where no group owns it.

    `changed` are secrets that were changed outside and that nobody has reviewed.
    """

    could: Could
    group: RobloxGroup | None
    changed: Sequence[Secret] = ()
    entries: Sequence[LogEntry] = ()
    notices: Sequence[GroupNotice] = ()
    may_review: bool = False

    @property
    def seen(self) -> int:
        """The newest of the notices, for a form to carry: what comes later isn't reviewed by it."""
        return max((notice.pk for notice in self.notices), default=0)


def of_universe(actor: Actor, universe: Universe) -> GroupView:
    """What is known of the universe's group; Forbidden for who doesn't see the whole universe."""
    check_may_see(actor, universe)
    group = RobloxGroup.objects.filter(pk=group_id_of(universe) or 0).first()
    told = _could(universe, group)
    if group is None:
        return GroupView(told, None, _changed(universe))
    return GroupView(
        could=told,
        group=group,
        changed=_changed(universe),
        entries=log_of(group),
        notices=list(group.notices.all()),
        may_review=rights_of(actor).allows_installation(Permission.MANAGE_UNIVERSES),
    )


def _changed(universe: Universe) -> list[Secret]:
    """What was noticed last, so that it can be held against the group's log."""
    found = Secret.objects.filter(UNUSUAL, universe=universe)
    noticed = found.annotate(noticed_at=Coalesce("missing_since", "drifted_at"))
    return list(noticed.order_by("-noticed_at", "name")[:CHANGES_TOLD])


def of_universes(actor: Actor, universe_ids: Iterable[int]) -> dict[int, Could]:
    """Who could in each universe of which the actor sees every secret, by its id."""
    universes = Universe.objects.filter(pk__in=universe_ids).select_related("api_key")
    seen = {each.pk: each for each in universes if may_see(actor, each)}
    groups = RobloxGroup.objects.in_bulk({group_id_of(each) or 0 for each in seen.values()})
    return {pk: _could(each, groups.get(group_id_of(each) or 0)) for pk, each in seen.items()}


def _could(universe: Universe, group: RobloxGroup | None) -> Could:
    owner, group_id = owner_of(universe), group_id_of(universe)
    known = dict[int, str]()
    if owner and owner[0] == "users":
        known[owner[1]] = "owns the game"
    elif group and group.read_at and group.owner_id:
        known[group.owner_id] = "owns the group"
    if account := _account_of_key(universe):
        known.setdefault(account, "its API key is used here")
    roles = [role for role in (roles_of(group) if group else None) or [] if role.rank > GUEST_RANK]
    return Could(
        universe,
        tuple(Account(user_id, why) for user_id, why in known.items()),
        tuple(roles),
        group_id,
        group.read_at if group else None,
    )


def _account_of_key(universe: Universe) -> int | None:
    """The account whose key opened the secrets at the last look, if Roblox told whose it is."""
    api_key = universe.api_key
    hint = remembered(api_key)
    is_proven = KeyVerdict(api_key.check_verdict).has_read
    account = hint.account if hint and is_proven else ""
    return int(account) if account else None
