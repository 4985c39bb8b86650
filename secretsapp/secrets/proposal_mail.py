"""Tells by mail those who may approve that a change waits, and who proposed it that it lapsed."""

from collections.abc import Iterable

from secretsapp.core.roles import Permission
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import Proposal, User
from secretsapp.models.secrets import ProposalKind, ProposalState
from secretsapp.rules.holders import people_with
from secretsapp.universes.protection import WHAT

# So many are told by mail; the others find it on their first page.
MOST_TOLD = 20


def candidates(proposal: Proposal, permission: Permission) -> list[User]:
    """The first of those with the permission, but for who proposed it; no one without mail."""
    if not outbox.is_set_up():
        return []
    people = people_with(permission, proposal.universe_id, proposal.name)
    return list(people.exclude(pk=proposal.proposer_id)[:MOST_TOLD])


def queue(proposal: Proposal, permission: Permission, people: Iterable[User]) -> None:
    """Queue a mail to each of these people, within the act that proposes."""
    about = {"proposal": str(proposal.pk), "permission": str(permission)}
    outbox.queue_all([outbox.mail(KIND, person, about) for person in people])


def queue_lapsed(proposal: Proposal) -> None:
    """Queue a mail to who proposed what lapsed, within the act that lets it."""
    outbox.queue(LAPSED, proposal.proposer, {"proposal": str(proposal.pk)})


def _write(person: User | None, about: About) -> Letter | None:
    """The words, while it waits and for who has the right still."""
    found = Proposal.objects.select_related("universe", "proposer").filter(pk=about["proposal"])
    proposal = found.filter(state=ProposalState.WAITING).first()
    permission = Permission(about["permission"])
    if proposal is None or person not in people_with(
        permission, proposal.universe_id, proposal.name
    ):
        return None
    words = _words(proposal) | {"who": proposal.proposer.email}
    return Letter(f"Waiting for your approval in {words['where']}", words)


def _write_lapsed(person: User | None, about: About) -> Letter | None:
    """What lapsed, and why."""
    found = Proposal.objects.select_related("universe").filter(pk=about["proposal"])
    proposal = found.filter(state=ProposalState.LAPSED, proposer=person).first()
    if proposal is None:
        return None
    words = _words(proposal) | {"reason": proposal.remark}
    return Letter(f"Your proposal in {words['where']} lapsed", words)


def _words(proposal: Proposal) -> dict[str, object]:
    what = WHAT[ProposalKind(proposal.kind)]
    return {
        "what": f"{what} of {proposal.name}" if proposal.name else what,
        "where": proposal.universe.name_and_environment,
        "proposal": str(proposal.pk),
    }


KIND = Kind("change_proposed", _write)
LAPSED = Kind("change_lapsed", _write_lapsed)
