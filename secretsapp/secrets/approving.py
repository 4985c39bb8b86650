"""Approves a proposal: both people's rights, what was proposed, and then the change itself.

The transaction that ends the proposal is the one that writes the change down, under the same id.
So a proposal is sent once at most, and after a crash what was begun is settled by reading.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core import chain, labels
from secretsapp.core.actor import Actor, Door
from secretsapp.core.errors import (
    Forbidden,
    KeyTrouble,
    NameTaken,
    ProposalAltered,
    ProposalOver,
    SealroomError,
    SecretGone,
    StaleVersion,
)
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.secrets import SecretEvent, UniverseEvent
from secretsapp.core.roles import permission_on
from secretsapp.core.sealing import Sealed
from secretsapp.models import AuditEvent, Change, Proposal, Secret, ServerRestart, Universe, User
from secretsapp.models.secrets import ProposalKind, ProposalState
from secretsapp.rules import connections
from secretsapp.rules.acting import Act, Need, Right, acting
from secretsapp.rules.keys import audit_ring
from secretsapp.rules.locks import lock_proposal, lock_universe
from secretsapp.rules.policy import require, rights_now
from secretsapp.rules.roblox import in_our_words
from secretsapp.secrets import changes, details
from secretsapp.secrets.proposals import (
    TOO_OLD,
    digest_of,
    lapse,
    over,
    person_id_of,
    proposed_event,
    rights_for,
    without,
)
from secretsapp.universes.protection import conclude, lift, tell

# What the change itself runs into means that it can't be made as it was proposed.
_OUT_OF_DATE = (NameTaken, SecretGone, StaleVersion, ProposalOver)
NEW_KEY = "Roblox’s public key of the universe has changed, so the value must be entered again"
ALTERED = "what is stored is not what was proposed"


@dataclass(frozen=True)
class TwoPeople:
    """That someone else proposed it, who still could, and that the actor's right isn't theirs."""

    proposal: Proposal

    def check(self, act: Act) -> None:
        """Raise Forbidden for what the actor may not, and ProposalOver for the other."""
        check_not_own(act.actor, self.proposal)
        self._check_proposer()
        for right in rights_for(self.proposal):
            _check_giver(act, self.proposal, right)

    def _check_proposer(self) -> None:
        """Their rights as the database has them now: the row of their account is locked."""
        proposer = self.proposal.proposer
        rights = rights_now(actors.person(proposer.pk, proposer.email, Door.BROWSER))
        place, name = self.proposal.universe_id, self.proposal.name
        for right in rights_for(self.proposal):
            if not rights.allows(right.permission, place, name):
                words = permission_on(right.permission, name)
                raise ProposalOver(f"{proposer.email} can no longer {words}")


def check_not_own(actor: Actor, proposal: Proposal) -> None:
    """Raise Forbidden for who proposed it."""
    if person_id_of(actor) == proposal.proposer_id:
        right = rights_for(proposal)[0]
        raise Forbidden(
            "You can’t approve your own proposal. Ask someone else who can make this change.",
            permission=right.permission,
            universe_id=proposal.universe_id,
            secret_name=proposal.name,
        )


def _check_giver(act: Act, proposal: Proposal, right: Right) -> None:
    """Raise Forbidden where the actor has the right from no one but the proposer."""
    others = without(act.rights, proposal.proposer, act.actor)
    if not others.allows(right.permission, proposal.universe_id, proposal.name):
        words = permission_on(right.permission, proposal.name)
        raise Forbidden(
            f"You can’t approve this: {proposal.proposer.email} proposed it, and gave you the "
            f"right to {words}. Ask someone who has it from another person.",
            permission=right.permission,
            universe_id=proposal.universe_id,
            secret_name=proposal.name,
        )


@dataclass(frozen=True)
class Approved:
    """That another person approves it now."""

    proposal: Proposal
    remark: str
    sends: ClassVar = True

    @property
    def people(self) -> Iterable[User]:
        """The proposer, whose rights can't change meanwhile."""
        return (self.proposal.proposer,)

    @property
    def needs(self) -> tuple[Need, ...]:
        """That there are two of them."""
        return (TwoPeople(self.proposal),)

    def admit(
        self, act: Act, universe: Universe, change: Change | ServerRestart, _sealed: Sealed | None
    ) -> None:
        """End the proposal and give its id to the change; raises ProposalOver."""
        _end_approved(act, self.proposal, self.remark)
        change.id, change.proposed_by = self.proposal.pk, self.proposal.proposer.email


def _end_approved(act: Act, proposal: Proposal, remark: str) -> None:
    """Under the proposal's lock: it waits, it is what was proposed, and now it is approved."""
    stored = lock_proposal(Proposal.objects.filter(pk=proposal.pk))
    if stored is None or not stored.is_waiting:
        raise over(proposal)
    if stored.lapses_at <= timezone.now():
        raise ProposalOver(TOO_OLD)
    _check_unaltered(proposal, stored)
    conclude(proposal, ProposalState.APPROVED, by=act.actor, remark=remark)
    tell(act, SecretEvent.PROPOSAL_APPROVED, proposal, remark=remark, digest=stored.digest)


def _check_unaltered(proposal: Proposal, stored: Proposal) -> None:
    """Raise ProposalAltered unless the row, what is sent and the log have the same hash."""
    found = digest_of(proposal)
    if not found == digest_of(stored) == stored.digest == _digest_in_log(stored):
        raise ProposalAltered(ALTERED)


def _digest_in_log(proposal: Proposal) -> str:
    """The hash in the event of the proposal, if that is as it was appended."""
    tag = proposed_event(proposal).tag
    place = str(proposal.universe_id)
    events = AuditEvent.objects.filter(universe_id=place, secret_name=proposal.name, tag=tag)
    event = events.filter(change_id=str(proposal.pk)).first()
    if event is None or event.actor_id != str(proposal.proposer_id) or not _is_authentic(event):
        return ""
    return (read_detail(event.detail) or {}).get("digest", "")


def _is_authentic(event: AuditEvent) -> bool:
    """Whether the audit key authenticates its content, after the event before it."""
    before = AuditEvent.objects.filter(sequence=event.sequence - 1).first()
    content = chain.content_hash(event.chained_fields())
    link = chain.link_hash(before.link if before else chain.START_OF_CHAIN, content)
    try:
        return audit_ring().verifies(link, mac=event.mac, key_id=event.key_id)
    except KeyTrouble:
        return False


CarryOut = Callable[[Actor, Proposal, Approved], object]


def approve(
    actor: Actor, proposal: Proposal, remark: str = "", *, carry_out: CarryOut | None = None
) -> str:
    """Carry a proposal out, once, as what another person proposed.

    `carry_out` does so for what is no change of a secret, by the passage it is given.

    Gives a sentence where only its note and owner could not be stored, and else nothing. Raises
    Forbidden, ProposalOver where it no longer waits or lapses now, and what the change itself
    raises; while Roblox can't be asked it goes on waiting.
    """
    labels.check_remark(remark, field="remark", limit=labels.REASON_LIMIT)
    check_not_own(actor, proposal)
    if not proposal.is_waiting:
        raise over(proposal)
    try:
        _check_unaltered(proposal, proposal)
        (carry_out or _carry_out)(actor, proposal, Approved(proposal, remark.strip()))
    except _OUT_OF_DATE as refusal:
        raise _lapsed(proposal, refusal) from None
    return _say_whose(actor, proposal)


def _say_whose(actor: Actor, proposal: Proposal) -> str:
    """Store note and owner; the secret is there by now, so what fails is only told."""
    if not (proposal.note or proposal.owner):
        return ""
    secret = Secret.objects.filter(universe=proposal.universe, name=proposal.name).first()
    if secret is None:
        return "Note and owner were not saved: the secret isn’t there any more."
    try:
        details.edit(
            actor=actor,
            universe=proposal.universe,
            secret=secret,
            note=proposal.note,
            owner=proposal.owner,
        )
    except SealroomError as refusal:
        return f"Note and owner were not saved: {refusal}"
    return ""


def _lapsed(proposal: Proposal, refusal: SealroomError) -> ProposalOver:
    """Let it lapse unless someone decided it; give what there is to say."""
    event = SecretEvent.PROPOSAL_LAPSED
    if isinstance(refusal, ProposalAltered):
        event = SecretEvent.PROPOSAL_ALTERED
    waiting = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.WAITING)
    if not waiting.exists():
        return over(proposal)
    reason = str(refusal).removesuffix(".")
    lapse(proposal, reason, event)
    return ProposalOver(f"The proposal lapsed, and nothing was sent: {reason}. Propose it again.")


def _carry_out(actor: Actor, proposal: Proposal, passage: Approved) -> None:
    if proposal.kind == ProposalKind.UNPROTECT:
        _unprotect(actor, proposal, passage.remark)
        return
    universe, name = proposal.universe, proposal.name
    if proposal.kind == ProposalKind.DELETE:
        changes.delete(
            actor=actor,
            universe=universe,
            name=name,
            seen_version=proposal.seen_version,
            passage=passage,
        )
        return
    value = _still_sealed(actor, proposal)
    if proposal.kind == ProposalKind.CREATE:
        changes.create(
            actor=actor,
            universe=universe,
            name=name,
            value=value,
            domain=proposal.domain,
            similar_is_meant=True,
            passage=passage,
        )
        return
    changes.rotate(
        actor=actor,
        universe=universe,
        name=name,
        value=value,
        domain=proposal.domain,
        seen_version=proposal.seen_version,
        seen_domain=proposal.seen_domain,
        passage=passage,
    )


def _still_sealed(actor: Actor, proposal: Proposal) -> Sealed:
    """The sealed value, if it is for the key that the universe has now; raises ProposalOver."""
    for right in rights_for(proposal):
        require(actor, right.permission, proposal.universe_id, proposal.name)
    universe = proposal.universe
    with in_our_words(), connections.client_of(actor, universe.api_key) as client:
        key = client.public_key(universe.pk)
    if (key.key_id, key.fingerprint) != (proposal.key_id, proposal.key_fingerprint):
        raise ProposalOver(NEW_KEY)
    return Sealed(
        box=proposal.box,
        key_id=key.key_id,
        fingerprint=key.fingerprint,
        asked_at=key.asked_at,
        sealed_at=proposal.proposed_at,
    )


def _unprotect(actor: Actor, proposal: Proposal, remark: str) -> None:
    first, *others = (*rights_for(proposal), TwoPeople(proposal))
    with acting(actor, first, *others, people=(proposal.proposer,)) as act:
        stored = lock_universe(proposal.universe)
        _end_approved(act, proposal, remark)
        lift(act, stored)
        detail = {"proposed_by": proposal.proposer.email}
        act.tell(
            UniverseEvent.UNIVERSE_UNPROTECTED, stored, change_id=str(proposal.pk), detail=detail
        )
