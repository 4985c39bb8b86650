"""`manage.py create_secret`: a new secret at Roblox."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_exactly, add_secret
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_value
from secretsapp.management.output import Report, change_report
from secretsapp.secrets import changes
from secretsapp.universes import loading


class Command(ActingCommand):
    """Creates a secret."""

    help = (
        "Create a secret in a universe. Its value is piped in, less one line ending at its end, or "
        "typed at a hidden prompt."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret and where it may be sent."""
        add_secret(parser)
        add_exactly(parser)
        parser.add_argument(
            "--domain",
            required=True,
            help=(
                "Where games may send it: api.example.com, *.example.com for its subdomains, * for "
                "any, or '' for nowhere."
            ),
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Seal the value and create the secret."""
        universe = loading.get(actor, options["universe_id"])
        change = changes.create(
            actor=actor,
            universe=universe,
            name=options["name"],
            value=read_value("Value: ", is_meant=options["exactly"]),
            domain=options["domain"],
        )
        return change_report(change, f"Created {change.name} in {universe.name}.")
