"""What waits for the actor's answer: requests, proposals and reviews; and what was forced."""

from dataclasses import dataclass, field

from django.db.models import Exists, QuerySet
from django.utils import timezone

from secretsapp.access import request_listing, review_listing
from secretsapp.access.request_listing import RequestView
from secretsapp.core.actor import Actor
from secretsapp.models import AccessRequest, Proposal, Review, User
from secretsapp.models.changes import ProposalState
from secretsapp.models.requests import RequestState
from secretsapp.rules.sql import NOW, PERSON, Prepared
from secretsapp.secrets import waiting as proposals
from secretsapp.secrets.waiting import ProposalView

# So many of each kind are told; the pages of each have all.
TOLD = 5


@dataclass(frozen=True)
class Waiting:
    """What waits for the actor, the oldest of each kind first, and how much in all.

    Reviews come with how many grants are left in each.
    """

    requests: list[RequestView] = field(default_factory=list)
    proposals: list[ProposalView] = field(default_factory=list)
    reviews: list[tuple[Review, int]] = field(default_factory=list)
    count: int = 0


NOTHING = Waiting()


def look(actor: Actor) -> Waiting:
    """What waits for the actor: one query where nothing waits for anyone, as on most days."""
    if actor.person_id is None or not _is_anything(actor.person_id):
        return NOTHING
    asked, proposed = request_listing.waiting_for(actor), proposals.waiting_for(actor)
    reviews = review_listing.waiting_for(actor)
    return Waiting(
        requests=asked.items[:TOLD],
        proposals=proposed[:TOLD],
        reviews=reviews,
        count=asked.count + len(proposed) + len(reviews),
    )


def count(actor: Actor) -> int:
    """How much waits for the actor: what `look` counts, for pages that show nothing else of it."""
    if actor.person_id is None or not _is_anything(actor.person_id):
        return 0
    reviews = review_listing.waiting_for(actor)
    return request_listing.count_for(actor) + proposals.count_for(actor) + len(reviews)


def _is_anything(person_id: int) -> bool:
    """Whether anything waits that is not the person's own, for anyone to answer."""
    return any(any(row) for row in _ANYTHING.rows(person=person_id, now=timezone.now()))


def _anything() -> QuerySet[User, tuple[bool, bool, bool]]:
    asked = AccessRequest.objects.filter(state=RequestState.WAITING, lapses_at__gt=NOW)
    proposed = Proposal.objects.filter(state=ProposalState.WAITING)
    return User.objects.filter(pk=PERSON).values_list(
        Exists(asked.exclude(person=PERSON)),
        Exists(proposed.exclude(proposer=PERSON)),
        Exists(Review.objects.filter(closed_at=None)),
    )


_ANYTHING = Prepared(_anything)
