"""`manage.py add_api_key`: an API key of Roblox, to be stored encrypted."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.api_keys import stored_keys
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_unchecked, proposing_unchecked
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_api_key
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Adds an API key."""

    help = (
        "Store a Roblox API key, encrypted. Pipe it in or type it at a hidden prompt. Roblox is "
        "asked whether it knows the key; what it can do is tested when you add a universe with it."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """What the key should be called here."""
        parser.add_argument("name", metavar="NAME", help="The name of the key in Sealroom.")
        parser.add_argument(
            "--note", default="", help="Which account the key belongs to, or what it is for."
        )
        add_unchecked(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Encrypt the key and store it."""
        value, told = read_api_key("API key: ")
        with proposing_unchecked():
            api_key = stored_keys.add(
                actor,
                name=options["name"],
                value=value,
                note=options["note"],
                is_meant=options["unchecked"],
            )
        return Report(
            lines=[f"Added the API key “{api_key.name}”. Add a universe to test it."],
            data={"api_key": api_key.name},
            notice=told,
        )
