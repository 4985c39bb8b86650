"""Sends one message to where a channel leads, and says in words what came back."""

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from secretsapp.channels import targets
from secretsapp.channels.messages import Message
from secretsapp.channels.targets import Opened
from secretsapp.core.plaintext import Plaintext
from secretsapp.models.channels import ChannelKind
from secretsapp.outgoing import webhooks
from secretsapp.outgoing.errors import OutgoingError

if TYPE_CHECKING:
    from secretsapp.outgoing.lines import Way
    from secretsapp.outgoing.posting import Answer

# A receiver has so long to take a message, and keeps nobody waiting longer.
SECONDS = 10
GONE = 410
JSON = {"Content-Type": "application/json"}
ANSWER_LIMIT = 300
# So long is what can be secret of an address: a part of its path or of its query.
SECRET_LENGTH = 8


@dataclass(frozen=True)
class Outcome:
    """Whether it was taken, in words what came back, and the wait in seconds that it asks for.

    `is_gone` says that the receiver wants nothing more, ever.
    """

    is_sent: bool
    words: str
    retry_after: int | None = None
    is_gone: bool = False


class Send(Protocol):
    """How messages are sent, which can be slow and never raises for what the receiver does."""

    def __call__(self, kind: ChannelKind, opened: Opened, message: Message, /) -> Outcome:
        """Send it once."""


def send(
    kind: ChannelKind, opened: Opened, message: Message, *, way: "Way | None" = None
) -> Outcome:
    """Send a message once over the network, by the way that the settings allow."""
    # TLS and HTTP are loaded where something is sent, and most commands send nothing.
    from secretsapp.rules.ways_out import way_out  # noqa: PLC0415

    way = way or way_out()
    try:
        if kind is ChannelKind.SYSLOG:
            return _send_lines(opened, message, way)
        return _judged(_post(kind, opened, message, way), opened)
    except OutgoingError as error:
        return Outcome(is_sent=False, words=str(error)[:ANSWER_LIMIT])


def _send_lines(opened: Opened, message: Message, way: "Way") -> Outcome:
    from secretsapp.outgoing.syslog import send_syslog  # noqa: PLC0415 - as above

    place = targets.place_of(ChannelKind.SYSLOG, opened.address)
    send_syslog(place, messages=message.lines, way=way, seconds=SECONDS)
    return Outcome(is_sent=True, words="Sent. Syslog doesn’t answer.")


def _post(kind: ChannelKind, opened: Opened, message: Message, way: "Way") -> "Answer":
    from secretsapp.outgoing.posting import post  # noqa: PLC0415 - as above

    headers = JSON
    if kind is ChannelKind.WEBHOOK:
        secret = Plaintext(opened.secret.encode())
        headers = JSON | webhooks.signed_headers(
            secret, message_id=message.id, timestamp=int(time.time()), body=message.body
        )
    place = targets.place_of(kind, opened.address)
    return post(place, body=message.body, headers=headers, way=way, seconds=SECONDS)


def _judged(answer: "Answer", opened: Opened) -> Outcome:
    words = f"Answered {answer.status}"
    is_told = answer.words and not _repeats(answer.body, opened)
    words = f"{words}: {answer.words}" if is_told else f"{words}."
    return Outcome(
        is_sent=answer.is_success,
        words=words[:ANSWER_LIMIT],
        retry_after=answer.retry_after,
        is_gone=answer.status == GONE,
    )


def _repeats(body: bytes, opened: Opened) -> bool:
    """Whether an answer tells a part of the address, as pages for “not found” do, or the secret."""
    said = unquote(body.decode("utf-8", "ignore")).casefold()
    _, _, path = opened.address.removeprefix("https://").partition("/")
    parts = [*re.split(r"[/?&=;]", unquote(path)), opened.secret.removeprefix("whsec_")]
    return any(len(part) >= SECRET_LENGTH and part.casefold() in said for part in parts)
