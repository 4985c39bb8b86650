"""Reviews of access: every grant of a place is kept, shortened or revoked by a day."""

from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from secretsapp.access import grant_rows, grants
from secretsapp.access.review_items import is_own, said_of
from secretsapp.access.terms import ToGive, people_of, place_of
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.core.errors import AlreadyExists, Forbidden, InvalidInput, LastAdmin, StaleVersion
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission, Role, refusal
from secretsapp.models import Grant, Review, ReviewItem, Universe, User
from secretsapp.models.reviews import Answer
from secretsapp.rules.acting import Act, NoRight, Right, acting
from secretsapp.rules.holders import holdings_of
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import Holding, Rights, in_force, rights_now

LONGEST_DAYS = 90
LONGEST_MONTHS = 24
DAYS_A_MONTH = 30.4375
# So many grants are ended in one transaction where no one answered.
AT_ONCE = 100
BY_REVIEW = NoRight("the review was started by someone who may take all of these grants")


def start(
    actor: Actor,
    universe: Universe | None,
    *,
    days: int,
    ends_unanswered: bool,
    every_months: int | None = None,
) -> Review:
    """Start a review of the universe's grants, or of all if None, to be answered in so many days.

    Raises Forbidden for who does not give access to all of it, InvalidInput for days or months
    that will not do, and AlreadyExists where one is open.
    """
    _check_lengths(days, every_months)
    need = Right(Permission.MANAGE_GRANTS, universe.pk if universe else None)
    try:
        with acting(actor, need) as act:
            if universe:
                lock_universe(universe)
            _require_starting(act.rights, universe, ends_unanswered=ends_unanswered)
            review = Review(universe=universe, starter=act.people.get(actor.person_id or 0))
            review.ends_unanswered, review.every_months = ends_unanswered, every_months
            return _begin(act, review, days)
    except IntegrityError:
        raise AlreadyExists(
            "A review is open there already. Answer it, or wait until it ends.", field="place"
        ) from None


def _begin(act: Act, review: Review, days: int) -> Review:
    """Store the review, which says what it is about and how it ends, with its grants."""
    now, every, universe = timezone.now(), review.every_months, review.universe
    review.started_by, review.started_at = act.actor.name, now
    review.ends_at = now + timedelta(days=days)
    review.next_at = now + timedelta(days=every * DAYS_A_MONTH) if every else None
    review.save(force_insert=True)
    found = in_force().select_related("person", "team", "universe").prefetch_related("patterns")
    if universe:
        found = found.filter(universe=universe)
    items = [ReviewItem(review=review, grant=each, said=said_of(each)) for each in found]
    ReviewItem.objects.bulk_create(items, batch_size=500)
    detail = {"scope": review.scope, "count": str(len(items)), "ends": review.ends_at.isoformat()}
    act.tell(AccessEvent.REVIEW_STARTED, universe, detail=detail)
    return review


def answer(
    actor: Actor, item: ReviewItem, choice: Answer, *, until: datetime | None = None
) -> None:
    """Keep the grant of an open review, shorten it to `until`, or revoke it.

    Raises Forbidden where it goes beyond the actor's rights or is their own to keep, StaleVersion
    where someone answered meanwhile, InvalidInput for an end that is no earlier, and LastAdmin.
    """
    grant = item.grant
    if grant is None:
        raise _answered(item)
    deed = f"review the role of {grant.holder}"
    need = ToGive(tuple(holdings_of(grant)), deed)
    with acting(actor, need, people=people_of(grant.holder)) as act:
        now = grants.locked_within(act, grant, deed)
        stored = _locked_item(item)
        if now is None:
            raise _answered(stored)
        if choice is not Answer.ENDED and is_own(act.actor, now):
            raise Forbidden(
                "You can’t keep your own access. Ask someone else to answer for it.",
                permission=Permission.MANAGE_GRANTS,
                universe_id=now.universe_id,
            )
        _carry_out(act, now, choice, until)
        _mark(stored, choice, actor.name)


def _carry_out(act: Act, grant: Grant, choice: Answer, until: datetime | None) -> None:
    if choice is Answer.ENDED:
        grants.end_within(act, grant)
    elif choice is Answer.SHORTENED:
        if until is None or until <= timezone.now():
            raise InvalidInput("The end is in the past. Choose a later one.", field="until")
        if grant.until is not None and until >= grant.until:
            raise InvalidInput("Choose an end that is earlier than the one of now.", field="until")
        grants.shorten_within(act, grant, until)
    else:
        grant_rows.tell(act, AccessEvent.GRANT_KEPT, grant)


def _locked_item(item: ReviewItem) -> ReviewItem:
    """The item, locked, while it waits for an answer in an open review."""
    found = ReviewItem.objects.select_for_update(of=("self",)).select_related("review", "grant")
    stored = found.filter(pk=item.pk).first()
    if stored is None or stored.answer or stored.grant is None or stored.review.closed_at:
        raise _answered(stored or item)
    return stored


def _answered(item: ReviewItem) -> StaleVersion:
    if item.answer:
        by = f"{item.answered_by} has answered" if item.answered_by else "It was answered"
        return StaleVersion(f"{by} for this grant already. Nothing was changed.")
    return StaleVersion("This grant or its review has ended. Nothing was changed.")


def _mark(item: ReviewItem, choice: Answer, by: str) -> None:
    now = timezone.now()
    stored = ReviewItem.objects.filter(pk=item.pk)
    stored.update(answer=choice, answered_by=by, answered_at=now)


def close_due(actor: Actor) -> int:
    """End the reviews whose time is over, and start those that come back; gives how many ended."""
    due = Review.objects.filter(closed_at=None, ends_at__lte=timezone.now())
    closed = sum(1 for review in due.select_related("universe") if _close(actor, review))
    again = Review.objects.filter(next_at__lte=timezone.now(), closed_at__isnull=False)
    for review in again.select_related("universe", "starter"):
        _start_again(actor, review)
    return closed


def _close(actor: Actor, review: Review) -> bool:
    """Answer what no one did, a part at a time, and then end the review; False if another did."""
    while _answer_some(actor, review):
        pass
    with acting(actor, BY_REVIEW) as act:
        stored = Review.objects.select_for_update(of=("self",)).filter(pk=review.pk)
        if not stored.filter(closed_at=None).update(closed_at=timezone.now()):
            return False
        left = review.items.filter(answer=Answer.MARKED).count()
        detail = {"scope": review.scope, "count": str(left)}
        act.tell(AccessEvent.REVIEW_ENDED, review.universe, detail=detail)
    return True


def _answer_some(actor: Actor, review: Review) -> int:
    with acting(actor, BY_REVIEW) as act:
        waiting = review.items.filter(answer=Answer.WAITING).order_by("grant", "pk")[:AT_ONCE]
        items = list(waiting.select_related("grant__person", "grant__team", "grant__universe"))
        for item in items:
            _mark(item, _answer_unanswered(act, review, item), actor.name)
    return len(items)


def _answer_unanswered(act: Act, review: Review, item: ReviewItem) -> Answer:
    """What becomes of a grant that no one answered for; the last admin always stays one."""
    grant = item.grant
    if grant is None or (grant.given_at > review.started_at and not _changed_by_holder(grant)):
        return Answer.CHANGED
    if not review.ends_unanswered:
        return Answer.MARKED
    try:
        grants.end_within(act, grant)
    except LastAdmin:
        return Answer.MARKED
    return Answer.ENDED


def _changed_by_holder(grant: Grant) -> bool:
    """Whether who has it changed it last: nobody keeps their own access that way."""
    own = Q(grants=grant) | Q(memberships__team__grants=grant)
    return User.objects.filter(own, pk=grant.changer_id or 0).exists()


def _start_again(actor: Actor, review: Review) -> None:
    """Start the review that comes back; one that was started meanwhile stands in its place."""
    days = max(1, (review.ends_at - review.started_at).days)
    starter = review.starter
    try:
        with acting(actor, BY_REVIEW, people=[starter] if starter else []) as act:
            if not Review.objects.filter(pk=review.pk, next_at=review.next_at).update(next_at=None):
                return
            if starter and not _still_may(act.people[starter.pk], review):
                reason = f"{starter.email}, who started it, can’t start it any more"
                detail = {"scope": review.scope, "reason": reason}
                act.tell(AccessEvent.REVIEW_STOPPED, review.universe, detail=detail)
                return
            following = Review(universe=review.universe, starter=starter)
            following.ends_unanswered = review.ends_unanswered
            following.every_months = review.every_months
            _begin(act, following, days)
    except IntegrityError:
        return


def _still_may(starter: User, review: Review) -> bool:
    """Whether who started a review, whose row is locked, could start it now."""
    rights = rights_now(actors.person(starter.pk, starter.email, Door.WORKER))
    try:
        _require_starting(rights, review.universe, ends_unanswered=review.ends_unanswered)
    except Forbidden:
        return False
    return starter.is_active


def stop_repeating(actor: Actor, review: Review) -> None:
    """Let a review not come back; raises Forbidden as `start` does."""
    need = Right(Permission.MANAGE_GRANTS, review.universe_id)
    with acting(actor, need) as act:
        _require_starting(act.rights, review.universe, ends_unanswered=False)
        if Review.objects.filter(pk=review.pk, next_at__isnull=False).update(next_at=None):
            detail = {"scope": review.scope}
            act.tell(AccessEvent.REVIEW_STOPPED, review.universe, detail=detail)


def _require_starting(rights: Rights, universe: Universe | None, *, ends_unanswered: bool) -> None:
    """Raise Forbidden unless someone with these rights could start that review."""
    if universe:
        _require_throughout(rights, universe)
    elif not rights.allows_installation(Permission.MANAGE_GRANTS):
        raise refusal(Permission.MANAGE_GRANTS)
    if ends_unanswered:
        _require_taking_all(rights, universe)


def _require_throughout(rights: Rights, universe: Universe) -> None:
    if not rights.allows_throughout(Permission.MANAGE_GRANTS, universe.pk):
        raise Forbidden(
            "You can’t review access here: your own covers only some of the secrets. Ask a "
            "manager or an admin.",
            permission=Permission.MANAGE_GRANTS,
            universe_id=universe.pk,
        )


def _require_taking_all(rights: Rights, universe: Universe | None) -> None:
    """Raise Forbidden unless the actor could revoke all that anyone can have there, now or later.

    What no one answers is revoked in their place, also when the review comes back.
    """
    place, role = place_of(universe), Role.MANAGER if universe else Role.ADMIN
    if not rights.may_give([Holding(role, place, EVERY_NAME, None)]):
        raise Forbidden(
            "You can’t let unanswered access end here: some of it can go beyond your own. Let it "
            "be marked, or ask an admin to start the review.",
            permission=Permission.MANAGE_GRANTS,
            universe_id=place.universe_id,
        )


def _check_lengths(days: int, every_months: int | None) -> None:
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(f"Choose from 1 to {LONGEST_DAYS} days.", field="days")
    if every_months is not None and not 1 <= every_months <= LONGEST_MONTHS:
        raise InvalidInput(f"Choose from 1 to {LONGEST_MONTHS} months.", field="every_months")
