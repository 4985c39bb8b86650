"""The list of all universes, and which of them come first for the viewer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.core.errors import Correctable
from secretsapp.core.input_rules import is_storable
from secretsapp.home import universe_cards, universe_groups
from secretsapp.home.universe_cards import ATTENTION, PINNED, STATES
from secretsapp.universes import loading, shortcuts
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists

STATE_WORDS = {"": "All", PINNED: "Pinned", ATTENTION: "Need attention"}


@require_safe
def universes(request: ActorRequest) -> HttpResponse:
    """The universes that one may see: a page of them or, where they are many, of their owners."""
    wanted, owner = request.GET.get("state", ""), _owner(request)
    state, asked = wanted if wanted in STATES else "", long_lists.asked(request)
    context = {"state": state, "states": STATE_WORDS, "owner": owner}
    if not (asked.search or state or owner):
        folded = universe_groups.fold(request.actor, asked.number)
        if folded:
            context |= {"folded": folded} | long_lists.context(request, folded.page)
            return render(request, "universes/list.html", context)
    known = None if not owner else "" if owner == universe_groups.UNKNOWN else owner
    page = universe_cards.page(request.actor, asked, state, known)
    context |= long_lists.context(request, page, state=state, owner=owner)
    return render(request, "universes/list.html", context)


def _owner(request: ActorRequest) -> str:
    """The owner whose universes alone are asked for, if any."""
    owner = request.GET.get("owner", "")
    return owner if is_storable(owner) else ""


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
