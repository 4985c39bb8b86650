"""`manage.py review`: reviews of access, started, looked at and answered."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.access import review_listing, reviews
from secretsapp.access.reviews import LONGEST_DAYS
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.times import parse_end
from secretsapp.management.arguments import universe_id, universe_of, whole, word
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time
from secretsapp.models import Review, ReviewItem
from secretsapp.models.reviews import Answer
from secretsapp.rules.paging import Asked

ANSWERS = {"keep": Answer.KEPT, "shorten": Answer.SHORTENED, "revoke": Answer.ENDED}


class Command(ActingCommand):
    """Starts, lists, shows and answers reviews."""

    help = (
        "Review access. Alone it lists the reviews; with --universe or --all it starts one; with "
        "an ID it shows the grants in that review, with --stop it keeps it from coming back, and "
        "with the number of a grant and keep, shorten or revoke it answers for that grant."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Which review, or where one is to start, and what to answer."""
        parser.add_argument("id", type=whole, nargs="?", metavar="ID", help="The review's number.")
        parser.add_argument(
            "item", type=whole, nargs="?", metavar="ITEM", help="A grant's number in the review."
        )
        parser.add_argument(
            "answer",
            nargs="?",
            type=word,
            choices=[*ANSWERS],
            metavar="ANSWER",
            help=f"{', '.join(ANSWERS)}.",
        )
        place = parser.add_mutually_exclusive_group()
        place.add_argument(
            "--universe", type=universe_id, metavar="UNIVERSE_ID", help="Start a review of it."
        )
        place.add_argument("--all", action="store_true", help="Start a review of every grant.")
        parser.add_argument(
            "--days", type=whole, default=14, help=f"Time to answer, 1 to {LONGEST_DAYS} days."
        )
        parser.add_argument(
            "--revoke-unanswered",
            action="store_true",
            help="Revoke what no one answers for; without this it is marked and kept.",
        )
        parser.add_argument(
            "--every", type=whole, metavar="MONTHS", help="Come back every so many months."
        )
        parser.add_argument("--until", default="", metavar="DAY|TIME", help="For shorten, in UTC.")
        parser.add_argument("--stop", action="store_true", help="Let the review not come back.")
        parser.add_argument("--page", type=whole, default=1, help="Fifty grants at a time.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Do what was asked."""
        starts = options["all"] or options["universe"]
        if starts and options["id"]:
            raise CommandError("Nothing was changed: a review that is new has no ID yet.")
        if starts:
            return self._start(actor, options)
        if not options["id"]:
            return self._list(actor)
        if options["item"] and not options["answer"]:
            raise CommandError("Nothing was changed: add keep, shorten or revoke.")
        if options["answer"]:
            return self._answer(actor, options)
        return self._stop(actor, options) if options["stop"] else self._show(actor, options)

    def _start(self, actor: Actor, options: dict[str, Any]) -> Report:
        universe = None if options["all"] else universe_of(actor, options["universe"])
        review = reviews.start(
            actor,
            universe,
            days=options["days"],
            ends_unanswered=options["revoke_unanswered"],
            every_months=options["every"],
        )
        line = f"Started review {review.pk} of {review.scope}: {review.items.count()} grants."
        return Report(lines=[line], data=_data(review))

    def _list(self, actor: Actor) -> Report:
        found = review_listing.reviews(actor).items
        lines = [f"{each.pk}  {each.scope}  {_state(each)}" for each in found]
        return Report(
            lines=lines or ["No reviews yet."], data={"reviews": [_data(each) for each in found]}
        )

    def _show(self, actor: Actor, options: dict[str, Any]) -> Report:
        review = review_listing.get(actor, options["id"])
        page = review_listing.items(actor, review, Asked(number=options["page"]))
        lines = [
            f"{view.item.pk}  {view.told}  {view.item.get_answer_display()}" for view in page.items
        ]
        items = [
            {"item": view.item.pk, "grant": view.told, "answer": view.item.answer}
            for view in page.items
        ]
        return Report(
            lines=lines or ["No grants to review here."], data=_data(review) | {"items": items}
        )

    def _answer(self, actor: Actor, options: dict[str, Any]) -> Report:
        review, choice = review_listing.get(actor, options["id"]), ANSWERS[options["answer"]]
        until = parse_end(options["until"])
        if (choice is Answer.SHORTENED) != (until is not None):
            raise CommandError("Nothing was changed: --until goes with shorten, and with it alone.")
        item = _item(actor, review, options["item"])
        reviews.answer(actor, item, choice, until=until)
        return Report(
            lines=[f"{choice.label}: {item.said}."],
            data={"review": review.pk, "item": item.pk, "answer": choice.value},
        )

    def _stop(self, actor: Actor, options: dict[str, Any]) -> Report:
        review = review_listing.get(actor, options["id"])
        reviews.stop_repeating(actor, review)
        return Report(lines=[f"The review of {review.scope} doesn't come back."], data={})


def _item(actor: Actor, review: Review, number: int) -> ReviewItem:
    for view in review_listing.of_ids(actor, review, [number]):
        return view.item
    raise NotFound("There is no such grant in this review. `review ID` lists them.")


def _state(review: Review) -> str:
    left = getattr(review, "left", 0)
    return "ended" if review.closed_at else f"{left} left, until {exact_time(review.ends_at)}"


def _data(review: Review) -> dict[str, Any]:
    return {
        "id": review.pk,
        "universe": review.universe_id,
        "started_by": review.started_by,
        "ends_at": exact_time(review.ends_at),
        "revokes_unanswered": review.ends_unanswered,
        "every_months": review.every_months,
        "closed_at": exact_time(review.closed_at),
    }
