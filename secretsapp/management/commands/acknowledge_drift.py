"""`manage.py acknowledge_drift`: a change outside Sealroom is reviewed."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_secret, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.models import Secret, Universe
from secretsapp.secrets import drift, secret_view


class Command(ActingCommand):
    """Acknowledges a change that was made elsewhere."""

    help = (
        "Mark a secret that was changed outside Sealroom as reviewed. If it was deleted at "
        "Roblox, remove it from the list. Nothing changes at Roblox."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret."""
        add_secret(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Take note of the change, if there is one."""
        universe = universe_of(actor, options["universe_id"])
        secret = secret_view.get(actor, universe, options["name"]).secret
        acknowledged = drift.acknowledge(actor, universe, secret.name)
        return Report(
            lines=[_sentence(secret, universe, acknowledged=acknowledged)],
            data={"universe": universe.pk, "name": secret.name, "acknowledged": acknowledged},
        )


def _sentence(secret: Secret, universe: Universe, *, acknowledged: bool) -> str:
    where = f"{secret.name} in {universe.name}"
    if not acknowledged:
        return f"Nothing to review: {where}."
    if secret.missing_since:
        return f"Removed {where} from the list."
    return f"Marked as reviewed: {where}."
