"""Reads every group once a day, and one soon after a secret in it was changed outside."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import RobloxBusy
from secretsapp.core.roles import Permission
from secretsapp.core.times import DAY
from secretsapp.groups import reading
from secretsapp.groups.log_keys import best
from secretsapp.groups.seeing import group_id_of
from secretsapp.models import RobloxGroup, Secret, Universe
from secretsapp.models.secrets import UNUSUAL
from secretsapp.rules.locks import unclaimed
from secretsapp.rules.policy import require_installation

REST_AFTER_FAILURE = timedelta(hours=1)
# More than a minute has room for.
TRIED_AT_MOST = 10


def read_due(actor: Actor) -> int:
    """Read the groups that are due, as far as the calls of this minute allow; gives how many."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    universes = _universes_by_group()
    _know(universes)
    noticed, read = _noticed(), 0
    for group in _due(noticed):
        try:
            wants_look = _is_news(group, noticed.get(group.pk))
            read += reading.read(actor, group, best(universes[group.pk]), is_look=wants_look)
        except RobloxBusy:
            break
    return read


def _universes_by_group() -> dict[int, list[Universe]]:
    """The universes of each group, with their keys."""
    found: dict[int, list[Universe]] = {}
    owned = Universe.objects.filter(owner__startswith="groups/").order_by("pk")
    for universe in owned.select_related("api_key", "server_key"):
        group_id = group_id_of(universe)
        if group_id is not None:
            found.setdefault(group_id, []).append(universe)
    return found


def _know(group_ids: Iterable[int]) -> None:
    """A row for each of the groups, and for no other: of those that are gone nothing is kept."""
    wanted, known = set(group_ids), set(RobloxGroup.objects.values_list("pk", flat=True))
    new = [RobloxGroup(pk=each) for each in sorted(wanted - known)]
    RobloxGroup.objects.bulk_create(new, ignore_conflicts=True)
    RobloxGroup.objects.filter(pk__in=known - wanted).delete()


def _noticed() -> dict[int, datetime]:
    """When something that nobody reviewed was last noticed in a universe of each group."""
    at = Max(Coalesce("missing_since", "drifted_at"))
    rows = Secret.objects.filter(UNUSUAL).order_by().values("universe__owner").annotate(at=at)
    found: dict[int, datetime] = {}
    for row in rows:
        group_id = group_id_of(Universe(owner=row["universe__owner"]))
        if group_id is not None:
            found[group_id] = row["at"]
    return found


def _is_news(group: RobloxGroup, noticed_at: datetime | None) -> bool:
    """Whether something was changed outside since members and log were read."""
    return noticed_at is not None and (group.looked_at is None or group.looked_at < noticed_at)


def _due(noticed: dict[int, datetime]) -> list[RobloxGroup]:
    """Those with news first, then those unread for a day; what failed rests for longer."""
    now = timezone.now()
    rested = Q(tried_at=None) | Q(failure="", tried_at__lte=now - reading.REST)
    rested |= Q(tried_at__lte=now - REST_AFTER_FAILURE)
    groups = RobloxGroup.objects.filter(rested, unclaimed()).order_by("read_at", "pk")
    news = [group for group in groups if _is_news(group, noticed.get(group.pk))]
    old = [each for each in groups if each.read_at is None or each.read_at <= now - DAY]
    return list(dict.fromkeys([*news, *old]))[:TRIED_AT_MOST]
