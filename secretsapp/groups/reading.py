"""Reads groups from Roblox: for who asks, daily, and soon after something was changed outside.

However many ask, each group is read once in a while, and all together with fewer than ten calls of
each endpoint a minute.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import RobloxBusy, SealroomError
from secretsapp.core.upkeep_errors import NoServerKey
from secretsapp.groups import noticing
from secretsapp.groups.deeds import TOLD_ACTIONS
from secretsapp.groups.log_keys import HOW, NO_KEY, Chosen, best, chosen
from secretsapp.groups.records import (
    Role,
    log_as_stored,
    roles_as_stored,
    roles_of,
    with_accounts,
    with_known,
)
from secretsapp.groups.seeing import check_may_see, group_of
from secretsapp.models import GroupNotice, RobloxGroup, Universe
from secretsapp.opencloud import groups
from secretsapp.opencloud.answers import NotAllowed, Refused, TooManyRequests, Unauthorized
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS, Client
from secretsapp.opencloud.group_types import GroupLog, RemoteGroup, RemoteRole
from secretsapp.rules import budgets, connections
from secretsapp.rules.acting import NoRight, acting
from secretsapp.rules.locks import claim
from secretsapp.rules.roblox import in_our_words

BUDGET, CALLS_A_MINUTE = "groups", 9
# So often the busiest endpoint is asked by a reading at most: members of five roles, or all roles.
CALLS_OF_LOOK, CALLS_OF_READING = 5, groups.ROLE_PAGES_AT_MOST
LOG_PAGES, LOG_DAYS, ENTRIES_KEPT = 3, timedelta(days=7), 100
ROLES_LISTED, MEMBERS_LISTED = 5, 100
NOTICES_KEPT = 50
REST = timedelta(minutes=1)
CLAIM = timedelta(seconds=14 * LONGEST_CALL_SECONDS)

_FOUND = NoRight("nobody chose what is found")


@dataclass(frozen=True)
class _Reading:
    """What Roblox told: `log` is None where it wasn't read, of which `log_failure` says why."""

    group: RemoteGroup
    roles: list[Role]
    log: GroupLog | None = None
    log_failure: str = ""


def look(actor: Actor, universe: Universe) -> bool:
    """Read the universe's group with members and log; False where that was done a moment ago.

    Raises Forbidden for who doesn't see the whole universe, NoGroup where no group owns it, and
    RobloxBusy where too many groups were read within a minute. A failure of Roblox is stored, to be
    shown.
    """
    check_may_see(actor, universe)
    group = group_of(universe)
    # With weaker keys than the background has, less would be known afterwards.
    owned = Universe.objects.filter(owner=universe.owner).select_related("api_key", "server_key")
    return read(actor, group, best(list(owned.order_by("pk")) or [universe]), is_look=True)


def read(actor: Actor, group: RobloxGroup, universe: Universe, *, is_look: bool) -> bool:
    """Read the group with the keys of that universe, if this process may; whether it did.

    People who don't see that universe are shown what was read, so nothing that is stored names it.
    """
    now = timezone.now()
    rested = Q(tried_at=None) | Q(tried_at__lte=now - REST)
    if not claim(RobloxGroup.objects.filter(rested, pk=group.pk), lasting=CLAIM, tried_at=now):
        return False
    claimed = RobloxGroup.objects.filter(pk=group.pk).first()
    if claimed is None:
        # Its last universe was removed meanwhile.
        return False
    calls = CALLS_OF_LOOK if is_look else CALLS_OF_READING
    if not budgets.take(BUDGET, calls, of=CALLS_A_MINUTE):
        _let_go(claimed, tried_at=group.tried_at)
        raise RobloxBusy(
            "Other groups were read within the last minute, so this one wasn’t asked for. Try "
            "again in a minute.",
            retry_after=60,
        )
    try:
        found = _asked(actor, claimed, chosen(universe), is_look=is_look)
    except SealroomError as error:
        _let_go(claimed, failure=str(error))
        return False
    _store(actor, claimed, found, is_look=is_look)
    return True


def _let_go(group: RobloxGroup, **columns: object) -> None:
    rows = RobloxGroup.objects.filter(pk=group.pk, claimed_until=group.claimed_until)
    rows.update(claimed_until=None, **columns)


def _asked(actor: Actor, group: RobloxGroup, key: Chosen, *, is_look: bool) -> _Reading:
    if key.api_key.is_oauth:
        raise NoServerKey(NO_KEY)
    client_of_key = connections.client_of(actor, key.api_key)
    with in_our_words(only_reads=True), client_of_key as client:
        found = groups.get_group(client, group.pk)
        roles = groups.list_roles(client, group.pk)
        if not is_look:
            return _Reading(found, _as_listed(roles, roles_of(group) or []))
        accounts = _accounts(client, group.pk, roles)
        log, failure = _log(client, group.pk, key)
    return _Reading(found, [with_accounts(role, accounts) for role in roles], log, failure)


def _as_listed(roles: list[RemoteRole], before: list[Role]) -> list[Role]:
    """The roles with the members that were listed at the last look."""
    known = {role.role_id: role.accounts for role in before if role.accounts is not None}
    return [with_accounts(role, known) for role in roles]


def _accounts(client: Client, group_id: int, roles: list[RemoteRole]) -> dict[int, tuple[int, ...]]:
    """Who has the highest roles, of those that are small enough to be listed."""
    small = [role for role in roles if role.rank and 0 < (role.members or 0) <= MEMBERS_LISTED]
    highest = sorted(small, key=lambda role: -role.rank)[:ROLES_LISTED]
    return {
        role.role_id: tuple(groups.list_members(client, group_id, role.role_id)) for role in highest
    }


def _log(client: Client, group_id: int, key: Chosen) -> tuple[GroupLog | None, str]:
    """The group's log, or why it can't be read with that key."""
    if not key.reads_log:
        return None, key.log_failure
    since = timezone.now() - LOG_DAYS
    try:
        return groups.read_log(client, group_id, since=since, pages=LOG_PAGES), ""
    except TooManyRequests:
        raise
    except (NotAllowed, Unauthorized):
        return None, f"Roblox doesn’t let this key read the group’s audit log. {HOW}"
    except Refused as refusal:
        return None, f"Roblox refused to tell the group’s audit log ({refusal.status})."


def _store(actor: Actor, before: RobloxGroup, found: _Reading, *, is_look: bool) -> None:
    """Store what was read, and tell what changed; a claim that was lost stores nothing."""
    now = timezone.now()
    found = replace(found, roles=with_known(found.roles, roles_of(before) or []))
    noticed = noticing.between(before, found.group.owner_id, found.roles)
    columns = _columns(found, now) | (_columns_of_look(found, now) if is_look else {})
    with acting(actor, _FOUND) as act:
        rows = RobloxGroup.objects.filter(pk=before.pk, claimed_until=before.claimed_until)
        if not rows.update(claimed_until=None, **columns):
            return
        before.name = title = found.group.name or str(before.pk)
        for each in noticed:
            GroupNotice.objects.create(
                group=before, kind=each.kind, role=each.role, what=each.what, noticed_at=now
            )
            detail = {"name": title, **each.detail}
            act.tell(noticing.EVENTS[each.kind], subject=before, detail=detail)
        _forget_old_notices(before)


def _columns(found: _Reading, now: datetime) -> dict[str, object]:
    group = found.group
    return {
        "name": group.name,
        "owner_id": group.owner_id,
        "roles": roles_as_stored(found.roles),
        "read_at": now,
        "failure": "",
    }


def _columns_of_look(found: _Reading, now: datetime) -> dict[str, object]:
    log = found.log
    told = [each for each in log.entries if each.action in TOLD_ACTIONS] if log else []
    since = (log.reaches_to or now - LOG_DAYS) if log else None
    kept = told[:ENTRIES_KEPT]
    return {
        "looked_at": now,
        "log": log_as_stored(kept),
        "log_since": kept[-1].time if len(told) > len(kept) else since,
        "log_failure": found.log_failure,
    }


def _forget_old_notices(group: RobloxGroup) -> None:
    kept = group.notices.order_by("-pk").values_list("pk", flat=True)[:NOTICES_KEPT]
    group.notices.exclude(pk__in=list(kept)).delete()
