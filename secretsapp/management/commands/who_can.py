"""`manage.py who_can`: who can do something with a secret, and where it comes from."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import exporting
from secretsapp.core.actor import Actor
from secretsapp.management.access_rows import add_csv, report_of
from secretsapp.management.arguments import add_secret, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Shows who can do something with a secret."""

    help = (
        "Show who can do something with a secret now, and the grants that give it. The name "
        "doesn't need to exist yet."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret, and the form."""
        add_secret(parser)
        add_csv(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Look, and log it if it is exported."""
        universe, name = universe_of(actor, options["universe_id"]), options["name"]
        if options["csv"]:
            return Report(lines=list(exporting.export_secret(actor, universe, name)))
        return report_of(exporting.of_secret(actor, universe, name), "No one has access to it now.")
