"""`manage.py approve`: what someone else proposed is done, or what they asked for is given."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.access import requests
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Correctable
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.core.times import sentence_time
from secretsapp.management.arguments import whole
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time
from secretsapp.management.proposing import add_proposal, data_of, title
from secretsapp.management.requesting import find_request
from secretsapp.models import AccessRequest
from secretsapp.secrets import waiting
from secretsapp.servers import restart_proposals


class Command(ActingCommand):
    """Approves proposals and requests."""

    help = (
        "Approve proposals of other people, which sends them to Roblox; several are listed first, "
        "and --yes approves them all. Or approve one request for access, with --hours and "
        "--pattern for less than was asked for. Proposals need --as."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The proposals, and that several are meant."""
        add_proposal(parser, several=True)
        parser.add_argument("--remark", default="", metavar="TEXT", help="For the log.")
        parser.add_argument("--yes", action="store_true", help="Confirm several.")
        parser.add_argument(
            "--hours", type=whole, metavar="HOURS", help="Give access for fewer hours."
        )
        parser.add_argument(
            "--pattern",
            action="append",
            metavar="NAME|PREFIX*",
            help="Give access to fewer secrets; repeat it for several.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Approve the request, or the proposals one after the other, up to one that can't be."""
        first, *others = options["proposals"]
        if not others and (asked := find_request(actor, first)):
            return _give(actor, asked, options)
        if options["hours"] or options["pattern"]:
            raise CommandError("Nothing was approved: --hours and --pattern go with a request.")
        views = [waiting.get(actor, each) for each in dict.fromkeys(options["proposals"])]
        if len(views) > 1 and not options["yes"]:
            listed = "; ".join(
                f"{title(view)}, by {view.proposal.proposer.email}" for view in views
            )
            raise CommandError(
                f"Nothing was approved. Add --yes to approve all of these: {listed}."
            )
        untold = []
        for done, view in enumerate(views):
            try:
                untold.append(restart_proposals.approve(actor, view.proposal, options["remark"]))
            except Correctable as refusal:
                before = f"Approved {done} of {len(views)}. " if done else ""
                raise CommandError(f"{before}Not {title(view)}: {refusal}") from None
        now = [waiting.get(actor, view.proposal.pk) for view in views]
        told = zip(now, untold, strict=True)
        lines = [f"Approved {title(view)}. {more}".rstrip() for view, more in told]
        return Report(lines=lines, data={"approved": [data_of(view) for view in now]})


def _give(actor: Actor, asked: AccessRequest, options: dict[str, Any]) -> Report:
    """Give what was asked for, or less."""
    if options["remark"]:
        raise CommandError("Nothing was approved: --remark goes with a proposal.")
    names = ", ".join(options["pattern"]) if options["pattern"] else None
    grant = requests.approve(actor, asked, hours=options["hours"], names=names)
    until = f" until {sentence_time(grant.until)}" if grant.until else ""
    role = ROLE_WORDS[Role(grant.role)]
    return Report(
        lines=[f"Approved: {grant.holder} is {role} of {grant.scope}{until}."],
        data={"request": str(asked.pk), "grant": grant.pk, "until": exact_time(grant.until)},
    )
