"""The work in one lane: looks at universes, begins items, and stores what came of them."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from queue import SimpleQueue

from django.utils import timezone

from secretsapp.batches import finishing, items, sending
from secretsapp.batches.intents import Seen, look_and_ask, universe_of
from secretsapp.batches.pacing import Pace
from secretsapp.batches.sending import BROKEN, Answered, Begun
from secretsapp.models import BatchItem, Lane, Universe
from secretsapp.models.secrets import ChangeKind
from secretsapp.opencloud.answers import (
    Allowance,
    NothingSent,
    OpenCloudError,
    Refused,
    TooManyRequests,
)
from secretsapp.opencloud.client import Client
from secretsapp.rules.roblox import translate
from secretsapp.secrets import attempts
from secretsapp.secrets.attempts import Sent

log = logging.getLogger(__name__)

# What was read of a universe is evidence for so long; then it is read again.
LOOK_LASTS = timedelta(seconds=60)
READ_AT_ONCE = 256
# How long to wait for what is under way before it is asked again whether something can begin.
SOON = 0.5
LIST, KEY = "list_secrets", "public_key"
CALLS: Mapping[str, str] = {
    ChangeKind.CREATE: "create_secret",
    ChangeKind.ROTATE: "update_secret",
    ChangeKind.DELETE: "delete_secret",
}


def _is_recent(seen: Seen, item: BatchItem) -> bool:
    """Whether it can be judged by that: read after it was asked for, and not by a clock ahead."""
    began, made_at, now = seen.look.began, item.batch.made_at, timezone.now()
    # The clock of who asked for it may be ahead: nothing would be new enough then.
    is_since = began >= made_at or made_at > now
    return is_since and timedelta(0) <= now - began <= LOOK_LASTS


def _call_of(item: BatchItem) -> str:
    """The call that sends it; one of a kind that someone made up is refused before that."""
    return CALLS.get(item.kind, "")


@dataclass(frozen=True)
class Flight:
    """Calls under way: a look at a universe, or an item that was written down."""

    universe: Universe
    calls: tuple[str, ...]
    begun: Begun | None = None


@dataclass(frozen=True)
class Landed:
    """What came of them, and what Roblox said of its limits by the name of the call."""

    result: Seen | Sent | OpenCloudError
    allowances: Mapping[str, Allowance | None]


_Ask = Callable[[Client], Seen | Sent]


class LaneWork:
    """What one thread does for a lane; `flights` are its calls to Roblox that are under way.

    `trouble` says why nothing more is sent for now. A universe that can't be read is left alone,
    and the others go on.
    """

    def __init__(self, lane: Lane, clients: Sequence[Client], pool: ThreadPoolExecutor) -> None:
        self.lane = lane
        self.flights: dict[Future[Landed], Flight] = {}
        self.trouble = ""
        self._room, self._pool, self._pace = len(clients), pool, Pace()
        self._clients: SimpleQueue[Client] = SimpleQueue()
        for client in clients:
            self._clients.put(client)
        self._seen: dict[int, Seen] = {}
        self._queue: deque[BatchItem] = deque()
        self._unread: dict[int, str] = {}

    @property
    def is_partly_unread(self) -> bool:
        """Whether only some universes can't be read: nothing is wrong with the others."""
        return not self.trouble and any(self._unread.values())

    @property
    def last_words(self) -> str:
        """Why the lane has to wait, if it has to."""
        return self.trouble or next(iter(self._unread.values()), "")

    def begin_more(self) -> float | None:
        """Begin what there is room for; gives the seconds to wait, None where nothing is left."""
        if not self._queue:
            self._queue.extend(items.next_waiting(self.lane, self._unread, READ_AT_ONCE))
        pauses, ready = list[float](), list[tuple[BatchItem, Seen]]()
        for _ in range(len(self._queue)):
            if len(self.flights) + len(ready) >= self._room:
                break
            item = self._queue.popleft()
            if pause := self._prepare(item, ready):
                pauses.append(pause)
                self._queue.append(item)
        self._begin_items(ready)
        return min(pauses, default=SOON if self.flights or ready else None)

    def _prepare(self, item: BatchItem, ready: list[tuple[BatchItem, Seen]]) -> float:
        """Let an item be ready, or look at its universe; gives the seconds to wait if it isn't."""
        universe = universe_of(item)
        if universe.pk in self._unread:
            return 0
        seen = self._seen.get(universe.pk)
        if seen is None or not _is_recent(seen, item):
            return self._begin_look(universe)
        call = _call_of(item)
        if pause := self._pace.wait(call):
            return pause
        self._pace.begin(call)
        ready.append((item, seen))
        return 0

    def _begin_look(self, universe: Universe) -> float:
        looks = (flight for flight in self.flights.values() if flight.begun is None)
        is_under_way = any(flight.universe.pk == universe.pk for flight in looks)
        pause = max(self._pace.wait(LIST), self._pace.wait(KEY))
        if not is_under_way and not pause:
            self._fly(Flight(universe, (LIST, KEY)), partial(look_and_ask, universe))
        return pause or SOON

    def _begin_items(self, ready: Sequence[tuple[BatchItem, Seen]]) -> None:
        """Write them down and send them; those that end before that leave their room to others."""
        for item, _ in ready:
            self._pace.end(_call_of(item), None)
        for begun in sending.begin(ready):
            call = _call_of(begun.item)
            flight = Flight(universe_of(begun.item), (call,), begun)
            self._fly(flight, partial(attempts.send, begun.intent, begun.change))

    def _fly(self, flight: Flight, ask: _Ask) -> None:
        for call in flight.calls:
            self._pace.begin(call)
        self.flights[self._pool.submit(self._ask, ask)] = flight

    def _ask(self, ask: _Ask) -> Landed:
        """This runs in a thread of its own, which asks nothing of the database."""
        client = self._clients.get()
        client.allowances.clear()
        result: Seen | Sent | OpenCloudError
        try:
            result = ask(client)
        except OpenCloudError as error:
            result = error
        finally:
            allowances = dict(client.allowances)
            self._clients.put(client)
        return Landed(result, allowances)

    def land(self, landed: Iterable[Future[Landed]]) -> None:
        """Store what came of these calls.

        An error of our own leaves what was written down open, to be settled by reading.
        """
        answered = list[Answered]()
        for future in landed:
            flight = self.flights.pop(future)
            try:
                answered += self._land(flight, future.result())
            except Exception:
                log.exception("A call for a batch could not be made.")
                self.trouble = BROKEN
        self.trouble = sending.land(answered) or self.trouble

    def _land(self, flight: Flight, landed: Landed) -> list[Answered]:
        """Take in what Roblox said of its limits and of a universe; gives an item's answer."""
        for call in flight.calls:
            self._pace.end(call, landed.allowances.get(call))
        result, begun = landed.result, flight.begun
        if isinstance(result, Seen):
            self._seen[flight.universe.pk] = result
        elif isinstance(result, OpenCloudError):
            self._land_unread(flight, result)
        elif begun is not None:
            if isinstance(result.error, TooManyRequests):
                self._pace.refuse(flight.calls[0], result.error.retry_after)
            return [Answered(begun.item, begun.change, result)]
        return []

    def _land_unread(self, flight: Flight, error: OpenCloudError) -> None:
        """A universe that couldn't be read: wait, leave it alone for now, or end its items."""
        universe, refusal = flight.universe, translate(error)
        if isinstance(error, TooManyRequests):
            for call in flight.calls:
                self._pace.refuse(call, error.retry_after)
        elif isinstance(error, NothingSent):
            self.trouble = str(refusal)
        elif isinstance(error, Refused):
            finishing.fail_universe(universe, refusal)
            self._unread[universe.pk] = ""
        else:
            # Whose batch waits in this lane may not see that universe.
            self._unread[universe.pk] = f"One of the universes can’t be read. {refusal}"
