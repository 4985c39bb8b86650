"""The versions that were sent, and what became of those whose answer never came.

Roblox lists no versions: it tells when a place was updated last, which a version that is only
saved may not change.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound, SealroomError
from secretsapp.core.roles import Permission
from secretsapp.core.times import CLOCK_TOLERANCE, sentence_time
from secretsapp.models import Publication, ServerRestart, Universe
from secretsapp.models.servers import OPEN_PUBLICATIONS, PublicationState
from secretsapp.opencloud import publishing
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS, SETTLE_AFTER
from secretsapp.rules import connections
from secretsapp.rules.acting import NoRight, acting
from secretsapp.rules.locks import claim, lock_universe
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import in_our_words
from secretsapp.servers.publishing import NOT_TOLD, move, tell

CLAIM = timedelta(seconds=3 * LONGEST_CALL_SECONDS)
REST = timedelta(minutes=1)
READ_FOR = timedelta(days=1)
# Calls of the endpoint that the background makes in a round of a minute.
READ_AT_MOST = 8
MOST_LISTED = 10
MOST_KNOWN = 50

AS_FOUND = NoRight("what became of a version is found and not done")
NOT_UPDATED = (
    "Roblox tells of no update of the place that this could be. Look at its version history in the "
    "Creator Dashboard before you publish again."
)
NOT_READ = "Roblox couldn’t be read for a day. Look at the place’s version history."

Verdict = tuple[PublicationState, str]


def of_universe(universe: Universe) -> list[Publication]:
    """Its last versions, the newest first; to be asked by who may see the universe."""
    rows = Publication.objects.filter(universe=universe).order_by("-started_at")
    return list(rows[:MOST_LISTED])


def known_places(universe: Universe) -> list[int]:
    """The places that it was published or restarted for last, to choose from."""
    published = Publication.objects.filter(universe=universe).order_by("-started_at")
    restarted = ServerRestart.objects.filter(universe=universe).order_by("-started_at")
    found = set(published.values_list("place_id", flat=True)[:MOST_KNOWN])
    for row in restarted[:MOST_LISTED]:
        found.update(row.place_ids)
    return sorted(found)[:MOST_KNOWN]


def settle_due(actor: Actor) -> int:
    """Find out what became of open ones; gives how many were looked at. Raises Forbidden."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    # Before that, one that has only started may be on its way.
    is_due = Q(state=PublicationState.UNKNOWN) | Q(started_at__lte=timezone.now() - SETTLE_AFTER)
    rows = Publication.objects.filter(is_due, state__in=OPEN_PUBLICATIONS)
    rows = rows.select_related("universe__api_key", "universe__server_key")
    found = [row for row in rows.order_by("tried_at", "started_at")[:READ_AT_MOST] if _claim(row)]
    for row in found:
        _settle(actor, row)
    return len(found)


def _claim(row: Publication) -> bool:
    now = timezone.now()
    rested = Q(tried_at__isnull=True) | Q(tried_at__lte=now - REST)
    found = Publication.objects.filter(rested, pk=row.pk, state__in=OPEN_PUBLICATIONS)
    return bool(claim(found, lasting=CLAIM, tried_at=now))


def _settle(actor: Actor, row: Publication) -> None:
    verdict = _judge(actor, row)
    if verdict is None:
        Publication.objects.filter(pk=row.pk).update(claimed_until=None)
        return
    # Its universe may have been removed meanwhile.
    with suppress(NotFound), acting(actor, AS_FOUND) as act:
        lock_universe(row.universe)
        if move(row, *verdict):
            tell(act, row, settled="by reading", started_by=row.actor_name)


def _judge(actor: Actor, row: Publication) -> Verdict | None:
    """What became of it by when the place was updated; None while that can still change."""
    waited = timezone.now() - row.started_at
    if not row.is_published:
        return (PublicationState.UNDETERMINED, NOT_TOLD) if waited >= SETTLE_AFTER else None
    try:
        updated = _read_update(actor, row)
    except SealroomError:
        return (PublicationState.UNDETERMINED, NOT_READ) if waited >= READ_FOR else None
    if updated is not None and _may_be(row, updated):
        reason = f"Roblox says that the place was updated at {sentence_time(updated)}."
        return PublicationState.SUCCEEDED, reason
    return (PublicationState.UNDETERMINED, NOT_UPDATED) if waited >= SETTLE_AFTER else None


def _read_update(actor: Actor, row: Publication) -> datetime | None:
    """When the place was updated last; any key can ask."""
    universe = row.universe
    api_key = universe.server_key or universe.api_key
    with in_our_words(only_reads=True), connections.client_of(actor, api_key) as client:
        return publishing.place_updated(client, universe.pk, row.place_id)


def _may_be(row: Publication, updated: datetime) -> bool:
    """Whether the place was updated since it was read before, when this version was sent."""
    if row.seen_updated_at is None or updated <= row.seen_updated_at:
        return False
    latest = row.started_at + SETTLE_AFTER + CLOCK_TOLERANCE
    return row.started_at - CLOCK_TOLERANCE <= updated <= latest
