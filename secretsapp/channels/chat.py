"""What Discord and Slack show: a sentence an event, in which nothing is a mention, link or markup.

Below that of a checkpoint stands its signed note, to be kept as it is.

Discord: https://discord.com/developers/docs/resources/webhook#execute-webhook
Slack: https://docs.slack.dev/messaging/formatting-message-text
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from secretsapp.core.events.kinds import Severity

# So much of a sentence is shown; the rest is behind its link.
SENTENCE_LIMIT = 400
# What nobody sees, and which parts what would otherwise be read together.
_UNSEEN = "\u200b"
_MARKUP = re.compile(r"([\\*_~`|>#\[\]()<+-])")
# What begins a mention, and what is inside an address that a chat would make a link of.
_CALLING = re.compile(r"[@<]|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_SUPPRESS_EMBEDS = 4
_MARKED = {Severity.WARNING: "\N{WARNING SIGN} "}


@dataclass(frozen=True)
class Line:
    """A sentence, how grave it is, where to read more, under which words, and a signed note."""

    sentence: str
    severity: Severity
    link: str
    number: str
    note: str = ""


@dataclass(frozen=True)
class Style:
    """How a chat writes a line, the note below it, and a message of at most `limit` characters."""

    limit: int
    line: Callable[[Line], str]
    escape: Callable[[str], str]
    message: Callable[[str], Mapping[str, object]]

    def text(self, lines: Sequence[Line]) -> str:
        """The lines, one below the other."""
        return "\n".join(map(self._told, lines))

    def _told(self, line: Line) -> str:
        """The line, and the note below it unless no message could hold that."""
        words = _MARKED.get(line.severity, "") + self.line(line)
        noted = f"{words}\n{_block(self.escape(line.note))}"
        return noted if line.note and len(noted) <= self.limit else words

    def body(self, lines: Sequence[Line]) -> bytes:
        """The whole message, as it is posted."""
        return json.dumps(self.message(self.text(lines))).encode()


def _discord_line(line: Line) -> str:
    sentence = _MARKUP.sub(r"\\\1", _plain(line.sentence))
    return f"{sentence} [{line.number}](<{line.link}>)"


def _slack_line(line: Line) -> str:
    unmarked = re.sub(r"([*_~`])", _UNSEEN + r"\1", _slack_escaped(_plain(line.sentence)))
    return f"{unmarked} <{line.link}|{line.number}>"


def _slack_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _block(text: str) -> str:
    """The text as both chats show code: letter by letter, and nothing in it calls or leads away."""
    kept = "".join(each if each.isprintable() or each == "\n" else " " for each in text)
    return f"```\n{kept.replace('`', _UNSEEN + '`')}```"


def _plain(sentence: str) -> str:
    """Some of the sentence, in which no one is called and nothing becomes a link by itself."""
    short = sentence if len(sentence) <= SENTENCE_LIMIT else f"{sentence[:SENTENCE_LIMIT]}…"
    printable = "".join(each if each.isprintable() else " " for each in short)
    return _CALLING.sub(lambda found: found[0] + _UNSEEN, printable)


def _discord_message(text: str) -> Mapping[str, object]:
    return {"content": text, "allowed_mentions": {"parse": []}, "flags": _SUPPRESS_EMBEDS}


def _slack_message(text: str) -> Mapping[str, object]:
    return {"text": text, "link_names": False, "unfurl_links": False, "unfurl_media": False}


DISCORD = Style(2000, _discord_line, str, _discord_message)
SLACK = Style(4000, _slack_line, _slack_escaped, _slack_message)
