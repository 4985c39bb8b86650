"""Game servers: how far changes have reached them, restarts, the look into logs, and their key."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.api_keys import key_listing
from secretsapp.core.errors import StaleVersion
from secretsapp.models import Universe
from secretsapp.servers import (
    following,
    log_reading,
    publications,
    publishing,
    restart_proposals,
    restarts,
    rollouts,
    server_keys,
    watching,
)
from secretsapp.universes import loading
from secretsapp.web.forms.servers import RestartForm, ServerKeyForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done
from secretsapp.web.views.long_lists import came_from

# So many seconds pass between two looks at a restart.
FOLLOWED_EVERY = 10


@require_safe
def servers(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The last changes and how far each has reached, the last restarts, and what logs told."""
    universe = loading.get(request.actor, universe_id)
    logs_read = log_reading.of_universe(universe)
    context = {
        "universe": universe,
        "views": rollouts.of_universe(request.actor, universe),
        "restarts": following.of_universe(universe),
        "may_restart": rollouts.may_restart(request.actor, universe),
        "versions": publications.of_universe(universe),
        "may_publish": publishing.may_publish(request.actor, universe),
        "logs": logs_read,
        "log_servers": log_reading.servers_of(logs_read),
    }
    return render(request, "servers/servers.html", context)


@require_http_methods(form_pages.METHODS)
def of_secret(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """Read how far the last change of a secret is; a GET, as after signing in again, leads back."""
    universe = loading.get(request.actor, universe_id)
    watching.check_may_see(request.actor, universe, name)
    page = reverse("servers", args=[universe_id])
    if request.method != "POST":
        return redirect(page)
    view = watching.look(request.actor, universe, name)
    if not wants_fragment(request):
        return redirect(came_from(request, page))
    if view is None:
        return HttpResponse(status=204)
    context = {
        "universe": universe,
        "rollout_view": view,
        "names_it": "names_it" in request.POST,
        "next": request.POST.get("next", ""),
    }
    return render(request, "servers/_rollout.html", context)


@require_http_methods(form_pages.METHODS)
def restart(request: ActorRequest, universe_id: int) -> HttpResponse:
    """What a restart would end, as far as Roblox tells, and the form that asks for it."""
    universe = loading.get(request.actor, universe_id)
    forecast = restarts.forecast(request.actor, universe)
    form = RestartForm(forecast, restarts.last_of(universe), form_pages.posted(request))
    if universe.protected or "proposing" in request.POST:
        form.to_propose()

    def act() -> Done:
        try:
            return _restart_or_propose(request, universe, form)
        except StaleVersion:
            form.start_again(restarts.last_of(universe))
            raise

    answer = form_pages.submitted(request, form, act, universe)
    names = restarts.attributes_of(request.actor, universe)["changedSecrets"].replace(",", ", ")
    context = {"universe": universe, "forecast": forecast, "names": names}
    return answer or form_pages.page(request, "servers/restart.html", form, context)


def _restart_or_propose(request: ActorRequest, universe: Universe, form: RestartForm) -> Done:
    """Restart them; or propose it, if that is what the page was opened for."""
    asked: dict[str, Any] = {
        "place_ids": form.place_ids,
        "bleed_off_minutes": form.cleaned_data["bleed_off_minutes"],
        "why": form.cleaned_data["why"],
    }
    if form.cleaned_data.get("proposing"):
        made = restart_proposals.propose(request.actor, universe, **asked)
        sentence = "Proposed. Nothing is sent until someone else approves it."
        return Done(sentence, reverse("proposal", args=[made.pk]))
    seen = form.cleaned_data["seen"]
    row = restarts.restart(request.actor, universe, **asked, seen_last=seen)
    return Done("Sent to Roblox.", reverse("server_restart", args=[universe.pk, row.pk]))


@require_safe
def progress(request: ActorRequest, universe_id: int, restart_id: UUID) -> HttpResponse:
    """How far a restart is."""
    universe = loading.get(request.actor, universe_id)
    context = _progress(request, universe, restart_id)
    return render(request, "servers/progress.html", context)


@require_http_methods(form_pages.METHODS)
def follow(request: ActorRequest, universe_id: int, restart_id: UUID) -> HttpResponse:
    """Read how far it is; a GET, as after signing in again, only leads to its page."""
    universe = loading.get(request.actor, universe_id)
    found = following.get(request.actor, universe, restart_id)
    if request.method == "POST":
        following.follow(request.actor, found)
        if wants_fragment(request):
            context = _progress(request, universe, restart_id)
            return render(request, "servers/_progress.html", context)
    return redirect("server_restart", universe_id, restart_id)


def _progress(request: ActorRequest, universe: Universe, restart_id: UUID) -> dict[str, Any]:
    view = following.get(request.actor, universe, restart_id)
    seconds = None if view.is_over else FOLLOWED_EVERY
    return {"universe": universe, "view": view, "restart": view.restart, "seconds": seconds}


@require_http_methods(form_pages.METHODS)
def logs(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Look into the logs of a few servers; a GET, as after signing in again, only leads back."""
    universe = loading.get(request.actor, universe_id)
    if request.method == "POST" and not log_reading.look(request.actor, universe):
        messages.info(request, "The logs were read a moment ago. Try again in two minutes.")
    return redirect(f"{reverse('servers', args=[universe_id])}#logs")


@require_http_methods(form_pages.METHODS)
def key(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The key for the universe's servers."""
    universe = loading.get(request.actor, universe_id)
    keys = key_listing.choices(request.actor, universe)
    form = ServerKeyForm(universe, keys, form_pages.posted(request))

    def save() -> Done:
        server_keys.choose(request.actor, universe, form.chosen)
        return Done("Saved the key for servers.", reverse("servers", args=[universe_id]))

    answer = form_pages.submitted(request, form, save, universe)
    return answer or form_pages.page(request, "servers/key.html", form, {"universe": universe})
