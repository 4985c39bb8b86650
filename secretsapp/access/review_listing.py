"""Reviews as an actor may see them: which there are, and what is left for whom to answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, Q, QuerySet, prefetch_related_objects

from secretsapp.access.grant_views import BESIDE, GrantView, viewed
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import Review, ReviewItem, Team, Universe
from secretsapp.models.reviews import Answer
from secretsapp.rules.narrowing import narrowed_universes
from secretsapp.rules.paging import FIRST, Asked, Page, cut
from secretsapp.rules.policy import rights_of

MANAGE = Permission.MANAGE_GRANTS
# So many answers are sent at once; of so many reviews is told that they wait.
AT_ONCE, TOLD = 100, 3


@dataclass(frozen=True)
class ItemView:
    """A grant in a review; `view` is None once the grant is gone, or where it isn't to be seen."""

    item: ReviewItem
    view: GrantView | None
    is_own: bool

    @property
    def is_waiting(self) -> bool:
        """Whether the actor can answer it now."""
        is_open = not self.item.answer and self.item.review.closed_at is None
        return is_open and self.view is not None and self.view.may_change

    @property
    def told(self) -> str:
        """What the grant says, or said, without names that the actor can't see."""
        view = self.view
        if view is None or view.is_in_sight or view.covers_every_name:
            return self.item.said
        role, scope = view.grant.get_role_display(), view.grant.scope
        return f"{view.grant.holder}: {role} of {scope}, for names you can’t see"


def may_review(actor: Actor) -> bool:
    """Whether the actor gives access somewhere, so that reviews concern them."""
    return rights_of(actor).universes_with(MANAGE) != set()


def require_reviewing(actor: Actor) -> None:
    """Raise Forbidden for who gives access nowhere."""
    if not may_review(actor):
        raise refusal(MANAGE)


def reviews(actor: Actor, asked: Asked = FIRST) -> Page[Review]:
    """A page of the reviews that concern the actor, open ones first; else Forbidden.

    Each has `items_count` and `left`, how many of those that they may see wait for an answer.
    """
    require_reviewing(actor)
    found = _concerning(actor).select_related("universe")
    page = cut(found.order_by("closed_at", "-started_at", "pk"), asked.number)
    counts = _counts(actor, page.items)
    for review in page.items:
        review.items_count, review.left = counts.get(review.pk, (0, 0))  # type: ignore[attr-defined]
    return page


def _counts(actor: Actor, reviews: list[Review]) -> dict[int, list[int]]:
    """How many grants of each the actor may see, and how many of them wait, in one query."""
    if not reviews:
        return {}
    rows = ReviewItem.objects.filter(_in_sight(actor, *reviews)).order_by().values_list("review")
    left = Count("pk", filter=Q(answer=Answer.WAITING))
    return {pk: counted for pk, *counted in rows.annotate(every=Count("pk"), left=left)}


def _concerning(actor: Actor) -> QuerySet[Review]:
    """Those of universes where the actor gives access, and those of all universes."""
    places = narrowed_universes(actor, Universe.objects.all(), MANAGE)
    there = Q(universe__in=places.order_by().values("pk"))
    return Review.objects.filter(there | Q(universe__isnull=True))


def get(actor: Actor, review_id: int) -> Review:
    """The review of that id; NotFound where it doesn't concern the actor, and else Forbidden."""
    require_reviewing(actor)
    found = _concerning(actor).select_related("universe").filter(pk=review_id).first()
    if found is None:
        raise NotFound("This review doesn’t exist, or you can’t see it. Check the list of reviews.")
    return found


def items(actor: Actor, review: Review, asked: Asked = FIRST) -> Page[ItemView]:
    """A page of its grants that the actor may see, those without an answer first."""
    page = cut(_seen(actor, review), asked.number)
    return page.of(views(actor, page.items))


def of_ids(actor: Actor, review: Review, ids: Iterable[int]) -> list[ItemView]:
    """These of its grants, as far as the actor may see them."""
    return views(actor, list(_seen(actor, review).filter(pk__in=list(ids)[:AT_ONCE])))


def left_to(actor: Actor, review: Review) -> int:
    """How many grants wait for an answer, of those that the actor may see."""
    return _left(actor, review).count()


def _left(actor: Actor, review: Review) -> QuerySet[ReviewItem]:
    return ReviewItem.objects.filter(_in_sight(actor, review), answer=Answer.WAITING)


def _seen(actor: Actor, review: Review) -> QuerySet[ReviewItem]:
    """Its grants that the actor may see, those without an answer first."""
    beside = [f"grant__{name}" for name in BESIDE]
    found = ReviewItem.objects.filter(_in_sight(actor, review))
    return found.select_related("review", *beside).order_by("answer", "pk")


def _in_sight(actor: Actor, *reviews: Review) -> Q:
    """What is gone says in words which secrets it was for: it is for who gives access to all."""
    whole = [review for review in reviews if _gives_all(actor, review)]
    seen = Q(review__in=whole)
    if len(whole) < len(reviews):
        places = narrowed_universes(actor, Universe.objects.all(), MANAGE).order_by()
        seen |= Q(review__in=reviews, grant__universe__in=places.values("pk"))
    return seen


def _gives_all(actor: Actor, review: Review) -> bool:
    rights, place = rights_of(actor), review.universe_id
    gives_there = place is not None and rights.allows_throughout(MANAGE, place)
    return gives_there or rights.allows_installation(MANAGE)


def views(actor: Actor, found: list[ReviewItem]) -> list[ItemView]:
    """The items as the actor may see them."""
    there = [item.grant for item in found if item.grant is not None]
    prefetch_related_objects(there, "patterns")
    by_id = {view.grant.pk: view for view in viewed(actor, there)}
    own_teams = Team.objects.filter(memberships__person=actor.person_id)
    teams = set(own_teams.values_list("pk", flat=True))
    return [
        ItemView(
            item=item,
            view=by_id.get(item.grant.pk) if item.grant else None,
            is_own=item.grant is not None
            and (item.grant.person_id == actor.person_id or item.grant.team_id in teams),
        )
        for item in found
    ]


def waiting_for(actor: Actor) -> list[tuple[Review, int]]:
    """The open reviews with something for the actor to answer, and how much; a few at most.

    It takes two queries, however many there are, and one for who sees all of it.
    """
    if rights_of(actor).allows_installation(MANAGE):
        waiting = Count("items", filter=Q(items__answer=Answer.WAITING))
        counted = _open(actor).annotate(left=waiting)[:TOLD]
        return [(review, review.left) for review in counted if review.left]
    found = _first_open(actor)
    counts = _counts(actor, found)
    return [(review, left) for review in found if (left := counts.get(review.pk, (0, 0))[1])]


def count_for(actor: Actor, *, most: int) -> int:
    """How many of them there are, `most` at most; not how much is left in each."""
    found = _first_open(actor)[:most]
    left = [Q(pk=review.pk) & Q(Exists(_left(actor, review))) for review in found]
    return Review.objects.filter(reduce(or_, left)).count() if left else 0


def _first_open(actor: Actor) -> list[Review]:
    return list(_open(actor)[:TOLD]) if may_review(actor) else []


def _open(actor: Actor) -> QuerySet[Review]:
    """The open reviews that concern the actor, those first that end first."""
    open_ones = _concerning(actor).filter(closed_at=None).select_related("universe")
    return open_ones.order_by("ends_at")
