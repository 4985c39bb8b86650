"""The universes one may see, and the secrets of one."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.htmx import wants_fragment
from secretsapp.middleware import ActorRequest
from secretsapp.models import Universe
from secretsapp.queries import secrets, universes
from secretsapp.services import mirror


@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """The universes one may see, by the group or user that owns them."""
    visible = universes.visible(request.actor)
    owners = [(owner, list(owned)) for owner, owned in groupby(visible, lambda found: found.owner)]
    return render(request, "home.html", {"owners": owners})


@require_safe
def universe(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The list of secrets as the mirror has it; the page itself asks for a refresh."""
    found = universes.get(request.actor, universe_id)
    return render(request, "universe.html", _listing(request, found, request.GET.get("q", "")))


@require_http_methods(["GET", "HEAD", "POST"])
def refresh(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Read the list from Roblox; a GET, as after signing in anew, only leads to the list."""
    found = universes.get(request.actor, universe_id)
    if request.method != "POST":
        return redirect("universe", universe_id=universe_id)
    mirror.refresh(request.actor, found)
    search = request.POST.get("q", "")
    if wants_fragment(request):
        found = universes.get(request.actor, universe_id)
        return render(request, "_listing.html", _listing(request, found, search))
    return redirect(_address(found, search))


def _address(found: Universe, search: str) -> str:
    address = reverse("universe", args=[found.pk])
    return f"{address}?{urlencode({'q': search})}" if search else address


def _listing(request: ActorRequest, found: Universe, search: str) -> dict[str, Any]:
    listing = secrets.listing(request.actor, found)
    wanted = search.strip()
    shown = [view for view in listing.secrets if wanted.lower() in view.secret.name.lower()]
    return {"universe": found, "listing": listing, "shown": shown, "search": wanted}
