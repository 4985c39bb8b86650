"""`manage.py what_can`: what a person can do in each universe, and where it comes from."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import exporting
from secretsapp.core.actor import Actor
from secretsapp.management.access_rows import add_csv, report_of
from secretsapp.management.arguments import add_email, universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import directory


class Command(ActingCommand):
    """Shows what a person can do."""

    help = (
        "Show what a person can do now, in every universe that you may know of, and the grants "
        "that give it: their own, those of their teams and those of all universes."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person, the universe if one alone is asked about, and the form."""
        add_email(parser)
        parser.add_argument(
            "--universe", type=universe_id, metavar="UNIVERSE_ID", help="In this universe alone."
        )
        add_csv(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Look, and log it if it is exported."""
        person = directory.get(actor, options["email"])
        universe = universe_of(actor, options["universe"]) if options["universe"] else None
        if options["csv"]:
            return Report(lines=list(exporting.export_person(actor, person, universe)))
        nothing = f"{person.email} has no access now."
        return report_of(exporting.of_person(actor, person, universe), nothing)
