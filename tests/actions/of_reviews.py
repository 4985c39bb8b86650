"""The actions of reviews, and the events that each writes."""

from datetime import timedelta

from django.utils import timezone

from secretsapp.access import grants, review_items, reviews
from secretsapp.core import actor as actors
from secretsapp.models import Grant, Review, ReviewItem
from secretsapp.models.reviews import Answer
from secretsapp.rules.acting import Act
from secretsapp.rules.policy import rights_now
from tests.actions.acting import Action, Stage, nothing_done

MANAGER = "manager@example.com"
ADMIN = actors.command("tests", account="tests")


def start(stage: Stage) -> None:
    """The manager starts a review that comes back."""
    reviews.start(
        stage.cast["manager"].actor, stage.universe, days=7, ends_unanswered=True, every_months=3
    )


def item_of(stage: Stage, name: str) -> ReviewItem:
    """The grant of that person in the only review."""
    found = ReviewItem.objects.select_related("grant", "review")
    return found.get(grant__person=stage.cast[name].user)


def close(_stage: Stage) -> None:
    """The worker comes when the time is over, and nothing but the viewer's grant is unanswered."""
    ReviewItem.objects.exclude(grant__person__email="viewer@example.com").delete()
    Review.objects.update(ends_at=timezone.now(), next_at=None)
    reviews.close_due(actors.system("review"))


def shorten(stage: Stage) -> None:
    """Let a grant end earlier within an act that tells nothing."""
    grant = Grant.objects.get(person=stage.cast["viewer"].user)
    grants.shorten_within(nothing_done(stage), grant, timezone.now() + timedelta(days=1))


REVIEW_ACTIONS = (
    Action("reviews.start", start, (f"review.started | {MANAGER} | Harbor |  | ",)),
    Action(
        "reviews.answer",
        lambda stage: reviews.answer(
            stage.cast["manager"].actor, item_of(stage, "viewer"), Answer.KEPT
        ),
        (f"grant.kept | {MANAGER} | Harbor |  | viewer@example.com",),
        before=start,
    ),
    Action(
        "reviews.close_due",
        close,
        (
            "grant.revoked | Sealroom (review) | Harbor |  | viewer@example.com",
            "review.ended | Sealroom (review) | Harbor |  | ",
        ),
        before=start,
    ),
    Action(
        "reviews.stop_repeating",
        lambda stage: reviews.stop_repeating(stage.cast["manager"].actor, Review.objects.get()),
        (f"review.stopped | {MANAGER} | Harbor |  | ",),
        before=start,
    ),
    # These are a part of the above, or only read.
    Action("review_items.said_of", lambda _stage: review_items.said_of(Grant.objects.all()[0])),
    Action(
        "review_items.include_own",
        lambda stage: review_items.include_own(stage.cast["viewer"].actor, Grant.objects.all()[0]),
    ),
    Action(
        "review_items.is_own",
        lambda stage: review_items.is_own(stage.cast["viewer"].actor, Grant.objects.all()[0]),
    ),
    Action(
        "grants.end_within",
        lambda stage: grants.end_within(
            nothing_done(stage), Grant.objects.get(person=stage.cast["viewer"].user)
        ),
    ),
    Action("grants.shorten_within", shorten),
    Action(
        "grants.locked_within",
        lambda stage: grants.locked_within(
            Act(ADMIN, rights_now(ADMIN), {}),
            Grant.objects.get(person=stage.cast["viewer"].user),
            "review it",
        ),
    ),
)
