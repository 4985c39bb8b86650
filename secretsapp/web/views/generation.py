"""A value that the server makes for the form in which it is sealed.

It is answered once, as bare text to the script of that form, and kept nowhere: it is no part of a
page, and there is no event, as nothing has happened yet.
"""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from secretsapp.batches import everywhere
from secretsapp.core import input_rules
from secretsapp.core.roles import Permission
from secretsapp.secrets import listing, secret_view
from secretsapp.universes import loading
from secretsapp.web.forms.generating import GenerateForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages


@require_http_methods(form_pages.METHODS)
def for_new_secret(request: ActorRequest, universe_id: int) -> HttpResponse:
    """A value for a new secret, for who may create one there."""
    universe = loading.get(request.actor, universe_id)
    listing.check_may_create(request.actor, universe)
    return _generated(request) or redirect("secret_create", universe_id)


@require_http_methods(form_pages.METHODS)
def for_rotation(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """A new value for a secret, for who may rotate it."""
    universe = loading.get(request.actor, universe_id)
    secret_view.get(request.actor, universe, name, Permission.ROTATE_SECRET)
    input_rules.check_sendable(name)
    return _generated(request) or redirect("secret_rotate", universe_id, name)


@require_http_methods(form_pages.METHODS)
def for_many(request: ActorRequest) -> HttpResponse:
    """A new value for a secret in many universes, for who may rotate or create one anywhere."""
    everywhere.check_may_replace(request.actor)
    return _generated(request) or redirect("replace_everywhere")


def _generated(request: ActorRequest) -> HttpResponse | None:
    """The value as text, or what is wrong with the form; None where a page was asked for."""
    if request.method != "POST" or not wants_fragment(request):
        return None
    form = GenerateForm(request.POST)
    if not form.is_valid():
        return render(request, "secrets/_generate_fault.html", {"form": form}, status=422)
    return HttpResponse(form.value().expose(), content_type="text/plain; charset=utf-8")
