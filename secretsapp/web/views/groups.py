"""The Roblox group that owns a universe: who could have changed its secrets, and what changed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import parse_universe_id
from secretsapp.groups import could, reading, reviewing
from secretsapp.universes import loading
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages


@require_safe
def page(request: ActorRequest, universe_id: int) -> HttpResponse:
    """What is known of the group."""
    universe = loading.get(request.actor, universe_id)
    view = could.of_universe(request.actor, universe)
    return render(request, "groups/group.html", {"universe": universe, "view": view})


@require_http_methods(form_pages.METHODS)
def read(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Read it from Roblox; a GET, as after signing in again, only leads back."""
    universe = loading.get(request.actor, universe_id)
    if request.method == "POST":
        if reading.look(request.actor, universe):
            messages.success(request, "Read the group from Roblox.")
        else:
            messages.info(request, "Nothing new was read. The page says when it was read last.")
    return redirect("group", universe_id)


@require_http_methods(form_pages.METHODS)
def review(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Mark what changed in the group as reviewed; a GET only leads back."""
    universe = loading.get(request.actor, universe_id)
    reviewing.check_may_review(request.actor, universe)
    if request.method == "POST":
        count = reviewing.review(request.actor, universe, seen=_seen(request))
        changes = "1 change" if count == 1 else f"{count} changes"
        messages.success(request, f"Marked {changes} of the group as reviewed.")
    return redirect("group", universe_id)


def _seen(request: ActorRequest) -> int:
    """The newest change that the page showed; none where the form doesn't say."""
    try:
        return parse_universe_id(request.POST.get("seen", ""))
    except InvalidInput:
        return 0
