"""Around the forms that send a value: Roblox is asked about a key of its own, with consent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from secretsapp.core import input_rules
from secretsapp.core.errors import InvalidInput
from secretsapp.core.roles import Permission
from secretsapp.due import key_values
from secretsapp.secrets import roblox_values
from secretsapp.secrets.roblox_values import KeyAnswer
from secretsapp.universes import loading, protection
from secretsapp.web.forms.secrets import AskingForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import changes, creation

FOUND = 302
View = Callable[..., HttpResponse]


def asking(permission: Permission, view: View) -> View:
    """The view, before which Roblox is asked about the value, and after which that is told.

    Where the value isn't sent at once, or there is something wrong with the form, nothing is asked.
    """

    @wraps(view)
    def asked(request: ActorRequest, universe_id: int, **place: Any) -> HttpResponse:
        name = place.get("name") or request.POST.get("name", "")
        answer = _answer(request, permission, universe_id, name)
        response = view(request, universe_id, **place)
        if answer is not None and response.status_code == FOUND:
            universe = loading.get(request.actor, universe_id)
            told = key_values.keep_end(request.actor, universe, name, answer)
            messages.warning(request, told)
        return response

    return asked


create = asking(Permission.CREATE_SECRET, creation.create)
rotate = asking(Permission.ROTATE_SECRET, changes.rotate)


def _answer(
    request: ActorRequest, permission: Permission, universe_id: int, name: str
) -> KeyAnswer | None:
    """What Roblox says of the value; None where nobody agreed to ask, or it can't be one."""
    form = AskingForm(request.POST)
    if request.method != "POST" or not form.is_valid() or not form.cleaned_data["ask_roblox"]:
        return None
    if protection.is_protected(universe_id) or not _is_name(name):
        return None
    universe = loading.get(request.actor, universe_id)
    return roblox_values.ask(request.actor, permission, universe, name, form.cleaned_data["value"])


def _is_name(name: str) -> bool:
    try:
        input_rules.check_name(name)
    except InvalidInput:
        return False
    return True
