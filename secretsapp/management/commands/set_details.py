"""`manage.py set_details`: the note and the owner of secrets."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_secrets, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.detail_options import add_details, new_details
from secretsapp.management.output import Report
from secretsapp.models import Secret
from secretsapp.secrets import details, secret_view
from secretsapp.secrets.details import NewDetails


class Command(ActingCommand):
    """Sets what only Sealroom knows of secrets."""

    help = (
        "Set the note or the owner of secrets: of all of them, or of none. Nothing changes at "
        "Roblox."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secrets and their details; what is not given stays."""
        add_secrets(parser)
        add_details(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the details that were given."""
        universe = universe_of(actor, options["universe_id"])
        names = list(dict.fromkeys(options["names"]))
        found = [secret_view.get(actor, universe, name).secret for name in names]
        new = new_details(actor, options)
        details.edit_several(actor, universe=universe, names=names, new=new)
        stored = [_told(each, new) for each in found]
        return Report(
            lines=[f"Saved the details of {each.name} in {universe.name}." for each in found],
            data=stored[0] if len(stored) == 1 else {"secrets": stored},
        )


def _told(secret: Secret, new: NewDetails) -> dict[str, Any]:
    owner = new.owner if new.sets_owner else secret.owner
    return {
        "universe": secret.universe_id,
        "name": secret.name,
        "note": secret.note if new.note is None else new.note,
        "owner": owner.email if owner else "",
    }
