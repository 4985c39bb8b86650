"""Messages: which events go out together, and in the form that each kind of channel reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from django.conf import settings

from secretsapp.channels import chat, syslog_text, webhook_json
from secretsapp.channels.chat import Line
from secretsapp.channels.sentences import Told
from secretsapp.core.events.kinds import Severity
from secretsapp.models import Channel
from secretsapp.models.channels import ChannelKind

# So many events a message of a chat holds, and one of syslog.
IN_A_CHAT, IN_SYSLOG = 10, 50
# So many digits of a hash tell an event from another that has its number in a restored log.
DIGITS = 12
_CHATS = {ChannelKind.DISCORD: chat.DISCORD, ChannelKind.SLACK: chat.SLACK}
_MOST = {ChannelKind.WEBHOOK: 1, ChannelKind.SYSLOG: IN_SYSLOG}


@dataclass(frozen=True)
class Message:
    """What goes out at once about the events `first` to `last`: a body, or lines of syslog.

    `id` stays the same however often it is sent.
    """

    id: str
    first: int
    last: int
    count: int
    body: bytes = b""
    lines: tuple[bytes, ...] = ()


def most_in(kind: ChannelKind) -> int:
    """How many events a message of that kind holds at most."""
    return _MOST.get(kind, IN_A_CHAT)


def of(channel: Channel, events: Sequence[Told]) -> list[Message]:
    """The messages that tell the channel of the events, in their order."""
    kind = ChannelKind(channel.kind)
    return [_message(channel, kind, together) for together in _parted(kind, events)]


def _parted(kind: ChannelKind, events: Sequence[Told]) -> list[list[Told]]:
    parts: list[list[Told]] = []
    for each in events:
        if not parts or len(parts[-1]) == most_in(kind) or _is_too_long(kind, [*parts[-1], each]):
            parts.append([])
        parts[-1].append(each)
    return parts


def _is_too_long(kind: ChannelKind, events: Sequence[Told]) -> bool:
    style = _CHATS.get(kind)
    return style is not None and len(style.text([*map(_line, events)])) > style.limit


def _line(told: Told) -> Line:
    number = f"#{told.event.sequence}"
    return Line(told.sentence, told.view.severity, told.link, number, told.note)


def _message(channel: Channel, kind: ChannelKind, events: Sequence[Told]) -> Message:
    last = events[-1].event
    is_syslog = kind is ChannelKind.SYSLOG
    return Message(
        id=_id(channel, f"{last.sequence}_{last.content[:DIGITS]}"),
        first=events[0].event.sequence,
        last=last.sequence,
        count=len(events),
        body=b"" if is_syslog else _body(kind, events),
        lines=tuple(map(syslog_text.line, events)) if is_syslog else (),
    )


def _body(kind: ChannelKind, events: Sequence[Told]) -> bytes:
    style = _CHATS.get(kind)
    return style.body([*map(_line, events)]) if style else webhook_json.body(events[0])


def _id(channel: Channel, what: str) -> str:
    return f"msg_{channel.pk.hex[:DIGITS]}_{what}"


def test(channel: Channel, *, who: str) -> Message:
    """A message that tells of no event, and that someone wanted to see whether it arrives."""
    kind = ChannelKind(channel.kind)
    sentence = f"{who} sent this test of the channel {channel.name}. No event is behind it."
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    made = Message(_id(channel, f"test_{uuid4().hex}"), 0, 0, 0)
    if kind is ChannelKind.SYSLOG:
        data = {"channel": channel.name}
        line = syslog_text.message(
            Severity.INFO, time, webhook_json.TEST, data=data, sentence=sentence
        )
        return Message(made.id, 0, 0, 0, lines=(line,))
    link = f"{settings.SITE_URL}/channels/{channel.pk}/"
    if style := _CHATS.get(kind):
        body = style.body([Line(sentence, Severity.INFO, link, "Sealroom")])
    else:
        body = webhook_json.test_body(time=time, sentence=sentence, link=link)
    return Message(made.id, 0, 0, 0, body=body)
