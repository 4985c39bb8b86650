"""`manage.py edit_channel`: what a channel is told, where it leads, and whether it is told."""

from dataclasses import replace
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.channels import keeping, listing, rule
from secretsapp.channels.keeping import Terms
from secretsapp.channels.rule import Rule
from secretsapp.core.actor import Actor
from secretsapp.management import channel_options
from secretsapp.management.arguments import size
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_hidden
from secretsapp.management.output import Report
from secretsapp.models import Channel


class Command(ActingCommand):
    """Changes a channel."""

    help = (
        "Change a channel, turn it off or resume it, retry or skip what can't be delivered. What "
        "isn't given stays."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The channel, and what becomes of it."""
        parser.add_argument("channel", metavar="NAME", help="The name of the channel.")
        parser.add_argument("--name", metavar="NAME", help="The new name.")
        parser.add_argument(
            "--address",
            action="store_true",
            help="Read another address from standard input, or at a hidden prompt.",
        )
        parser.add_argument(
            "--new-secret",
            action="store_true",
            help="For webhooks: make a new signing secret, printed once.",
        )
        channel_options.add(parser)
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--turn-off", action="store_true", help="Send nothing more.")
        state.add_argument("--resume", action="store_true", help="Go on where it stopped.")
        state.add_argument("--resume-from-now", action="store_true", help="Skip what happened.")
        state.add_argument("--retry", action="store_true", help="Try again at once.")
        state.add_argument(
            "--skip", type=size, metavar="EVENT", help="Skip what fails up to this event."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store what was given, then do what was asked for."""
        channel = listing.get(actor, options["channel"])
        saved = keeping.edit(actor, channel, _terms(channel, options))
        _do(actor, saved.channel, options)
        view = listing.view(actor, channel.pk)
        made = saved.secret if options["new_secret"] else ""
        caution = view.caution if options["address"] else ""
        lines = [f"Saved the channel “{view.channel.name}”, which is {view.channel.state}."]
        return Report(
            lines=[
                *lines,
                *filter(None, [caution]),
                *([f"Signing secret, shown only now: {made}"] if made else []),
            ],
            data=channel_options.data(view) | {"secret": made or None},
        )


def _terms(channel: Channel, options: dict[str, Any]) -> Terms:
    terms = Terms(
        name=channel.name if options["name"] is None else options["name"],
        rule=channel_options.rule(options, rule.readable(channel) or Rule()),
        rhythm=options["rhythm"] or channel.rhythm,
        secret=channel_options.secret(options),
        is_new_secret=options["new_secret"],
    )
    return replace(terms, target=read_hidden("Address: ")) if options["address"] else terms


def _do(actor: Actor, channel: Channel, options: dict[str, Any]) -> None:
    if options["turn_off"]:
        keeping.turn_off(actor, channel)
    if options["resume"] or options["resume_from_now"]:
        keeping.resume(actor, channel, from_now=options["resume_from_now"])
    if options["retry"]:
        keeping.retry(actor, channel)
    if options["skip"] is not None:
        keeping.skip(actor, channel, last=options["skip"])
