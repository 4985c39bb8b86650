"""Restarts of servers in protected universes: one person proposes, and another one approves."""

from collections.abc import Sequence

from secretsapp.core.actor import Actor
from secretsapp.models import Proposal, Universe
from secretsapp.models.secrets import ProposalKind
from secretsapp.secrets import approving, proposals
from secretsapp.secrets.approving import Approved
from secretsapp.servers import restarts


def propose(
    actor: Actor,
    universe: Universe,
    *,
    place_ids: Sequence[int] = (),
    bleed_off_minutes: int | None = None,
    why: str = "",
) -> Proposal:
    """Propose to restart the servers of these places, or of all; nothing is sent.

    Raises Forbidden, InvalidInput, StaleVersion where the universe isn't protected any more, and
    TooManyProposals.
    """
    restarts.check_may(actor, universe)
    restarts.check(place_ids, bleed_off_minutes, why)
    proposal = Proposal(
        kind=ProposalKind.RESTART,
        universe=universe,
        places=restarts.as_text(place_ids),
        bleed_off_minutes=bleed_off_minutes,
    )
    need = restarts.right_to_restart(universe)
    return proposals.propose_for_universe(actor, proposal, why, need=need)


def approve(actor: Actor, proposal: Proposal, remark: str = "") -> str:
    """Carry out a proposal of whatever kind, for the doors; raises as `approving.approve` does."""
    is_restart = proposal.kind == ProposalKind.RESTART
    return approving.approve(actor, proposal, remark, carry_out=_restart if is_restart else None)


def _restart(actor: Actor, proposal: Proposal, passage: Approved) -> None:
    restarts.restart(
        actor,
        proposal.universe,
        place_ids=proposal.place_ids,
        bleed_off_minutes=proposal.bleed_off_minutes,
        why=proposal.why,
        passage=passage,
    )
