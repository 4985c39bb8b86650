"""How long a call to Roblox may take; apart from what sends it, so that asking loads no HTTP."""

from dataclasses import dataclass

CONNECT_SECONDS = 5
READ_SECONDS = 15
ANSWER_SECONDS = 20
LONGEST_CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS + ANSWER_SECONDS


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, for each piece of an answer, and for all of it."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    answer: float = ANSWER_SECONDS
