"""What the commands of protected universes share: reasons, proposals, and how one is told."""

from argparse import ArgumentTypeError
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from secretsapp.management.output import exact_time
from secretsapp.models import Universe
from secretsapp.secrets.forcing import SinglePassage, alone
from secretsapp.secrets.waiting import ProposalView


def add_reason(parser: CommandParser) -> None:
    """Why a protected universe is changed without approval."""
    parser.add_argument(
        "--reason",
        default="",
        metavar="TEXT",
        help="Change a protected universe without approval, and say why. The log marks it, and "
        "everyone who could have approved it is told. For admins, or without --as.",
    )


def add_why(parser: CommandParser) -> None:
    """Why something is proposed."""
    parser.add_argument("--why", default="", metavar="TEXT", help="Why, for who approves it.")


def add_which_servers(parser: CommandParser) -> None:
    """Which servers a restart is for, and how long they stay up."""
    parser.add_argument(
        "--place",
        type=int,
        action="append",
        default=[],
        metavar="ID",
        help="Only servers of this place; can be repeated (default: every place).",
    )
    parser.add_argument(
        "--bleed-off",
        type=int,
        metavar="MINUTES",
        help="Servers take no new players for so long before they end: 1 to 240 (default: "
        "they end at once).",
    )


def passage_of(universe: Universe, options: dict[str, Any]) -> SinglePassage:
    """How the change passes: forced with the reason that was given, or at once without one.

    Refused before a value is asked for, where the universe is protected and there is no reason.
    """
    if universe.protected and not options["reason"].strip():
        raise CommandError(
            f"{universe.name} is protected, so nothing was sent: someone else must approve the "
            "change. Propose it with `manage.py propose`, or add --reason TEXT to change it "
            "without approval."
        )
    return alone(universe, options["reason"])


def proposal_id(text: str) -> UUID:
    """The id of a proposal in an argument."""
    try:
        return UUID(text.strip())
    except ValueError:
        raise ArgumentTypeError(
            "write the id of a proposal or a request, from list_proposals or list_requests"
        ) from None


def add_proposal(parser: CommandParser, *, several: bool = False) -> None:
    """The proposal that a command is about, or several of them."""
    parser.add_argument(
        "proposals" if several else "proposal",
        type=proposal_id,
        nargs="+" if several else None,
        metavar="ID",
        help="The id, as `list_proposals` or `list_requests` shows it.",
    )


def title(view: ProposalView) -> str:
    """What is proposed, in a few words."""
    proposal = view.proposal
    about = f" of {proposal.name}" if proposal.name else ""
    return f"the {view.what}{about} in {proposal.universe.name}"


def data_of(view: ProposalView) -> dict[str, Any]:
    """A proposal for scripts; never its box."""
    proposal = view.proposal
    return {
        "proposal": str(proposal.pk),
        "kind": proposal.kind,
        "state": proposal.state,
        "universe": proposal.universe_id,
        "name": proposal.name,
        "domain": proposal.domain,
        "why": proposal.why,
        "places": proposal.place_ids,
        "bleed_off_minutes": proposal.bleed_off_minutes,
        "note": proposal.note,
        "owner": proposal.owner.email if proposal.owner else "",
        "proposer": proposal.proposer.email,
        "proposed_at": exact_time(proposal.proposed_at),
        "lapses_at": exact_time(proposal.lapses_at),
        "decided_by": proposal.decided_by.email if proposal.decided_by else "",
        "decided_at": exact_time(proposal.decided_at),
        "remark": proposal.remark,
        "change": view.change.state if view.change else "",
    }
