"""A universe's group to look at: unread, read with much in it, and without its log."""

from datetime import UTC, datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from secretsapp.groups.log_keys import HOW
from secretsapp.groups.records import Role, log_as_stored, roles_as_stored
from secretsapp.groups.seeing import group_of
from secretsapp.models import GroupNotice, Secret, Universe
from secretsapp.models.universes import GroupNoticeKind
from secretsapp.opencloud.group_types import LogEntry
from tests.browser.catalogue import LONG_NAME, Look

OWNER = 2**53


def looks_at_groups(universe: Universe) -> list[Look]:
    """The group as it was read, with long names, and of a universe that nobody can tell it of."""
    path = path_of_group(universe)
    return [
        Look("group_noticed", path),
        Look("group_viewer", path, "viewer"),
        Look("outside_could", reverse("outside"), "viewer"),
    ]


def path_of_group(universe: Universe) -> str:
    """A group of many roles and members, what changed in it, and its log."""
    group, now = group_of(universe), timezone.now()
    roles = [
        Role(number, f"{LONG_NAME} {number}", number, 40, None, "", tuple(range(10**9, 10**9 + 40)))
        for number in range(1, 4)
    ]
    deeds = ("ChangeOwner", "ChangeRank", "UpdateRolesetData", "JoinGroup", "Unheard")
    entries = [
        LogEntry(now - timedelta(hours=hours), deed, OWNER, LONG_NAME, LONG_NAME)
        for hours, deed in enumerate(deeds)
    ]
    group.name, group.owner_id = f"Works {LONG_NAME}"[:100], OWNER
    group.roles, group.log = roles_as_stored(roles), log_as_stored(entries)
    group.read_at = group.looked_at = now
    group.log_since = datetime(2026, 3, 1, tzinfo=UTC)
    group.failure = "Roblox could not be reached."
    group.save()
    for kind in GroupNoticeKind:
        GroupNotice.objects.create(
            group=group, kind=kind, role=LONG_NAME, what="account 700", noticed_at=now
        )
    Secret.objects.filter(universe=universe).update(drifted_at=now)
    return reverse("group", args=[universe.pk])


def looks_without_log(universe: Universe) -> list[Look]:
    """The same with a key that may not read the log."""
    path = path_of_group(universe)
    group = group_of(universe)
    group.log_failure = HOW
    group.save(update_fields=["log_failure"])
    return [Look("group_without_log", path, "auditor")]
