"""The guide from a new account at Roblox to the first universe, which two forms are on."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from secretsapp.api_keys import key_listing, server_address
from secretsapp.api_keys.trials import Trial
from secretsapp.core.key_verdicts import has_passed
from secretsapp.home import first_steps
from secretsapp.models import ApiKey
from secretsapp.web.forms.api_keys import AddKeyForm
from secretsapp.web.forms.universes import AddUniverseForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages

GUIDE = "guide"
# In the address: the key that was just saved, and is to open the universe.
SAVED = "key"
KEYS_SHOWN = 5


@dataclass(frozen=True)
class Filled:
    """What the page is shown with after a form of it was sent."""

    key_form: AddKeyForm | None = None
    universe_form: AddUniverseForm | None = None
    trial: Trial | None = None


def is_asked_for(request: HttpRequest) -> bool:
    """Whether a form that also stands elsewhere was sent from the guide."""
    return request.POST.get("next") == GUIDE


def to_universe(api_key: ApiKey) -> str:
    """The address of the guide at the form that adds a universe, with this key chosen."""
    return f"{reverse('guide')}?{SAVED}={api_key.pk}#universe"


def page(request: ActorRequest, filled: Filled) -> HttpResponse:
    """The guide with the forms as they were filled in, or empty."""
    keys = key_listing.choices(request.actor)
    key_form = filled.key_form or AddKeyForm(None, is_first=not keys)
    saved = request.GET.get(SAVED, "")
    universe_form = filled.universe_form or AddUniverseForm(None, keys, key_id=saved)
    added = first_steps.sees_any(request.actor)
    context = {
        "keys": keys,
        "stored": [(key, has_passed(key.check_verdict)) for key in keys[:KEYS_SHOWN]],
        "has_universes": added,
        "is_saved": bool(saved),
        "is_halfway": bool(keys) and not added,
        "server": server_address.server_address(request.actor),
        "key_form": key_form,
        "universe_form": universe_form,
        "trial": filled.trial,
    }
    sent = key_form if key_form.is_bound else universe_form
    return form_pages.page(request, "universes/guide.html", sent, context)
