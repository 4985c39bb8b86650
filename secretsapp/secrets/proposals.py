"""Proposes changes of protected universes, declines and withdraws them, and lets them lapse."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core import binding, input_rules, labels
from secretsapp.core.actor import Actor, Door
from secretsapp.core.errors import InvalidInput, ProposalOver, StaleVersion, TooManyProposals
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.secrets import SecretEvent, UniverseEvent, change_event
from secretsapp.core.roles import Permission, Role
from secretsapp.core.sealing import Sealed
from secretsapp.core.times import sentence_time
from secretsapp.models import Change, Proposal, Universe, User
from secretsapp.models.secrets import ProposalKind, ProposalState
from secretsapp.rules.acting import Act, Need, NoRight, Oneself, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import Rights, rights_of
from secretsapp.secrets import proposal_mail
from secretsapp.universes.protection import TO_MANAGE, conclude, tell

LASTS = timedelta(days=7)
MOST_WAITING = 50
MOST_AT_ONCE = 100
TO_LAPSE = NoRight("time ends it, or what was found of it")
_DEEDS = {
    ProposalState.APPROVED: "approved it",
    ProposalState.DECLINED: "declined it",
    ProposalState.WITHDRAWN: "withdrew it",
}
APPROVED_WITH = {
    ProposalKind.CREATE: Permission.CREATE_SECRET,
    ProposalKind.ROTATE: Permission.ROTATE_SECRET,
    ProposalKind.DELETE: Permission.DELETE_SECRET,
    ProposalKind.UNPROTECT: Permission.MANAGE_UNIVERSES,
    ProposalKind.RESTART: Permission.RESTART_SERVERS,
}
_PROPOSED = {
    ProposalKind.UNPROTECT: UniverseEvent.UNIVERSE_UNPROTECT_PROPOSED,
    ProposalKind.RESTART: UniverseEvent.UNIVERSE_RESTART_PROPOSED,
}


@dataclass(frozen=True)
class Proposing:
    """That a change is only proposed: what is sealed waits for another person.

    A creation comes with the note of the secret, and who proposes it can be its owner.
    """

    person_id: int
    why: str
    note: str = ""
    is_mine: bool = False
    sends: ClassVar = False
    people: ClassVar[tuple[User, ...]] = ()
    needs: ClassVar[tuple[Need, ...]] = ()

    def admit(self, act: Act, universe: Universe, change: Change, sealed: Sealed | None) -> None:
        """Store the proposal in place of the change; raises where the universe takes none."""
        _check_takes(universe, self.person_id)
        proposal = Proposal(
            id=change.pk,
            kind=change.kind,
            universe=universe,
            name=change.name,
            domain=change.domain,
            seen_domain=change.seen_domain,
            seen_version=change.seen_update_time,
            box=sealed.box if sealed else "",
            key_id=sealed.key_id if sealed else "",
            key_fingerprint=sealed.fingerprint if sealed else "",
            note=self.note,
            owner_id=self.person_id if self.is_mine else None,
        )
        _store(act, proposal, proposed_event(proposal), self.person_id, self.why)


def proposing(actor: Actor, why: str = "", *, note: str = "", is_mine: bool = False) -> Proposing:
    """How a change passes that the actor only proposes, and says why; raises InvalidInput."""
    labels.check_remark(why, field="why", limit=labels.REASON_LIMIT)
    labels.check_remark(note, field="note", limit=labels.NOTE_LIMIT)
    return Proposing(person_id_of(actor), why.strip(), note, is_mine)


def propose_unprotecting(actor: Actor, universe: Universe, why: str = "") -> Proposal:
    """Propose that the universe is protected no longer; raises Forbidden, InvalidInput."""
    proposal = Proposal(kind=ProposalKind.UNPROTECT, universe=universe)
    return propose_for_universe(actor, proposal, why, need=TO_MANAGE)


def propose_for_universe(actor: Actor, proposal: Proposal, why: str, *, need: Need) -> Proposal:
    """Propose what is about no secret, such as a restart; raises Forbidden, InvalidInput."""
    passage = proposing(actor, why)
    with acting(actor, need) as act:
        proposal.universe = lock_universe(proposal.universe)
        _check_takes(proposal.universe, passage.person_id)
        _store(act, proposal, proposed_event(proposal), passage.person_id, passage.why)
    return proposal


def proposed_event(proposal: Proposal) -> Event:
    """The event that says that it was proposed."""
    kind = ProposalKind(proposal.kind)
    return _PROPOSED.get(kind) or change_event(kind, "proposed")


def person_id_of(actor: Actor) -> int:
    """The account of the actor: two people must be told apart. Raises InvalidInput for others."""
    if actor.person_id is None:
        raise InvalidInput(
            "Proposals are made and decided by people, so nothing was done. Say who you are: "
            "--as EMAIL."
        )
    return actor.person_id


def _check_takes(universe: Universe, person_id: int) -> None:
    if not universe.protected:
        raise StaleVersion(
            f"{universe.name} is no longer protected, so nothing was proposed or sent. Open the "
            "page again to make the change at once."
        )
    waiting = Proposal.objects.filter(proposer_id=person_id, state=ProposalState.WAITING)
    if waiting.filter(universe=universe).count() >= MOST_WAITING:
        raise TooManyProposals(
            f"Nothing was proposed: {MOST_WAITING} of your proposals are waiting in "
            f"{universe.name}. Withdraw some, or wait until they are decided."
        )


def _store(act: Act, proposal: Proposal, event: Event, person_id: int, why: str) -> None:
    """Store a proposal and bind what it is about; the event has the same hash."""
    now = timezone.now()
    proposal.proposer = act.people[person_id]
    proposal.why, proposal.proposed_at, proposal.lapses_at = why, now, now + LASTS
    proposal.digest = digest_of(proposal)
    proposal.save(force_insert=True)
    detail = {
        "digest": proposal.digest,
        "domain": proposal.domain,
        "key_id": proposal.key_id,
        "key_fingerprint": proposal.key_fingerprint,
        **_restart_of(proposal),
        "why": why,
        "lapses": sentence_time(proposal.lapses_at),
    }
    if changes_domain(proposal):
        detail["domain_before"] = proposal.seen_domain
    tell(act, event, proposal, **detail)
    _mail(proposal)


def _mail(proposal: Proposal) -> None:
    """Let those be told who may approve it: not by what its proposer gave them."""
    needed = rights_for(proposal)
    permission = needed[0].permission
    people = [
        person
        for person in proposal_mail.candidates(proposal, permission)
        if _may_approve(person, proposal, needed)
    ]
    proposal_mail.queue(proposal, permission, people)


def _may_approve(person: User, proposal: Proposal, needed: Iterable[Right]) -> bool:
    actor = actors.person(person.pk, person.email, Door.WORKER)
    rights = without(rights_of(actor), proposal.proposer, actor)
    where, name = proposal.universe_id, proposal.name
    return all(rights.allows(each.permission, where, name) for each in needed)


def digest_of(proposal: Proposal) -> str:
    """The hash of everything that is sent once it is approved, and of who proposed it."""
    return binding.digest(
        str(proposal.pk),
        str(proposal.kind),
        str(proposal.universe_id),
        proposal.name,
        proposal.domain,
        proposal.key_id,
        proposal.key_fingerprint,
        proposal.box,
        str(proposal.proposer_id),
        proposal.seen_domain,
        proposal.seen_version,
        *_restart_of(proposal).values(),
    )


def _restart_of(proposal: Proposal) -> dict[str, str]:
    """What a restart is for and how it ends servers; nothing for any other proposal."""
    if proposal.kind != ProposalKind.RESTART:
        return {}
    return {
        "places": proposal.places.replace(" ", ", ") or "all",
        "bleed_off_minutes": str(proposal.bleed_off_minutes or 0),
    }


def changes_domain(proposal: Proposal) -> bool:
    """Whether a secret that is there would get another domain."""
    is_same = input_rules.is_same_domain(proposal.domain, proposal.seen_domain)
    return proposal.kind == ProposalKind.ROTATE and not is_same


def rights_for(proposal: Proposal) -> tuple[Right, ...]:
    """The rights that the change takes, of both people."""
    permission = APPROVED_WITH[ProposalKind(proposal.kind)]
    needed = (permission, Permission.CHANGE_DOMAIN) if changes_domain(proposal) else (permission,)
    return tuple(Right(each, proposal.universe_id, proposal.name) for each in needed)


def without(rights: Rights, giver: User, actor: Actor) -> Rights:
    """The actor's rights without what that person gave, or gives by a team they put them into.

    Nor does what they gave themselves count: they had it from someone before. The first admin, who
    had it from no one, is the exception.
    """
    others = (
        holding
        for holding in rights.holdings
        if holding.giver_id != giver.pk
        and (holding.adder_id is None or holding.adder_id not in (giver.pk, actor.person_id))
        and (holding.giver_id != actor.person_id or holding.role is Role.ADMIN)
    )
    return replace(rights, holdings=tuple(others))


def decline(actor: Actor, proposal: Proposal, remark: str = "") -> None:
    """End a proposal that someone else made, for those who have the rights that it takes.

    Raises Forbidden, InvalidInput, and ProposalOver where it no longer waits.
    """
    person_id_of(actor)
    labels.check_remark(remark, field="remark", limit=labels.REASON_LIMIT)
    first, *others = rights_for(proposal)
    with acting(actor, first, *others) as act:
        _end(act, proposal, ProposalState.DECLINED, SecretEvent.PROPOSAL_DECLINED, remark.strip())


def withdraw(actor: Actor, proposal: Proposal) -> None:
    """End one's own proposal; raises Forbidden for others', and ProposalOver."""
    with acting(actor, Oneself(proposal.proposer)) as act:
        _end(act, proposal, ProposalState.WITHDRAWN, SecretEvent.PROPOSAL_WITHDRAWN)


def _end(
    act: Act, proposal: Proposal, state: ProposalState, event: Event, remark: str = ""
) -> None:
    if not conclude(proposal, state, by=act.actor, remark=remark):
        raise over(proposal)
    tell(act, event, proposal, remark=remark)


def over(proposal: Proposal) -> ProposalOver:
    """That a proposal no longer waits, and who decided it meanwhile."""
    stored = Proposal.objects.select_related("decided_by").filter(pk=proposal.pk).first()
    if stored is None:
        return ProposalOver("This proposal is gone with its universe. Nothing was sent.")
    who = stored.decided_by.email if stored.decided_by else ""
    deed = _DEEDS.get(ProposalState(stored.state))
    said = f"{who} {deed}" if who and deed else f"It lapsed: {stored.remark}".rstrip(".")
    when = f" on {sentence_time(stored.decided_at)}" if stored.decided_at else ""
    return ProposalOver(f"This proposal no longer waits. {said}{when}. You changed nothing.")


def lapse(proposal: Proposal, reason: str, event: Event = SecretEvent.PROPOSAL_LAPSED) -> None:
    """End a proposal that can no longer be carried out, if it still waits."""
    with acting(actors.system("proposals"), TO_LAPSE) as act:
        if conclude(proposal, ProposalState.LAPSED, remark=reason):
            tell(act, event, proposal, reason=reason)
            proposal_mail.queue_lapsed(proposal)


def lapse_old() -> int:
    """End the proposals that waited too long; gives how many there were."""
    old = Proposal.objects.filter(state=ProposalState.WAITING, lapses_at__lte=timezone.now())
    found = list(old.select_related("universe", "proposer").order_by("lapses_at")[:MOST_AT_ONCE])
    for proposal in found:
        lapse(proposal, TOO_OLD)
    return len(found)


TOO_OLD = f"nobody decided within {LASTS.days} days"
