"""Runs batches: the items of each API key by one worker at a time, several of them under way.

One thread of a lane asks the database; others only speak with Roblox. The claim of a lane keeps
its pace in one hand and is no more than that: what keeps an item from being sent twice is that it
is taken in the transaction that writes its change down.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from secretsapp.batches import finishing, items
from secretsapp.batches.lane_work import SOON, LaneWork
from secretsapp.core import actor as actors
from secretsapp.core.errors import KeyTrouble
from secretsapp.models import ApiKey, Lane
from secretsapp.opencloud.answers import NotRenewed, OpenCloudError, Renewal
from secretsapp.rules import connections
from secretsapp.rules.locks import claim, unclaimed
from secretsapp.rules.roblox import LOSSES, translate

# So many items of one key are under way at once.
SENDERS = 32
# A worker that was killed holds its lanes for so long, and renews the claim of those it works on.
CLAIMED_FOR = timedelta(seconds=20)
RENEWED_AFTER = timedelta(seconds=5)
FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=5), timedelta(minutes=5)
# Where only some universes can't be read, what is asked of the others meanwhile waits no longer.
UNREAD_BACKOFF = timedelta(seconds=30)
MOST_FAILURES = 10
GATHERED_SECONDS = 0.015

Stop = Callable[[], bool]


def _never() -> bool:
    return False


def run_due(stop: Stop = _never) -> int:
    """Run the lanes that are due, one after the other, until nothing of them can be sent now.

    Gives how many there were.
    """
    count = 0
    for lane in claim_due():
        run(lane, stop)
        count += 1
    return count


def claim_due(most: int = 100) -> Iterator[Lane]:
    """The lanes in which something waits and may be sent now, each claimed for this process."""
    in_turn = _due().select_related("api_key").order_by(F("claimed_until").asc(nulls_first=True))
    for lane in list(in_turn[:most]):
        if claim(_due().filter(pk=lane.pk), lasting=CLAIMED_FOR):
            yield lane


def others_wait() -> bool:
    """Whether something waits, and may be sent now, that no process sends."""
    return _due().exists()


def _due() -> QuerySet[Lane]:
    now = timezone.now()
    may_go = Q(wait_until=None) | Q(wait_until__lte=now)
    has_work = Exists(items.waiting().filter(universe__api_key=OuterRef("pk")))
    return Lane.objects.filter(unclaimed(), may_go, has_work)


def run(lane: Lane, stop: Stop = _never) -> None:
    """Send what waits in a claimed lane until there is nothing more, or Roblox wants a break."""
    words, longest = "", LONGEST_BACKOFF
    try:
        with (
            connections.clients_of(actors.system("batches"), lane.api_key, count=SENDERS) as found,
            ThreadPoolExecutor(SENDERS) as pool,
        ):
            if found[0].ends_soon:
                # Its renewal was cut off: it is tried again once the access is over.
                raise NotRenewed(Renewal.UNSURE)
            work = LaneWork(lane, found, pool)
            _go_on(work, lambda: stop() or found[0].ends_soon)
            words = work.last_words
            longest = UNREAD_BACKOFF if work.is_partly_unread else LONGEST_BACKOFF
    except KeyTrouble as error:
        finishing.fail_lane(lane, error)
    except OpenCloudError as error:
        words = _not_opened(lane, error)
    _release(lane, words, longest)
    finishing.end_finished()


def _not_opened(lane: Lane, error: OpenCloudError) -> str:
    """What a lane waits for whose access could not be renewed; one that is lost fails it."""
    refusal = translate(error)
    if isinstance(error, NotRenewed) and error.why in LOSSES:
        finishing.fail_lane(lane, refusal)
        return ""
    return str(refusal)


def _go_on(work: LaneWork, stop: Stop) -> None:
    """Begin, wait and store, round after round; what is under way is always waited for."""
    renewed_at, is_ours = timezone.now(), True
    while True:
        must_end = stop() or bool(work.trouble) or not is_ours
        pause = None if must_end else work.begin_more()
        if pause is None and not work.flights:
            return
        _wait(work, min(pause or SOON, SOON))
        if timezone.now() - renewed_at > RENEWED_AFTER:
            renewed_at, is_ours = timezone.now(), _renew(work.lane)
            finishing.end_finished()


def _renew(lane: Lane) -> bool:
    """Claim the lane for longer, unless its key was replaced: the next one begins with the new."""
    value = lane.api_key.encrypted_value
    mine = Lane.objects.filter(api_key__in=ApiKey.objects.filter(pk=lane.pk, encrypted_value=value))
    return bool(mine.update(claimed_until=timezone.now() + CLAIMED_FOR))


def _wait(work: LaneWork, seconds: float) -> None:
    if not work.flights:
        time.sleep(seconds)
        return
    landed, _ = wait(work.flights, timeout=seconds, return_when=FIRST_COMPLETED)
    if landed:
        # Those that began together come back together, and are stored together.
        time.sleep(GATHERED_SECONDS)
    work.land([flight for flight in work.flights if flight.done()])


def _release(lane: Lane, words: str, longest: timedelta) -> None:
    """Give the lane back; after trouble it waits, each time twice as long.

    The end of its claim stays: those that others had to wait for come last.
    """
    now = timezone.now()
    backoff = min(FIRST_BACKOFF * (1 << lane.failures), longest)
    Lane.objects.filter(pk=lane.pk).update(
        claimed_until=now,
        wait_until=now + backoff if words else None,
        failures=min(lane.failures + 1, MOST_FAILURES) if words else 0,
        words=words,
    )
