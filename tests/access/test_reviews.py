"""Reviews: each grant is kept, shortened or revoked, and what no one answers is dealt with."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants, review_listing, reviews, teams
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


def come_back(review: Review) -> Review:
    """The newest review once this one is over, and its next one due."""
    let_time_pass(review)
    review.items.update(answer=Answer.KEPT)
    Review.objects.filter(pk=review.pk).update(next_at=timezone.now())
    reviews.close_due(WORKER)
    return Review.objects.latest("pk")


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


@pytest.mark.parametrize("everywhere", [True, False])
def test_one_comes_back_only_while_who_started_it_still_may(
    universe: Universe, cast: Cast, everywhere: bool
) -> None:
    boss = engage("boss", admin=True)
    place = None if everywhere else universe
    latest = reviews.start(boss.actor, place, days=7, ends_unanswered=True, every_months=3)
    latest = come_back(latest)
    assert (latest.starter, latest.closed_at) == (boss.user, None)
    grants.give(STAGEHAND, boss.user, None, Terms(Role.EDITOR))
    watch = Watch()
    assert come_back(latest) == Review.objects.get(pk=latest.pk)
    assert watch.tags == ["review.ended", "review.stopped"]
    assert "boss@example.com, who started it, can’t" in detail(watch.last)["reason"]
    assert not Review.objects.filter(next_at__isnull=False).exists()


def test_what_someone_grants_themselves_meanwhile_is_asked_about_too(
    universe: Universe, cast: Cast
) -> None:
    here, admin = start(cast, universe), cast["admin"]
    team = teams.create(admin.actor, name="Build", people=[admin.user])
    own = grants.add(admin.actor, admin.user, universe, Terms(Role.EDITOR, "PAY_*"))
    through = grants.add(admin.actor, team, universe, Terms(Role.ROTATOR))
    grants.add(admin.actor, cast["stranger"].user, universe, Terms(Role.VIEWER))
    everywhere = start(cast, None)
    wide = grants.add(admin.actor, admin.user, None, Terms(Role.VIEWER))
    grants.change(admin.actor, own, Terms(Role.EDITOR, "PAY_KEY"), seen=own.given_at)
    listed = here.items.filter(answer="", grant__in=[own, through, wide])
    assert {item.grant_id for item in listed} == {own.pk, through.pk}
    assert "admin@example.com: Editor of Harbor, for PAY_*" in {item.said for item in listed}
    assert everywhere.items.filter(grant=wide).count() == 1
    assert here.items.count() == 7
    with pytest.raises(Forbidden, match="You can’t keep your own access"):
        reviews.answer(admin.actor, listed.get(grant=own), Answer.KEPT)
    reviews.answer(cast["manager"].actor, listed.get(grant=own), Answer.KEPT)
    grants.change(admin.actor, own, Terms(Role.EDITOR), seen=Grant.objects.get(pk=own.pk).given_at)
    assert here.items.filter(grant=own, answer="").exists()
    let_time_pass(here)
    reviews.close_due(WORKER)
    assert here.items.get(grant=through).answer == Answer.MARKED


def test_the_list_counts_what_a_manager_can_see(universe: Universe, cast: Cast) -> None:
    start(cast, None)
    (seen,) = review_listing.reviews(cast["manager"].actor).items
    assert (seen.items_count, seen.left) == (5, 5)  # type: ignore[attr-defined]
    (every,) = review_listing.reviews(cast["admin"].actor).items
    assert (every.items_count, every.left) == (6, 6)  # type: ignore[attr-defined]


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
