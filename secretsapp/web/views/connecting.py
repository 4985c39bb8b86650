"""Connecting Roblox with OAuth 2.0: the way there, and what comes back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.api_keys import authorizing, connecting, key_listing
from secretsapp.api_keys.authorizing import Sent
from secretsapp.core.errors import Correctable, NotFound
from secretsapp.web.forms.api_keys import ConnectForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages

# In the session, which is encrypted, until Roblox's answer comes: one at a time.
SENT = "sent_to_roblox"
_SAID = ("code", "error", "iss", "state")


@require_http_methods(form_pages.METHODS)
def connect(request: ActorRequest) -> HttpResponse:
    """A name for the access, and the way to Roblox, where it is granted."""
    key_listing.require_to_manage(request.actor)
    form = ConnectForm(form_pages.posted(request))
    if form.is_valid():
        try:
            return _leave(request, authorizing.begin(request.actor, **form.cleaned_data))
        except Correctable as refusal:
            form.add_error(refusal.field, str(refusal))
    return form_pages.page(request, "api_keys/connect.html", form, _known())


@require_http_methods(form_pages.METHODS)
def connect_again(request: ActorRequest, api_key_id: UUID) -> HttpResponse:
    """The same for an access that is here: its universes stay."""
    view = key_listing.view(request.actor, api_key_id)
    form = Form(form_pages.posted(request))
    if form.is_valid():
        try:
            return _leave(request, authorizing.begin_again(request.actor, view.api_key))
        except Correctable as refusal:
            form.add_error(None, str(refusal))
    return form_pages.page(request, "api_keys/connect_again.html", form, {"view": view})


def _known() -> dict[str, Any]:
    return {"is_set_up": authorizing.is_set_up(), "back_to": authorizing.back_to()}


def _leave(request: ActorRequest, sent: Sent) -> HttpResponse:
    """The page that leads to Roblox: a form's own answer may lead to no other site."""
    request.session[SENT] = sent.as_json()
    return render(request, "api_keys/leave.html", {"address": sent.address})


@require_safe
def back(request: ActorRequest) -> HttpResponse:
    """Where Roblox sends people back to; what it says counts once."""
    answer = _answered(request)
    # What the address holds is nobody's to read, not even ours once more.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _answered(request: ActorRequest) -> HttpResponse:
    said = {name: request.GET[name] for name in _SAID if name in request.GET}
    kept: dict[str, Any] = request.session.get(SENT, {})
    if authorizing.is_answered(kept, said):
        del request.session[SENT]
    try:
        api_key = connecting.finish(request.actor, kept, said)
    except (Correctable, NotFound) as refusal:
        context = {"sentence": str(refusal)}
        return render(request, "api_keys/not_connected.html", context, status=422)
    messages.success(request, f"Connected “{api_key.name}”.")
    return redirect(reverse("api_key", args=[api_key.pk]))
