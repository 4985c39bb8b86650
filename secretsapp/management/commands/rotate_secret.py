"""`manage.py rotate_secret`: a new value for a secret."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.value_gate import cautions
from secretsapp.management.arguments import add_exactly, add_secret, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_value
from secretsapp.management.output import Report, change_report
from secretsapp.secrets import changes


class Command(ActingCommand):
    """Rotates a secret."""

    help = (
        "Give a secret a new value. Pipe it in (one line ending at the end is removed) or "
        "type it at a hidden prompt. Running servers keep the old value until they restart."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret, and another domain if it shall have one."""
        add_secret(parser)
        add_exactly(parser)
        parser.add_argument(
            "--domain",
            help="A new allowed host, or '' for no requests. Without this option it stays as "
            "it is.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Seal the value and rotate the secret."""
        universe = universe_of(actor, options["universe_id"])
        domain = options["domain"]
        # Before the value is asked for: what is typed unseen would have to be typed again.
        input_rules.check_domain(input_rules.one_form(domain or ""))
        value = read_value("New value: ", is_meant=options["exactly"])
        change = changes.rotate(
            actor=actor,
            universe=universe,
            name=options["name"],
            value=value,
            domain=domain,
        )
        return change_report(
            change,
            f"Rotated {change.name} in {universe.name}. Running servers keep the old value until "
            "they restart.",
            cautions(value, change.domain, before=change.seen_domain),
        )
