"""The guide from a new account at Roblox to the first universe, which two forms are on."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from secretsapp.api_keys import key_listing, server_address
from secretsapp.api_keys.trials import Trial
from secretsapp.universes import loading
from secretsapp.web.forms.api_keys import AddKeyForm
from secretsapp.web.forms.universes import AddUniverseForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages

GUIDE = "guide"


@dataclass(frozen=True)
class Filled:
    """What the page is shown with after a form of it was sent."""

    key_form: AddKeyForm | None = None
    universe_form: AddUniverseForm | None = None
    trial: Trial | None = None


def is_asked_for(request: HttpRequest) -> bool:
    """Whether a form that also stands elsewhere was sent from the guide."""
    return request.POST.get("next") == GUIDE


def page(request: ActorRequest, filled: Filled) -> HttpResponse:
    """The guide with the forms as they were filled in, or empty."""
    keys = key_listing.choices(request.actor)
    key_form = filled.key_form or AddKeyForm(None, is_first=not keys)
    universe_form = filled.universe_form or AddUniverseForm(None, keys)
    added = loading.sees_any(request.actor)
    context = {
        "keys": keys,
        "has_universes": added,
        "is_halfway": bool(keys) and not added,
        "server": server_address.server_address(request.actor),
        "key_form": key_form,
        "universe_form": universe_form,
        "trial": filled.trial,
    }
    sent = key_form if key_form.is_bound else universe_form
    return form_pages.page(request, "universes/guide.html", sent, context)
