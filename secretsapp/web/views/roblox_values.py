"""Around the forms that send a value: Roblox is asked about a key of its own, with consent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from secretsapp.core.errors import SealroomError
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.due import key_values
from secretsapp.models import Change
from secretsapp.secrets import roblox_values
from secretsapp.web.forms.secrets import AskingForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import changes, creation

FOUND = 302
NOT_KNOWN = "Roblox wasn’t asked about the key, because it isn’t known yet whether it was stored."
View = Callable[..., HttpResponse]


def asking(permission: Permission, view: View) -> View:
    """The view, after which Roblox is asked about the value, and that is told.

    Only what was stored is asked about: consent holds for one value, and a form that is refused
    asks for it again.
    """

    @wraps(view)
    def asked(request: ActorRequest, universe_id: int, **place: Any) -> HttpResponse:
        began, value = timezone.now(), _agreed(request)
        response = view(request, universe_id, **place)
        if value is not None and response.status_code == FOUND:
            name = place.get("name") or request.POST.get("name", "").strip()
            change = roblox_values.stored(request.actor, universe_id, name, since=began)
            told = _answer(request, permission, change, value) if change else NOT_KNOWN
            messages.warning(request, told)
        return response

    return asked


create = asking(Permission.CREATE_SECRET, creation.create)
rotate = asking(Permission.ROTATE_SECRET, changes.rotate)


def _agreed(request: ActorRequest) -> Plaintext | None:
    """The value that its person agreed to ask about."""
    form = AskingForm(request.POST)
    if request.method != "POST" or not form.is_valid() or not form.cleaned_data["ask_roblox"]:
        return None
    value: Plaintext = form.cleaned_data["value"]
    return value


def _answer(request: ActorRequest, permission: Permission, change: Change, value: Plaintext) -> str:
    """What Roblox says, in a sentence; the value is stored by now, so a refusal is only told."""
    try:
        answer = roblox_values.ask(request.actor, permission, change.universe, change.name, value)
    except SealroomError as refusal:
        return f"Roblox wasn’t asked about the key: {refusal}"
    return key_values.keep_end(request.actor, change, answer)
