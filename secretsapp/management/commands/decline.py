"""`manage.py decline`: nothing comes of a proposal."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.management.proposing import add_proposal, data_of, title
from secretsapp.secrets import proposals, waiting


class Command(ActingCommand):
    """Declines or withdraws a proposal."""

    help = "Decline a proposal, or withdraw your own. The proposed value is deleted. Needs --as."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The proposal, and why."""
        add_proposal(parser)
        parser.add_argument("--remark", default="", metavar="TEXT", help="Why, for the log.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Decline it, or withdraw one's own."""
        view = waiting.get(actor, options["proposal"])
        if view.is_own:
            proposals.withdraw(actor, view.proposal)
        else:
            proposals.decline(actor, view.proposal, options["remark"])
        deed = "Withdrew" if view.is_own else "Declined"
        now = waiting.get(actor, view.proposal.pk)
        return Report(lines=[f"{deed} {title(view)}. Its value is deleted."], data=data_of(now))
