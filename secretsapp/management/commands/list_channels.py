"""`manage.py list_channels`: where events are told."""

from typing import Any

from secretsapp.channels import listing
from secretsapp.core.actor import Actor
from secretsapp.management import channel_options
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, table

_HEADINGS = ("NAME", "KIND", "HOST", "STATE", "UP TO")


class Command(ActingCommand):
    """Lists channels."""

    help = (
        "List the channels: where they lead, their state, and up to which event they were told. "
        "Addresses are shown by their host alone."
    )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show them by name."""
        found = listing.overview(actor)
        rows = [channel_options.row(view) for view in found]
        return Report(
            lines=table(_HEADINGS, rows) if rows else ["No channels."],
            data={"channels": [channel_options.data(view) for view in found]},
        )
