"""How long a call to Roblox may take; apart from what sends it, so that asking loads no HTTP."""

from dataclasses import dataclass
from datetime import timedelta

CONNECT_SECONDS = 5
READ_SECONDS = 15
ANSWER_SECONDS = 20
LONGEST_CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS + ANSWER_SECONDS

# A write may reach Roblox until its own call has ended, and Roblox may take a while to show it;
# looking up Roblox's address, which no timeout of ours bounds, may take as long again.
SETTLE_AFTER = timedelta(seconds=3 * LONGEST_CALL_SECONDS)


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, for each piece of an answer, and for all of it."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    answer: float = ANSWER_SECONDS
