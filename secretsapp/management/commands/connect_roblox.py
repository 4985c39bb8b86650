"""`manage.py connect_roblox`: access by OAuth 2.0 instead of an API key."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.management.base import CommandParser

from secretsapp.api_keys import authorizing, connecting, key_listing
from secretsapp.api_keys.authorizing import Sent
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.upkeep_errors import NotConnected
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_hidden
from secretsapp.management.output import Report
from secretsapp.universes import picking


class Command(ActingCommand):
    """Connects Roblox with OAuth 2.0."""

    help = (
        "Connect Roblox with OAuth 2.0. Open the address that is printed and grant access there. "
        "Roblox then leads to a page of Sealroom which says that nothing was connected: copy the "
        "address of that page and paste it here, or pipe it in, within a minute."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """What it should be called here, or what is to be connected again."""
        parser.add_argument("name", metavar="NAME", help="The name of the connection in Sealroom.")
        parser.add_argument("--note", default="", help="Whose account it is at Roblox.")
        parser.add_argument(
            "--again", action="store_true", help="Connect the one of that name again."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Print the address, and take the one that Roblox leads to."""
        sent = _begun(actor, options)
        self.stderr.write(f"Open this address and grant access there:\n{sent.address}")
        self.stderr.flush()
        said = _said(read_hidden("The address that Roblox led to: ").expose())
        api_key = connecting.finish(actor, sent.as_json(), said)
        ids = [each.game.universe_id for each in picking.opened_by(actor, api_key)]
        return Report(
            lines=[f"Connected “{api_key.name}”.", *_left(ids)],
            data={"api_key": api_key.name, "is_oauth": True, "not_here": ids},
        )


def _begun(actor: Actor, options: dict[str, Any]) -> Sent:
    if not options["again"]:
        return authorizing.begin(actor, name=options["name"], note=options["note"])
    if options["note"]:
        raise InvalidInput("--note is for a new connection. Change it with edit_api_key.")
    return authorizing.begin_again(actor, key_listing.get(actor, options["name"]))


def _left(ids: list[int]) -> list[str]:
    """What was granted beside what is here, and how to add it."""
    if not ids:
        return []
    listed = ", ".join(map(str, ids))
    return [f"Granted and not in Sealroom: {listed}. Add each with add_universe --api-key."]


def _said(address: bytes) -> dict[str, str]:
    """What the address says; raises NotConnected for what is no address."""
    try:
        query = urlsplit(address.decode().strip()).query
    except ValueError:
        query = ""
    said = dict(parse_qsl(query))
    if "state" not in said:
        raise NotConnected(
            "That isn’t the address that Roblox led to: it has to be whole, with what follows the "
            "question mark. Nothing was stored. Begin again."
        )
    return said
