"""Sends messages by syslog over TLS (RFC 5425), each with its length before it."""

from collections.abc import Sequence

from secretsapp.core.times import Deadline
from secretsapp.outgoing.errors import AnswerLost, AnswerTimedOut, OutgoingError
from secretsapp.outgoing.lines import Line, Way, open_line
from secretsapp.outgoing.targets import Target


def send_syslog(target: Target, *, messages: Sequence[bytes], way: Way, seconds: float) -> None:
    """Send messages of RFC 5424 in order over one connection, and close it in order.

    Syslog has no answer: that the other side closed in order is the only sign that it has read
    everything. Raises OutgoingErrors, like `post`.
    """
    framed = b"".join(b"%d %s" % (len(message), message) for message in messages)
    with open_line(target, way, Deadline.within(seconds)) as line:
        _send(line, target, framed)


def _send(line: Line, target: Target, framed: bytes) -> None:
    try:
        line.send(framed)
        line.close_in_order()
    except TimeoutError:
        failure: OutgoingError = AnswerTimedOut(target.host)
    except (OSError, ValueError):
        failure = AnswerLost(target.host)
    else:
        return
    raise failure
