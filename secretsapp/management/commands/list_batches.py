"""`manage.py list_batches`: which batches there are, and what came of them."""

from typing import Any

from secretsapp.batches import progress
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import data_of
from secretsapp.management.output import Report, short_time, table
from secretsapp.rules.paging import FIRST

_HEADINGS = ("ID", "STATE", "CHANGES", "OUTCOME", "STARTED (UTC)", "BY", "WHY")


class Command(ActingCommand):
    """Lists batches."""

    help = "List your newest batches, or those of everyone for admins and auditors, up to 40."

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show them, the newest first."""
        views = progress.batches(actor, FIRST).items
        rows = [
            (
                str(view.batch.pk),
                view.batch.state,
                str(view.batch.size),
                view.outcome,
                short_time(view.batch.made_at),
                view.batch.actor_name,
                view.batch.reason or "–",
            )
            for view in views
        ]
        lines = table(_HEADINGS, rows) if rows else ["No batches."]
        return Report(lines=lines, data={"batches": [data_of(view) for view in views]})
