"""`manage.py export_secrets`: the list of a universe's secrets as a file, never a value."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.management.arguments import add_universe_id, universe_of, word
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.management.streams import opened
from secretsapp.secrets import exporting
from secretsapp.secrets.exporting import Form
from secretsapp.universes import refreshing


class Command(ActingCommand):
    """Exports the list of secrets."""

    help = (
        "Print the names of a universe's secrets with allowed host, age, owner and note, read "
        "from Roblox now, and log that they were exported. Never values. If Roblox can't be "
        "reached, this prints the last list."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe, and the form."""
        add_universe_id(parser)
        parser.add_argument(
            "--format",
            type=word,
            choices=[form.value for form in Form],
            default=Form.CSV.value,
            help="CSV, JSON, or the names alone as an .env file to fill in. Default: csv.",
        )
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="Write to this new file instead."
        )

    def run(self, options: dict[str, Any]) -> None:
        """Refuse what says two things at once."""
        if options["as_json"]:
            raise InvalidInput("The list itself is printed. Use --format json for JSON.")
        super().run(options)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Refresh the mirror, and print it."""
        refreshing.refresh(actor, universe_of(actor, options["universe_id"]))
        universe = universe_of(actor, options["universe_id"])
        with opened(options["output"], self.stdout, keep=False) as sink:
            sink.write_all([exporting.export(actor, universe, Form(options["format"]))])
        failure = f"Roblox couldn't be read. {universe.sync_failure}"
        return Report(lines=[], notice=failure if universe.sync_failure else "")
