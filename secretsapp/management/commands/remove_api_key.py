"""`manage.py remove_api_key`: a stored API key is forgotten."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.api_keys import key_listing, stored_keys
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Removes an API key."""

    help = (
        "Remove a stored API key that no universe uses. It stays valid at Roblox until you "
        "delete it there."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The name of the stored key, and that it is meant."""
        parser.add_argument("name", metavar="NAME", help="The name of the stored key.")
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Remove the key, once it is said to be meant."""
        api_key = key_listing.get(actor, options["name"])
        if not options["yes"]:
            raise CommandError(
                "Nothing was removed: the key can't be recovered. Add --yes to confirm."
            )
        stored_keys.remove(actor, api_key)
        return Report(
            lines=[f"Removed the API key “{api_key.name}”. Delete it at Roblox too."],
            data={"api_key": api_key.name},
        )
