"""One secret: its page with its history, and its details."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.access import grant_listing
from secretsapp.access.whom_to_ask import who_gave
from secretsapp.core import input_rules
from secretsapp.core.errors import StaleVersion
from secretsapp.core.hints import is_old
from secretsapp.core.roles import Permission
from secretsapp.due import of_secret
from secretsapp.groups import seeing
from secretsapp.log import reading
from secretsapp.models import Secret, Universe
from secretsapp.people import directory
from secretsapp.secrets import drift, elsewhere, secret_view, waiting
from secretsapp.secrets.details import edit as edit_details
from secretsapp.servers import rollouts
from secretsapp.universes import loading
from secretsapp.web.forms.details import DetailsForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done
from secretsapp.web.views.long_lists import came_from
from secretsapp.web.views.universes import watching

# The ends of names of what goes with a webhook and is not its address.
NO_ADDRESS = ("KEY", "TOKEN", "SECRET", "SEED")


@require_safe
def secret(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """What is known of a secret, its events, and what one may do to it."""
    universe = loading.get(request.actor, universe_id)
    view = secret_view.get(request.actor, universe, name)
    shows_attempts = request.GET.get("history") == "all"
    events = reading.history(request.actor, universe, name, shows_attempts=shows_attempts)
    context = {
        "universe": universe,
        "view": view,
        "secret": view.secret,
        "events": events,
        "archive": reading.earlier(events),
        "shows_attempts": shows_attempts,
        "refusals": reading.refusals(request.actor, universe, name),
        "is_cut": len(events) == reading.HISTORY_SIZE,
        "example_host": _example_host(view.secret.domain),
        "is_webhook": _is_webhook(view.secret),
        "is_old": is_old(view.secret.update_time, timezone.now()),
        "givers": who_gave(request.actor, universe_id, name) if view.denied else [],
        "proposals": waiting.of_secret(request.actor, universe, name),
        "gives_access": grant_listing.gives_access(request.actor, universe, name),
        "rollout_view": rollouts.of_secret(request.actor, universe, name),
        "elsewhere": elsewhere.find(request.actor, universe, name),
        "due": of_secret.find(view.secret),
        "tells_who": seeing.may_see(request.actor, universe),
    }
    watched = watching(request, universe, name, view.open)
    return render(request, "secrets/secret.html", context | watched)


def _example_host(domain: str) -> str:
    """A host to which the value may be sent, for the lines that show how; empty where to none."""
    if domain == input_rules.ANY_DOMAIN:
        return "api.example.com"
    return domain.replace("*.", "api.", 1) if domain.startswith("*.") else domain


def _is_webhook(secret: Secret) -> bool:
    """Whether the value is most likely an address to which something is posted."""
    is_address = "WEBHOOK" in secret.name.upper() and not secret.name.upper().endswith(NO_ADDRESS)
    return is_address or secret.domain.startswith("hooks.")


@require_http_methods(form_pages.METHODS)
def details(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """Note and owner of a secret."""
    universe = loading.get(request.actor, universe_id)
    found = secret_view.get(request.actor, universe, name, Permission.EDIT_DETAILS).secret
    owners = directory.possible_owners(request.actor, universe, name)
    form = DetailsForm(found, owners, form_pages.posted(request))

    def edit() -> Done:
        note, owner = form.cleaned_data["note"], form.cleaned_data["owner"]
        edit_details(actor=request.actor, universe=universe, secret=found, note=note, owner=owner)
        return Done(f"Saved the details of {name}.", reverse("secret", args=[universe_id, name]))

    answer = form_pages.submitted(request, form, edit, universe)
    context = {"universe": universe, "secret": found}
    return answer or form_pages.page(request, "secrets/details.html", form, context)


@require_http_methods(form_pages.METHODS)
def acknowledge(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """A change made elsewhere is known now; a GET, as after signing in again, only leads back."""
    universe = loading.get(request.actor, universe_id)
    view = secret_view.get(request.actor, universe, name, Permission.EDIT_DETAILS)
    if request.method == "POST" and _acknowledged(request, universe, name):
        if view.secret.missing_since:
            messages.success(request, f"Removed {name} from the list.")
            return redirect(came_from(request, reverse("universe", args=[universe_id])))
        messages.success(request, "Marked as reviewed.")
    return redirect(came_from(request, reverse("secret", args=[universe_id, name])))


def _acknowledged(request: ActorRequest, universe: Universe, name: str) -> bool:
    """Whether the change that the page showed was acknowledged; after another one it says so."""
    try:
        return drift.acknowledge(request.actor, universe, name, request.POST.get("seen", ""))
    except StaleVersion as refusal:
        messages.warning(request, str(refusal))
        return False
