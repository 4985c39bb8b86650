"""Tells those who may approve it by mail that a change of a protected universe waits for them."""

from collections.abc import Iterable

from secretsapp.core.roles import Permission
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import Proposal, User
from secretsapp.models.changes import ProposalKind, ProposalState
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


def _write(person: User | None, about: About) -> Letter | None:
    """The words, while it waits and for who has the right still."""
    found = Proposal.objects.select_related("universe", "proposer").filter(pk=about["proposal"])
    proposal = found.filter(state=ProposalState.WAITING).first()
    permission = Permission(about["permission"])
    if proposal is None or person not in people_with(
        permission, proposal.universe_id, proposal.name
    ):
        return None
    what = WHAT[ProposalKind(proposal.kind)]
    words = {
        "who": proposal.proposer.email,
        "what": f"{what} of {proposal.name}" if proposal.name else what,
        "where": proposal.universe.name_and_environment,
        "proposal": str(proposal.pk),
    }
    return Letter(f"Waiting for your approval in {words['where']}", words)


KIND = Kind("change_proposed", _write)
