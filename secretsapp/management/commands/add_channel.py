"""`manage.py add_channel`: where events are told from now on."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.channels import keeping, targets
from secretsapp.channels.keeping import Terms
from secretsapp.channels.rule import Rule
from secretsapp.core.actor import Actor
from secretsapp.management import channel_options
from secretsapp.management.arguments import word
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_hidden
from secretsapp.management.output import Report
from secretsapp.models.channels import ChannelKind, Rhythm


class Command(ActingCommand):
    """Adds a channel."""

    help = (
        "Add a channel that is told what happens from now on. Pipe its address in, or type it at "
        "a hidden prompt: a URL, an email address, or the host and port of syslog over TLS. What "
        "signs for a webhook is printed once."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The kind, the name, and what is told."""
        parser.add_argument("kind", type=word, choices=ChannelKind.values, help="Where it leads.")
        parser.add_argument("name", metavar="NAME", help="The name of the channel.")
        channel_options.add(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the channel."""
        terms = Terms(
            name=options["name"],
            rule=channel_options.rule(options, Rule()),
            rhythm=options["rhythm"] or Rhythm.AT_ONCE,
            target=read_hidden("Address: "),
            secret=channel_options.secret(options),
        )
        saved = keeping.add(actor, ChannelKind(options["kind"]), terms)
        made = saved.secret if terms.secret is None else ""
        lines = [f"Added the channel “{saved.channel.name}”. Try it with test_channel."]
        lines += filter(None, [targets.caution(ChannelKind(options["kind"]), saved.channel.shown)])
        return Report(
            lines=[*lines, *([f"Signing secret, shown only now: {made}"] if made else [])],
            data={"channel": saved.channel.name, "secret": made or None},
        )
