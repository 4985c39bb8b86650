"""Proposals as an actor may see them, and those that they may approve."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Case, QuerySet, When
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission, roles_with
from secretsapp.models import Change, Proposal, ServerRestart, Universe, User
from secretsapp.models.secrets import ChangeState, ProposalKind, ProposalState
from secretsapp.rules.narrowing import in_reach, narrowed
from secretsapp.rules.paging import Asked, Page, cut
from secretsapp.rules.policy import Rights, held, require, require_installation, rights_of
from secretsapp.rules.sql import NOW, PERSON, Given, Prepared
from secretsapp.secrets.proposals import APPROVED_WITH, changes_domain, rights_for, without
from secretsapp.universes.protection import WHAT

# So many that wait are looked through for those that someone may approve.
MOST_LOOKED_AT = 200
MOST_OF_SECRET = 10


@dataclass(frozen=True)
class ProposalView:
    """A proposal, and what the actor may do about it; `change` is what it became."""

    proposal: Proposal
    is_own: bool
    may_approve: bool
    may_decline: bool
    change: Change | ServerRestart | None = None

    @property
    def what(self) -> str:
        """What it is in a word or two."""
        return WHAT[ProposalKind(self.proposal.kind)]

    @property
    def changes_domain(self) -> bool:
        """Whether a secret that is there would get another domain."""
        return changes_domain(self.proposal)

    @property
    def has_failed(self) -> bool:
        """Whether it was approved, and Roblox refused what was sent."""
        return self.change is not None and self.change.state == ChangeState.FAILED

    @property
    def is_given_by_proposer(self) -> bool:
        """Whether the actor has the right, but from nobody except the proposer."""
        return self.proposal.is_waiting and self.may_decline and not self.may_approve


def check_may_decide(actor: Actor, view: ProposalView) -> None:
    """Raise Forbidden unless it is their own, or they have the rights that the change takes."""
    if not view.is_own:
        for right in rights_for(view.proposal):
            require(actor, right.permission, view.proposal.universe_id, view.proposal.name)


def may_force(actor: Actor) -> bool:
    """Whether they may protect universes, and change what is protected alone."""
    return rights_of(actor).allows_installation(Permission.MANAGE_UNIVERSES)


def check_may_manage(actor: Actor, universe: Universe) -> None:
    """Raise Forbidden unless they may."""
    require_installation(actor, Permission.MANAGE_UNIVERSES, universe.pk)


def names_waiting(actor: Actor, universe: Universe) -> set[str]:
    """The names for which something waits in a protected universe, as far as they may list them."""
    if not universe.protected:
        return set()
    rows = Proposal.objects.filter(universe=universe, state=ProposalState.WAITING)
    return set(_visible(actor, rows).values_list("name", flat=True))


def waiting_for(actor: Actor) -> list[ProposalView]:
    """The proposals that the person may approve, the oldest first, in one query.

    They are looked for among the oldest in the universes where they may approve anything.
    """
    if actor.person_id is None:
        return []
    others = _of_others_waiting(actor.person_id, timezone.now())
    found = list(others.select_related("universe", "proposer")[:MOST_LOOKED_AT])
    return [view for view in _views(actor, found) if view.may_approve] if found else []


def count_for(actor: Actor, *, most: int) -> int:
    """How many of them there are, `most` at most, which is all that most pages say."""
    if actor.person_id is None:
        return 0
    rights, found = rights_of(actor), _JUDGED.rows(person=actor.person_id, now=timezone.now())
    approved = (
        each for each in map(_judged, found) if _suffice(_of_others(actor, rights, each), each)
    )
    return len(list(islice(approved, most)))


def _of_others_waiting(person: int | Given, now: datetime | Given) -> QuerySet[Proposal]:
    approving = {role for permission in APPROVED_WITH.values() for role in roles_with(permission)}
    there = in_reach(held(person, now).filter(role__in=sorted(approving)))
    waiting = Proposal.objects.filter(there, state=ProposalState.WAITING)
    return waiting.exclude(proposer_id=person).order_by("proposed_at", "pk")


# What it takes to tell whether someone may approve a proposal, in the order of its columns.
_COLUMNS = ("id", "kind", "state", "universe_id", "name", "domain", "seen_domain", "proposer_id")
_JUDGED = Prepared(
    lambda: _of_others_waiting(PERSON, NOW).values_list(*_COLUMNS, "proposer__email")[
        :MOST_LOOKED_AT
    ]
)


def _judged(row: tuple[Any, ...]) -> Proposal:
    *values, email = row
    proposal = Proposal.from_db(DEFAULT_DB_ALIAS, _COLUMNS, values)
    proposal.proposer = User.from_db(DEFAULT_DB_ALIAS, ("id", "email"), (values[-1], email))
    return proposal


def of_universe(actor: Actor, universe: Universe, asked: Asked) -> Page[ProposalView]:
    """A page of the universe's proposals that the person may see: what waits first, then newest."""
    rows = _visible(actor, _rows().filter(universe=universe))
    is_over = Case(When(state=ProposalState.WAITING, then=0), default=1)
    page = cut(rows.order_by(is_over, "-proposed_at", "pk"), asked.number)
    return page.of(_views(actor, page.items))


def count_waiting(actor: Actor, universe: Universe) -> int:
    """How many of the universe's proposals wait that the person may see."""
    rows = Proposal.objects.filter(universe=universe, state=ProposalState.WAITING)
    return _visible(actor, rows).count()


def of_secret(actor: Actor, universe: Universe, name: str) -> list[ProposalView]:
    """What waits for a secret of a protected universe that they may list, the oldest first."""
    if not universe.protected:
        return []
    rows = _rows().filter(universe=universe, name=name, state=ProposalState.WAITING)
    return _views(actor, list(rows.order_by("proposed_at", "pk")[:MOST_OF_SECRET]))


def get(actor: Actor, proposal_id: UUID) -> ProposalView:
    """The proposal of that id; raises NotFound for what the actor may not see."""
    found = list(_visible(actor, _rows().filter(pk=proposal_id)))
    if not found:
        raise NotFound(
            "This proposal isn’t in Sealroom, or you don’t have access to what it is about. "
            "Its universe may have been removed."
        )
    return _views(actor, found)[0]


def chosen(actor: Actor, universe: Universe | None, ids: Iterable[UUID]) -> list[ProposalView]:
    """Those of the universe's proposals, or of all, that wait and that the person may approve."""
    rows = _rows().filter(state=ProposalState.WAITING, pk__in=ids)
    rows = rows.filter(universe=universe) if universe else rows
    found = list(_visible(actor, rows).order_by("proposed_at", "pk"))
    return [view for view in _views(actor, found) if view.may_approve]


def _rows() -> QuerySet[Proposal]:
    return Proposal.objects.select_related("universe__api_key", "proposer", "owner", "decided_by")


def _visible(actor: Actor, rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """What is about secrets that they may list, or about all: why that is may name any secret."""
    return narrowed(actor, rows, Permission.LIST_SECRETS)


def _views(actor: Actor, found: list[Proposal]) -> list[ProposalView]:
    rights = rights_of(actor)
    became = _became(each for each in found if each.state == ProposalState.APPROVED)
    return [_view(actor, each, rights, became.get(each.pk)) for each in found]


def _became(approved: Iterable[Proposal]) -> dict[UUID, Change | ServerRestart]:
    """The changes and restarts of these proposals, by the id that they share."""
    ids: dict[bool, list[UUID]] = {True: [], False: []}
    for each in approved:
        ids[each.kind == ProposalKind.RESTART].append(each.pk)
    changes = Change.objects.in_bulk(ids[False]) if ids[False] else {}
    restarts = ServerRestart.objects.in_bulk(ids[True]) if ids[True] else {}
    return {**changes, **restarts}


def _view(
    actor: Actor, proposal: Proposal, rights: Rights, change: Change | ServerRestart | None
) -> ProposalView:
    is_own = proposal.proposer_id == actor.person_id
    is_theirs = actor.is_person and proposal.is_waiting and not is_own
    may_decline = is_theirs and _suffice(rights, proposal)
    return ProposalView(
        proposal=proposal,
        is_own=is_own,
        may_approve=may_decline and _suffice(_of_others(actor, rights, proposal), proposal),
        may_decline=may_decline,
        change=change,
    )


def _of_others(actor: Actor, rights: Rights, proposal: Proposal) -> Rights:
    """What they hold there from others; they may have grants in a thousand other universes."""
    here = replace(rights, holdings=tuple(rights.reaching(proposal.universe_id)))
    return without(here, proposal.proposer, actor)


def _suffice(rights: Rights, proposal: Proposal) -> bool:
    """Whether these rights allow the change."""
    place, name = proposal.universe_id, proposal.name
    return all(rights.allows(right.permission, place, name) for right in rights_for(proposal))
