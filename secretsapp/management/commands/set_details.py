"""`manage.py set_details`: the note and the owner of a secret."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_secret, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.models import User
from secretsapp.people import directory
from secretsapp.secrets import details, secret_view


class Command(ActingCommand):
    """Sets what only Sealroom knows of a secret."""

    help = "Set the note or the owner of a secret. Nothing changes at Roblox."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret and its details; what is not given stays."""
        add_secret(parser)
        parser.add_argument("--note", help="What it is for; '' removes the note.")
        parser.add_argument("--owner", metavar="EMAIL", help="Who looks after it; '' for no one.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the details that were given."""
        universe = universe_of(actor, options["universe_id"])
        secret = secret_view.get(actor, universe, options["name"]).secret
        note, owner = options["note"], options["owner"]
        details.edit(
            actor=actor,
            universe=universe,
            secret=secret,
            note=secret.note if note is None else note,
            owner=secret.owner if owner is None else _owner(actor, owner),
        )
        return Report(
            lines=[f"Saved the details of {secret.name} in {universe.name}."],
            data={
                "universe": universe.pk,
                "name": secret.name,
                "note": secret.note,
                "owner": secret.owner.email if secret.owner else "",
            },
        )


def _owner(actor: Actor, email: str) -> User | None:
    return directory.get(actor, email) if email else None
