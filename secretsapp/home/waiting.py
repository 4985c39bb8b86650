"""What waits for the actor's answer: requests, proposals and reviews; and what was forced."""

from dataclasses import dataclass, field

from django.db.models import Exists, QuerySet
from django.utils import timezone

from secretsapp.access import request_listing, review_listing
from secretsapp.access.request_listing import RequestView
from secretsapp.core.actor import Actor
from secretsapp.models import AccessRequest, Proposal, Review, User
from secretsapp.models.requests import RequestState
from secretsapp.models.secrets import ProposalState
from secretsapp.rules.sql import NOW, PERSON, Prepared
from secretsapp.secrets import waiting as proposals
from secretsapp.secrets.waiting import ProposalView

# So many of each kind are told; the pages of each have all. More than these aren't counted.
TOLD, COUNTED = 5, 100


@dataclass(frozen=True)
class Waiting:
    """What waits for the actor, the oldest of each kind first, and how much in all.

    Reviews come with how many grants are left in each.
    """

    requests: list[RequestView] = field(default_factory=list)
    proposals: list[ProposalView] = field(default_factory=list)
    reviews: list[tuple[Review, int]] = field(default_factory=list)
    count: int = 0

    @property
    def count_words(self) -> str:
        """How much, as pages say it."""
        return words_of(self.count)


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
        count=min(COUNTED, asked.count + len(proposed) + len(reviews)),
    )


def words_of(count: int) -> str:
    """A count as pages say it; empty for nothing."""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count or "")


def count(actor: Actor) -> int:
    """How much waits for the actor: what `look` counts, for pages that show nothing else of it.

    Each kind is looked through only until there is more than pages say.
    """
    if actor.person_id is None or not _is_anything(actor.person_id):
        return 0
    found = 0
    for count_for in (request_listing.count_for, proposals.count_for, review_listing.count_for):
        if found < COUNTED:
            found += count_for(actor, most=COUNTED - found)
    return found


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
