"""`manage.py disconnect_roblox`: access by OAuth 2.0 is forgotten here and revoked at Roblox."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.api_keys import connecting, key_listing
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Disconnects what was connected with OAuth 2.0."""

    help = "Disconnect access by OAuth 2.0 that no universe uses, and revoke it at Roblox."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The name of the connection, and that it is meant."""
        parser.add_argument("name", metavar="NAME", help="The name of the connection.")
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Disconnect it, once it is said to be meant."""
        api_key = key_listing.get(actor, options["name"])
        if not options["yes"]:
            raise CommandError("Nothing was disconnected. Add --yes to confirm.")
        is_revoked = connecting.disconnect(actor, api_key)
        return Report(
            lines=[f"Disconnected “{api_key.name}”."],
            data={"api_key": api_key.name, "is_revoked": is_revoked},
            notice="" if is_revoked else connecting.UNREVOKED,
        )
