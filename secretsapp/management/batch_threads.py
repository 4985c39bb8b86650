"""Runs the batches that are due, beside what else a process does: each lane in its own thread."""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Self

from django.db import Error, close_old_connections, connections

from secretsapp.batches import finishing, running
from secretsapp.models import Lane

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 1
CATCH_UP_SECONDS = 5
LANES_AT_ONCE = 8
# A lane that has had so long gives way, where another one waits and there is no room for it.
TURN_SECONDS = 30


class BatchThreads:
    """Looks for lanes in a thread while the block lasts; in the end it waits for what is under way.

    Any number of processes can do this at once.
    """

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._lanes: set[Future[None]] = set()
        self._caught_up = 0.0
        self._thread = threading.Thread(
            target=copy_context().run, args=[self._go_on], name="batches", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        with ThreadPoolExecutor(LANES_AT_ONCE) as pool:
            while not self._ended.is_set():
                self._try(pool)
                self._ended.wait(INTERVAL_SECONDS)
        connections.close_all()

    def _try(self, pool: ThreadPoolExecutor) -> None:
        """Begin the lanes that are due; what fails is a line in the log, and is tried again."""
        try:
            close_old_connections()
            self._catch_up()
            self._lanes = {lane for lane in self._lanes if not lane.done()}
            for lane in running.claim_due(most=LANES_AT_ONCE - len(self._lanes)):
                self._lanes.add(pool.submit(copy_context().run, self._run, lane))
        except Error as error:
            log.error("Batches wait because of the database: %s", type(error).__name__)
        except Exception:
            log.exception("Batches wait because of an error in Sealroom.")

    def _catch_up(self) -> None:
        if time.monotonic() - self._caught_up > CATCH_UP_SECONDS:
            finishing.catch_up()
            finishing.end_finished()
            self._caught_up = time.monotonic()

    def _run(self, lane: Lane) -> None:
        try:
            running.run(lane, Turn(self._ended).is_over)
        except Error as error:
            log.error("A batch waits because of the database: %s", type(error).__name__)
        except Exception:
            log.exception("A batch waits because of an error in Sealroom.")
        finally:
            connections.close_all()


class Turn:
    """How long a lane may go on: until the process ends, or others have waited long enough."""

    def __init__(self, ended: threading.Event) -> None:
        self._ended, self._asks_at = ended, time.monotonic() + TURN_SECONDS

    def is_over(self) -> bool:
        """Whether nothing more is to be begun in it; after a turn, others are asked for seldom."""
        if self._ended.is_set():
            return True
        now = time.monotonic()
        if now < self._asks_at:
            return False
        self._asks_at = now + INTERVAL_SECONDS
        return running.others_wait()
