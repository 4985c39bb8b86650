"""Says every few seconds that this worker is at work, also while a part of its work takes long."""

import logging
import threading
import time
from contextvars import copy_context
from typing import Self

from django.db import Error, close_old_connections, connections

from secretsapp.operation import workers

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 5
# A round waits for Roblox and for the mail server, universe by universe; one that takes longer
# than this hangs, and then silence is the truth.
LONGEST_ROUND_SECONDS = 30 * 60


class Heartbeat:
    """Beats in a thread of its own while the block lasts; afterwards the worker is forgotten."""

    def __init__(self) -> None:
        self._worker = workers.of_this_process()
        self._round_began = time.monotonic()
        self._ended = threading.Event()
        # Its lines in the log say of which command they are, as the others do.
        self._thread = threading.Thread(
            target=copy_context().run, args=[self._go_on], name="heartbeat", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ended.set()
        self._thread.join()

    def begin_round(self) -> None:
        """Say that the work goes on."""
        self._round_began = time.monotonic()

    def _go_on(self) -> None:
        try:
            self._beat_until_ended()
            self._forget()
        finally:
            connections.close_all()

    def _beat_until_ended(self) -> None:
        failing = False
        while True:
            if time.monotonic() - self._round_began < LONGEST_ROUND_SECONDS:
                failing = self._beat(failing)
            if self._ended.wait(INTERVAL_SECONDS):
                return

    def _beat(self, failing: bool) -> bool:
        """Beat once, and say whether that failed; the first failure of several is told."""
        try:
            close_old_connections()
            workers.beat(self._worker)
        except Error as error:
            if not failing:
                log.warning(
                    "The heartbeat failed because of the database: %s", type(error).__name__
                )
            return True
        return False

    def _forget(self) -> None:
        """Take the row away; where that fails it is forgotten after a day."""
        try:
            workers.end(self._worker)
        except Error as error:
            log.warning("This worker's row could not be deleted: %s", type(error).__name__)
