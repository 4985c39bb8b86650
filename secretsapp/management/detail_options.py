"""The note and the owner of secrets, as options of commands."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.people import directory
from secretsapp.secrets.details import NewDetails


def add_details(parser: CommandParser) -> None:
    """What only Sealroom knows of secrets; what is not given stays."""
    parser.add_argument("--note", help="What it is for; '' removes the note.")
    parser.add_argument("--owner", metavar="EMAIL", help="Who looks after it; '' for no one.")


def new_details(actor: Actor, options: dict[str, Any]) -> NewDetails:
    """The note and the owner that were given; raises NotFound where there is no such account."""
    owner = options["owner"]
    return NewDetails(
        note=options["note"],
        owner=directory.get(actor, owner) if owner else None,
        sets_owner=owner is not None,
    )
