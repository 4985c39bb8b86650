"""Reviews: each grant is kept, shortened or revoked, and what no one answers is dealt with."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants, review_listing, reviews
from secretsapp.core import actor as actors
from secretsapp.core.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, StaleVersion
from secretsapp.core.roles import Role
from secretsapp.models import Grant, Review, ReviewItem, Universe, User
from secretsapp.models.reviews import Answer
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, engage
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

WORKER = actors.system("review")
DAY = timedelta(days=1)


def start(cast: Cast, universe: Universe | None, *, ends: bool = False) -> Review:
    """A review that the manager, or the admin where it is of all, has started."""
    who = cast["manager" if universe else "admin"].actor
    return reviews.start(who, universe, days=14, ends_unanswered=ends)


def item_of(review: Review, cast: Cast, name: str) -> ReviewItem:
    """The grant of that person in the review."""
    return review.items.select_related("grant").get(grant__person=cast[name].user)


def let_time_pass(review: Review) -> None:
    """Let the time to answer be over."""
    Review.objects.filter(pk=review.pk).update(ends_at=timezone.now() - timedelta(seconds=1))


def test_each_answer_is_one_event_and_is_told_to_who_comes_later(
    universe: Universe, cast: Cast
) -> None:
    watch, review, manager = Watch(), start(cast, universe), cast["manager"].actor
    assert review.items.count() == 5
    kept, shorter, ended = (item_of(review, cast, who) for who in ("editor", "rotator", "viewer"))
    soon = timezone.now() + DAY
    reviews.answer(manager, kept, Answer.KEPT)
    reviews.answer(manager, shorter, Answer.SHORTENED, until=soon)
    reviews.answer(manager, ended, Answer.ENDED)
    assert watch.tags == ["review.started", "grant.kept", "grant.changed", "grant.revoked"]
    assert {event.subject_name for event in watch.events[1:]} == {
        f"{name}@example.com" for name in ("editor", "rotator", "viewer")
    }
    assert Grant.objects.get(person=cast["rotator"].user).until == soon
    assert not Grant.objects.filter(person=cast["viewer"].user).exists()
    assert review_listing.left_to(manager, review) == 2
    assert review_listing.waiting_for(manager) == [(review, 2)]
    with pytest.raises(StaleVersion, match=r"manager@example\.com has answered for this grant"):
        reviews.answer(cast["admin"].actor, kept, Answer.ENDED)
    assert Grant.objects.filter(person=cast["editor"].user).exists()


def test_no_one_answers_beyond_their_rights_or_keeps_their_own(
    universe: Universe, cast: Cast
) -> None:
    review, deputy = start(cast, universe), engage("deputy")
    grants.give(STAGEHAND, deputy.user, universe, Terms(Role.MANAGER, "PAY_*"))
    for who in (deputy, *(cast[name] for name in ("editor", "auditor", "stranger"))):
        for choice in (Answer.KEPT, Answer.ENDED):
            with pytest.raises(Forbidden):
                reviews.answer(who.actor, item_of(review, cast, "viewer"), choice)
    own = item_of(review, cast, "manager")
    for choice, until in ((Answer.KEPT, None), (Answer.SHORTENED, timezone.now() + DAY)):
        with pytest.raises(Forbidden, match="You can’t keep your own access"):
            reviews.answer(cast["manager"].actor, own, choice, until=until)
    for actor in (deputy.actor, cast["editor"].actor, cast["auditor"].actor):
        with pytest.raises(Forbidden):
            reviews.start(actor, universe, days=1, ends_unanswered=True)
    with pytest.raises(Forbidden):
        reviews.start(cast["manager"].actor, None, days=1, ends_unanswered=True)
    with pytest.raises(Forbidden):
        review_listing.get(cast["editor"].actor, review.pk)
    quay = Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    grants.give(STAGEHAND, cast["editor"].user, quay, Terms(Role.MANAGER))
    with pytest.raises(NotFound):
        review_listing.get(cast["editor"].actor, review.pk)
    assert review_listing.waiting_for(cast["editor"].actor) == []


def test_what_no_one_answered_is_marked_or_revoked_as_was_set(
    universe: Universe, cast: Cast
) -> None:
    marking = start(cast, universe)
    reviews.answer(cast["manager"].actor, item_of(marking, cast, "editor"), Answer.KEPT)
    let_time_pass(marking)
    watch = Watch()
    assert reviews.close_due(WORKER) == 1
    assert watch.tags == ["review.ended"]
    assert detail(watch.events[0])["count"] == "4"
    assert item_of(marking, cast, "viewer").answer == Answer.MARKED
    with pytest.raises(StaleVersion):
        reviews.answer(cast["manager"].actor, item_of(marking, cast, "viewer"), Answer.ENDED)
    ending = start(cast, universe, ends=True)
    grants.give(STAGEHAND, cast["viewer"].user, universe, Terms(Role.VIEWER, "PAY_*"))
    reviews.answer(cast["manager"].actor, item_of(ending, cast, "editor"), Answer.KEPT)
    let_time_pass(ending)
    assert reviews.close_due(WORKER) == 1
    assert reviews.close_due(WORKER) == 0
    left = Grant.objects.filter(universe=universe).values_list("role", flat=True)
    assert set(left) == {"editor", "viewer"}
    assert item_of(ending, cast, "viewer").answer == Answer.CHANGED


def test_a_review_of_all_never_ends_the_last_admin(universe: Universe, cast: Cast) -> None:
    review = start(cast, None, ends=True)
    assert review.items.count() == Grant.objects.count()
    let_time_pass(review)
    reviews.close_due(WORKER)
    assert [grant.role for grant in Grant.objects.all()] == [Role.ADMIN]
    assert item_of(review, cast, "admin").answer == Answer.MARKED


def test_a_review_comes_back_until_it_is_stopped(universe: Universe, cast: Cast) -> None:
    manager = cast["manager"].actor
    first = reviews.start(manager, universe, days=7, ends_unanswered=False, every_months=3)
    with pytest.raises(AlreadyExists, match="A review is open there already"):
        start(cast, universe)
    let_time_pass(first)
    Review.objects.filter(pk=first.pk).update(next_at=timezone.now())
    reviews.close_due(WORKER)
    again = Review.objects.get(closed_at=None)
    assert (again.universe, again.every_months, again.started_by) == (universe, 3, WORKER.name)
    reviews.stop_repeating(manager, again)
    let_time_pass(again)
    Review.objects.filter(pk=first.pk).update(next_at=None)
    reviews.close_due(WORKER)
    assert not Review.objects.filter(closed_at=None).exists()


def test_lengths_and_ends_that_will_not_do_are_refused(universe: Universe, cast: Cast) -> None:
    manager = cast["manager"].actor
    for days, every in ((0, None), (91, None), (14, 0), (14, 25)):
        with pytest.raises(InvalidInput):
            reviews.start(manager, universe, days=days, ends_unanswered=False, every_months=every)
    review = start(cast, universe)
    for until in (timezone.now() - DAY, None):
        with pytest.raises(InvalidInput, match="The end is in the past"):
            reviews.answer(manager, item_of(review, cast, "viewer"), Answer.SHORTENED, until=until)
    Grant.objects.filter(person=cast["viewer"].user).update(until=timezone.now() + DAY)
    with pytest.raises(InvalidInput, match="earlier than the one of now"):
        reviews.answer(
            manager,
            item_of(review, cast, "viewer"),
            Answer.SHORTENED,
            until=timezone.now() + 2 * DAY,
        )


def test_a_disabled_reviewer_answers_nothing(universe: Universe, cast: Cast) -> None:
    review = start(cast, universe)
    User.objects.filter(pk=cast["manager"].user.pk).update(is_active=False)
    with pytest.raises(Forbidden):
        reviews.answer(cast["manager"].actor, item_of(review, cast, "viewer"), Answer.ENDED)
