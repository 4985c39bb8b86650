"""The list of all universes, and which of them come first for the viewer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.core.errors import Correctable
from secretsapp.home import universe_cards
from secretsapp.home.universe_cards import ATTENTION, PINNED, STATES
from secretsapp.universes import loading, shortcuts
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists

STATE_WORDS = {"": "All", PINNED: "Pinned", ATTENTION: "Need attention"}


@require_safe
def universes(request: ActorRequest) -> HttpResponse:
    """A page of the universes that one may see."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in STATES else ""
    page = universe_cards.page(request.actor, long_lists.asked(request), state)
    context = long_lists.context(request, page, state=state)
    return render(request, "universes/list.html", context | {"state": state, "states": STATE_WORDS})


@require_http_methods(form_pages.METHODS)
def pin(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Let a universe come first in the sidebar, or no longer; a GET only leads to its list."""
    universe = loading.get(request.actor, universe_id)
    if request.method == "POST":
        try:
            if request.POST.get("pinned"):
                shortcuts.pin(request.actor, universe)
            else:
                shortcuts.unpin(request.actor, universe)
        except Correctable as refusal:
            messages.error(request, str(refusal))
    return redirect(long_lists.came_from(request, reverse("universe", args=[universe_id])))
