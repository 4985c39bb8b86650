"""`manage.py approve`: what someone else proposed is done."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.errors import Correctable
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.management.proposing import add_proposal, data_of, title
from secretsapp.secrets import approving, waiting


class Command(ActingCommand):
    """Approves proposals."""

    help = (
        "Approve proposals of other people, which sends them to Roblox. Several are listed first; "
        "--yes approves them all. Needs --as."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The proposals, and that several are meant."""
        add_proposal(parser, several=True)
        parser.add_argument("--remark", default="", metavar="TEXT", help="For the log.")
        parser.add_argument("--yes", action="store_true", help="Confirm several.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Approve them, one after the other, up to the first that can't be."""
        views = [waiting.get(actor, each) for each in dict.fromkeys(options["proposals"])]
        if len(views) > 1 and not options["yes"]:
            listed = "; ".join(
                f"{title(view)}, by {view.proposal.proposer.email}" for view in views
            )
            raise CommandError(
                f"Nothing was approved. Add --yes to approve all of these: {listed}."
            )
        for done, view in enumerate(views):
            try:
                approving.approve(actor, view.proposal, options["remark"])
            except Correctable as refusal:
                before = f"Approved {done} of {len(views)}. " if done else ""
                raise CommandError(f"{before}Not {title(view)}: {refusal}") from None
        now = [waiting.get(actor, view.proposal.pk) for view in views]
        lines = [f"Approved {title(view)}." for view in now]
        return Report(lines=lines, data={"approved": [data_of(view) for view in now]})
