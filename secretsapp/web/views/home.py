"""The first page: what needs one, what happened lately, where one's universes are."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secretsapp.home import overview
from secretsapp.web.requests import ActorRequest

NEEDS_SHOWN = 8


@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """What the actor wants to know first; what needs them beyond the first few is folded."""
    found = overview.compose_overview(request.actor)
    context = {
        "overview": found,
        "at_hand": found.at_hand,
        "needs": found.needs[:NEEDS_SHOWN],
        "further_needs": found.needs[NEEDS_SHOWN:],
    }
    return render(request, "home/home.html", context)
