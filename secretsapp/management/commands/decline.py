"""`manage.py decline`: nothing comes of a proposal, or of a request for access."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import requests
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.management.proposing import add_proposal, data_of, title
from secretsapp.management.requesting import find_request
from secretsapp.models import AccessRequest
from secretsapp.secrets import proposals, waiting


class Command(ActingCommand):
    """Declines or withdraws a proposal or a request."""

    help = (
        "Decline a proposal or a request for access, or withdraw your own. A proposed value is "
        "deleted. Proposals need --as."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The proposal, and why."""
        add_proposal(parser)
        parser.add_argument("--remark", default="", metavar="TEXT", help="Why, for the log.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Decline it, or withdraw one's own."""
        if asked := find_request(actor, options["proposal"]):
            return _refuse(actor, asked, options["remark"])
        view = waiting.get(actor, options["proposal"])
        if view.is_own:
            proposals.withdraw(actor, view.proposal)
        else:
            proposals.decline(actor, view.proposal, options["remark"])
        deed = "Withdrew" if view.is_own else "Declined"
        now = waiting.get(actor, view.proposal.pk)
        return Report(lines=[f"{deed} {title(view)}. Its value is deleted."], data=data_of(now))


def _refuse(actor: Actor, asked: AccessRequest, remark: str) -> Report:
    """Decline the request, or withdraw one's own."""
    is_own = actor.is_person and asked.person_id == actor.person_id
    if is_own:
        requests.withdraw(actor, asked)
    else:
        requests.decline(actor, asked, note=remark)
    deed = "Withdrew your request" if is_own else f"Declined the request of {asked.person}"
    return Report(lines=[f"{deed} for access."], data={"request": str(asked.pk)})
