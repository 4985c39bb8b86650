"""Verifies ranges of the audit log in processes, as many as there are processors."""

import multiprocessing
import os
from collections.abc import Sequence
from contextlib import closing

from django.db import connection, connections

from secretsapp.core.errors import LogBroken
from secretsapp.log import stored_events
from secretsapp.log.damaged_rows import UNREADABLE
from secretsapp.log.ranges import Range, Summary, summarize

_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET default_transaction_read_only = on",
}


class Processes:
    """As many processes as there are processors for this one; it has to have a single thread."""

    @property
    def count(self) -> int:
        """How many there can be."""
        return len(os.sched_getaffinity(0))

    def summarize(self, parts: Sequence[Range]) -> list[Summary]:
        """What is known of each range; raises LogBroken for one of those with a bad event."""
        # A connection can't be shared: each process opens its own, and this one another.
        connections.close_all()
        with multiprocessing.get_context("fork").Pool(len(parts)) as pool:
            return pool.map(_summary, parts, chunksize=1)


def _summary(part: Range) -> Summary:
    with connection.cursor() as cursor:
        cursor.execute(_READ_ONLY[connection.vendor])
    after = None if part.is_first else part.before.sequence
    try:
        with (
            stored_events.by_the_table(),
            closing(stored_events.every(after, part.last)) as events,
        ):
            return summarize(part, events)
    except UNREADABLE:
        raise LogBroken("An event can't be read.") from None
