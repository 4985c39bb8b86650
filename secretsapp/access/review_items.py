"""What a review asks about: a grant, and one that someone gives themselves meanwhile.

Nobody keeps their own access by granting it to themselves again while others answer.
"""

from django.db.models import Exists, OuterRef, Q

from secretsapp.core.actor import Actor
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.core.times import sentence_time
from secretsapp.models import Grant, Membership, Review, ReviewItem
from secretsapp.models.reviews import Answer

SAID_LIMIT = 400


def said_of(grant: Grant) -> str:
    """What a grant says, in a few words, for when it is gone."""
    names = ", ".join(filter(None, grant.names)) or "all secrets"
    end = f", until {sentence_time(grant.until)}" if grant.until else ""
    role = ROLE_WORDS[Role(grant.role)]
    return f"{grant.holder}: {role} of {grant.scope}, for {names}{end}"[:SAID_LIMIT]


def is_own(actor: Actor, grant: Grant) -> bool:
    """Whether the actor has it, themselves or through the team whose it is."""
    members = Membership.objects.filter(team=grant.team_id or 0, person=actor.person_id or 0)
    return grant.person_id == actor.person_id is not None or members.exists()


def include_own(actor: Actor, grant: Grant) -> None:
    """Let the open reviews of its place ask about a grant that the actor has just given themselves.

    One that waits for an answer there is asked about already.
    """
    if actor.person_id is None or not is_own(actor, grant):
        return
    waiting = ReviewItem.objects.filter(review=OuterRef("pk"), grant=grant, answer=Answer.WAITING)
    there = Q(universe=None) | Q(universe=grant.universe_id or 0)
    reviews = list(Review.objects.filter(there, ~Exists(waiting), closed_at=None))
    if reviews:
        stored = Grant.objects.select_related("person", "team", "universe").get(pk=grant.pk)
        said = said_of(stored)
        ReviewItem.objects.bulk_create(
            ReviewItem(review=review, grant=stored, said=said) for review in reviews
        )
