"""Protected universes: their changes are proposed, and end here where they are not approved."""

from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.events.kinds import Event, read_detail
from secretsapp.core.events.secrets import SecretEvent, UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.models import AuditArchive, AuditEvent, Proposal, Universe
from secretsapp.models.secrets import ProposalKind, ProposalState
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.holders import people_with
from secretsapp.rules.locks import lock_universe

TO_MANAGE = Right(Permission.MANAGE_UNIVERSES)
# Fewer people than these can't approve what each other proposes.
TWO = 2

WHAT = {
    ProposalKind.CREATE: "creation",
    ProposalKind.ROTATE: "rotation",
    ProposalKind.DELETE: "deletion",
    ProposalKind.UNPROTECT: "removal of the protection",
    ProposalKind.RESTART: "restart of the servers",
}


def is_protected(universe_id: int) -> bool:
    """Whether changes there need the approval of another person; it is known to those who ask."""
    return Universe.objects.filter(pk=universe_id, protected_since__isnull=False).exists()


def protect(actor: Actor, universe: Universe) -> None:
    """Let changes of the universe need the approval of another person; raises Forbidden."""
    with acting(actor, TO_MANAGE) as act:
        stored = lock_universe(universe)
        if stored.protected:
            return
        stored.protected_since = timezone.now()
        stored.save(update_fields=["protected_since"])
        act.tell(UniverseEvent.UNIVERSE_PROTECTED, stored)


def was_removed_protected(universe: Universe) -> bool:
    """Whether it was protected when it was last removed: removing it takes no protection off.

    Where that event is in an archive, the newest one remembers it.
    """
    removed = AuditEvent.objects.filter(
        universe_id=str(universe.pk), tag=UniverseEvent.UNIVERSE_REMOVED.tag
    )
    last = removed.order_by("-sequence").first()
    if last is None:
        archive = AuditArchive.objects.order_by("-number").first()
        return archive is not None and str(universe.pk) in archive.protected.split()
    return bool((read_detail(last.detail) or {}).get("protected"))


def caution(universe: Universe) -> str:
    """What is amiss where nobody could approve anything, or empty."""
    who = list(people_with(Permission.ROTATE_SECRET, universe.pk, "")[:TWO])
    if len(who) >= TWO:
        return ""
    alone = f"Only {who[0].email} can" if who else "Nobody can"
    return (
        f"{alone} rotate every secret of {universe.name}, so nobody can approve that. Grant "
        "someone else access first, or an admin has to change it without approval each time."
    )


def conclude(
    proposal: Proposal, state: ProposalState, *, by: Actor | None = None, remark: str = ""
) -> bool:
    """End a proposal that waits, and wipe its box; say whether it was still waiting."""
    return bool(
        Proposal.objects.filter(pk=proposal.pk, state=ProposalState.WAITING).update(
            state=state,
            box="",
            decided_by=by.person_id if by else None,
            decided_at=timezone.now(),
            remark=remark,
        )
    )


def end_waiting(act: Act, proposals: QuerySet[Proposal], reason: str) -> None:
    """Let those of the proposals lapse that still wait, within another act."""
    waiting = proposals.filter(state=ProposalState.WAITING).select_related("universe", "proposer")
    for proposal in waiting.order_by("pk"):
        if conclude(proposal, ProposalState.LAPSED, remark=reason):
            tell(act, SecretEvent.PROPOSAL_LAPSED, proposal, reason=reason)


def lift(act: Act, stored: Universe) -> None:
    """Take the protection off, within another act: what waits for approval lapses."""
    stored.protected_since = None
    stored.save(update_fields=["protected_since"])
    end_waiting(act, stored.proposals.all(), "the universe is no longer protected")


def tell(act: Act, event: Event, proposal: Proposal, **detail: str) -> None:
    """Let the log hold what became of a proposal."""
    act.tell(
        event,
        proposal.universe,
        proposal.name,
        subject=proposal.proposer,
        change_id=str(proposal.pk),
        detail={
            "what": WHAT[ProposalKind(proposal.kind)],
            **{k: v for k, v in detail.items() if v},
        },
    )
