"""`manage.py list_proposals`: what waits for another person, and what became of the rest."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, short_time, table
from secretsapp.management.proposing import data_of
from secretsapp.rules.paging import FIRST
from secretsapp.secrets import waiting
from secretsapp.secrets.waiting import ProposalView

_HEADINGS = ("ID", "WHAT", "SECRET", "STATE", "PROPOSED (UTC)", "BY", "WHY")


class Command(ActingCommand):
    """Lists proposals."""

    help = (
        "List the proposals of a universe: those that are waiting, or with --all also those that "
        "ended, up to 50."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe, and whether those that ended are wanted."""
        add_universe_id(parser)
        parser.add_argument("--all", action="store_true", help="List those that ended too.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show them, what waits first."""
        universe = universe_of(actor, options["universe_id"])
        page = waiting.of_universe(actor, universe, FIRST)
        found = [view for view in page.items if options["all"] or view.proposal.is_waiting]
        data = {
            "universe": universe.pk,
            "protected": universe.protected,
            "proposals": [data_of(view) for view in found],
        }
        lines = table(_HEADINGS, [_row(view) for view in found]) if found else ["No proposals."]
        return Report(lines=lines, data=data)


def _row(view: ProposalView) -> tuple[str, ...]:
    proposal = view.proposal
    return (
        str(proposal.pk),
        proposal.kind,
        proposal.name or "–",
        proposal.state,
        short_time(proposal.proposed_at),
        proposal.proposer.email,
        proposal.why or "–",
    )
