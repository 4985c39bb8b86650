"""What a channel is told, as options of commands, and channels as commands tell them."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.channels.listing import ChannelView
from secretsapp.channels.rule import Rule
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.kinds import Severity
from secretsapp.core.plaintext import Plaintext
from secretsapp.management.arguments import universe_id, word
from secretsapp.management.output import exact_time
from secretsapp.models.channels import Rhythm
from secretsapp.models.universes import Environment

NO_ENVIRONMENT = "none"
LONGEST_SECRET = 1000


def add(parser: CommandParser) -> None:
    """Which events, how often, and the file of a signing secret; what is not given stays."""
    parser.add_argument(
        "--event",
        action="append",
        type=word,
        metavar="TAG",
        help="An event, or the beginning of its tag, such as secret.rotate. Repeat it for several; "
        "'' means all.",
    )
    parser.add_argument(
        "--severity",
        type=word,
        choices=[each.value for each in Severity],
        help="How severe events are at least (default: notice).",
    )
    parser.add_argument(
        "--universe",
        action="append",
        type=_universe,
        metavar="UNIVERSE_ID",
        help="Only what is about this universe. Repeat it for several; '' means all.",
    )
    parser.add_argument(
        "--environment",
        action="append",
        type=word,
        choices=["", NO_ENVIRONMENT, *(each.value for each in Environment if each.value)],
        help="Only what is about universes of this environment. Repeat it; '' means all.",
    )
    parser.add_argument(
        "--rhythm",
        type=word,
        choices=Rhythm.values,
        help="For email: at once, or a digest (default: at_once).",
    )
    parser.add_argument(
        "--secret-file",
        type=Path,
        metavar="FILE",
        help="For webhooks: the file of the signing secret, whsec_…; without it one is made.",
    )


def _universe(text: str) -> int | None:
    return universe_id(text) if text else None


def rule(options: dict[str, Any], before: Rule) -> Rule:
    """What the options say, and otherwise what was before."""
    events, universes, environments = (
        options[name] for name in ("event", "universe", "environment")
    )
    return Rule(
        events=before.events if events is None else tuple(filter(None, events)),
        at_least=Severity(options["severity"] or before.at_least),
        universes=before.universes if universes is None else tuple(filter(None, universes)),
        environments=before.environments if environments is None else _environments(environments),
    )


def _environments(given: list[str]) -> tuple[str, ...]:
    return tuple("" if each == NO_ENVIRONMENT else each for each in given if each)


def secret(options: dict[str, Any]) -> Plaintext | None:
    """The signing secret in the file, if one is named; raises CommandError where there is none."""
    path: Path | None = options["secret_file"]
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return Plaintext.from_text(file.read(LONGEST_SECRET).decode("utf-8").strip())
    except (OSError, UnicodeDecodeError, InvalidInput):
        raise CommandError(f"The file {path} can't be read as text. Nothing was done.") from None


def row(view: ChannelView) -> tuple[str, ...]:
    """A channel in a line."""
    channel = view.channel
    state = "failing" if view.is_on and channel.is_failing else channel.state
    return channel.name, channel.kind, channel.shown, state, str(channel.position)


def data(view: ChannelView) -> dict[str, Any]:
    """A channel as JSON has it."""
    channel, told = view.channel, view.rule
    return {
        "channel": channel.name,
        "kind": channel.kind,
        "host": channel.shown,
        "state": channel.state,
        "why": channel.why,
        "failing_since": exact_time(channel.failing_since),
        "position": channel.position,
        "rhythm": channel.rhythm,
        "readable": view.is_readable,
        "events": list(told.events),
        "severity": told.at_least.value,
        "universes": list(told.universes),
        "environments": [each or NO_ENVIRONMENT for each in told.environments],
    }
