"""Reviews of access: the list, a new one, and the answers for its grants."""

from collections import Counter
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.access import refusals, review_listing, reviews
from secretsapp.core.errors import Forbidden, SealroomError
from secretsapp.home import at_hand
from secretsapp.models import Review
from secretsapp.models.reviews import Answer
from secretsapp.universes import loading
from secretsapp.web.forms.people import PlaceField
from secretsapp.web.forms.reviews import ReviewForm, choices_for, chosen
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done


@require_safe
def reviews_list(request: ActorRequest) -> HttpResponse:
    """The reviews that concern who looks, open ones first."""
    page = review_listing.reviews(request.actor, long_lists.asked(request))
    return render(request, "reviews/list.html", long_lists.context(request, page))


@require_http_methods(form_pages.METHODS)
def start(request: ActorRequest) -> HttpResponse:
    """A new review of one universe or of all."""
    review_listing.require_reviewing(request.actor)
    found = at_hand.choose(request.actor)
    place = PlaceField(found.universes, partial(loading.get, request.actor), is_all=found.is_all)
    form = ReviewForm(place, form_pages.posted(request))

    def write() -> Done:
        sent = form.cleaned_data
        review = reviews.start(
            request.actor,
            sent["place"],
            days=sent["days"],
            ends_unanswered=sent["unanswered"] == "end",
            every_months=form.every_months,
        )
        return Done(f"Started a review of {review.scope}.", reverse("review", args=[review.pk]))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "reviews/new.html", form, {})


@require_http_methods(form_pages.METHODS)
def review(request: ActorRequest, review_id: int) -> HttpResponse:
    """The grants of a review, and the answers for those that are chosen."""
    found = review_listing.get(request.actor, review_id)
    if request.method == "POST":
        _answer(request, found)
        return redirect("review", review_id=found.pk)
    page = review_listing.items(request.actor, found, long_lists.asked(request))
    rows = [(view, choices_for(view) if view.is_waiting else []) for view in page.items]
    context = long_lists.context(request, page) | {
        "review": found,
        "rows": rows,
        "left": review_listing.left_to(request.actor, found),
        "can_answer": any(choices for _, choices in rows),
    }
    return render(request, "reviews/review.html", context)


@require_http_methods(form_pages.METHODS)
def stop(request: ActorRequest, review_id: int) -> HttpResponse:
    """Let a review not come back; a GET only leads to its page."""
    found = review_listing.get(request.actor, review_id)
    if request.method == "POST":
        reviews.stop_repeating(request.actor, found)
        messages.success(request, f"The review of {found.scope} doesn’t come back.")
    return redirect("review", review_id=found.pk)


def _answer(request: ActorRequest, found: Review) -> None:
    """Answer for each grant by itself: one that fails keeps none of the others."""
    sent = [name.removeprefix("answer-") for name in request.POST if name.startswith("answer-")]
    ids = [int(each) for each in sent if each.isascii() and each.isdigit() and len(each) < 19]
    views = review_listing.of_ids(request.actor, found, ids)
    told: Counter[str] = Counter()
    for choice in chosen(views, request.POST):
        try:
            reviews.answer(request.actor, choice.item, choice.answer, until=choice.until)
        except SealroomError as refusal:
            if isinstance(refusal, Forbidden):
                refusals.record(request.actor, refusal)
            # What it says may have names of secrets that the person can't see.
            grant = choice.item.grant
            messages.error(request, f"{grant.holder}: {refusal}" if grant else str(refusal))
        else:
            told[Answer(choice.answer).label.lower()] += 1
    if told:
        said = ", ".join(f"{count} {word}" for word, count in told.items())
        messages.success(request, f"Saved your answers: {said}.")
