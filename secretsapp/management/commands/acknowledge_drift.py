"""`manage.py acknowledge_drift`: changes outside Sealroom are reviewed."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_secrets, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.detail_options import add_details, new_details
from secretsapp.management.output import Report
from secretsapp.models import Secret, Universe
from secretsapp.secrets import outside, secret_view
from secretsapp.secrets.secret_view import drift_of


class Command(ActingCommand):
    """Acknowledges changes that were made elsewhere."""

    help = (
        "Mark secrets that were changed outside Sealroom as reviewed: all of them, or none. If one "
        "was deleted at Roblox, remove it from the list. Nothing changes at Roblox."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secrets, and the note and owner by which they are adopted."""
        add_secrets(parser)
        add_details(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Take note of the changes, where there are any."""
        universe = universe_of(actor, options["universe_id"])
        names = dict.fromkeys(options["names"])
        secrets = [secret_view.get(actor, universe, name).secret for name in names]
        seen = {(universe.pk, name): None for name in names}
        outside.review(actor, seen=seen, new=new_details(actor, options))
        told = [
            {"universe": universe.pk, "name": each.name, "acknowledged": bool(drift_of(each))}
            for each in secrets
        ]
        return Report(
            lines=[_sentence(each, universe) for each in secrets],
            data=told[0] if len(told) == 1 else {"secrets": told},
        )


def _sentence(secret: Secret, universe: Universe) -> str:
    where = f"{secret.name} in {universe.name}"
    if not drift_of(secret):
        return f"Nothing to review: {where}."
    if secret.missing_since:
        return f"Removed {where} from the list."
    return f"Marked as reviewed: {where}."
