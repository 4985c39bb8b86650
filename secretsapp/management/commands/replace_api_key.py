"""`manage.py replace_api_key`: another value for a stored API key."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.api_keys import key_listing, stored_keys
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_unchecked, proposing_unchecked
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_api_key
from secretsapp.management.output import Report, exact_time


class Command(ActingCommand):
    """Replaces an API key."""

    help = (
        "Replace a stored API key; its universes stay. Pipe the new key in or type it at a "
        "hidden prompt. It must be able to read all of them."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The name of the stored key."""
        parser.add_argument("name", metavar="NAME", help="The name of the stored key.")
        add_unchecked(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Try the new key on every universe and store it."""
        api_key = key_listing.get(actor, options["name"])
        value, told = read_api_key("New API key: ")
        with proposing_unchecked():
            report = stored_keys.replace(actor, api_key, value, is_meant=options["unchecked"])
        return Report(
            lines=[
                f"Replaced the API key “{api_key.name}”: {report.result}. {report.end.sentence}"
            ],
            data={
                "api_key": api_key.name,
                "result": report.result,
                "ends_at": exact_time(report.ends_at),
            },
            notice=told,
        )
