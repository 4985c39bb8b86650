"""Holds up people who must have a second factor and lack one, until they have set one up.

It stands before every view, so no address, method or part of a page is forgotten: what may be asked
for all the same is named here.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from secretsapp.people import required_factors
from secretsapp.people.required_factors import Due
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.signing_in import is_form
from secretsapp.web.views import refusals

GetResponse = Callable[[HttpRequest], HttpResponse]

# What sets one up, the ways out, and what shuts one's account to someone else.
OPEN = {
    *("me_second_factor", "me_app", "me_passkey_add", "me_recovery_codes"),
    *("account_logout", "confirm", "confirm_with", "sso_back", "session_check", "theme", "not_me"),
}
_DUE = "_factor_due"
_UNSENT = "Nothing was sent: your account needs a second factor first."


def due_of(request: ActorRequest) -> Due | None:
    """From when on the person must have a second factor that they lack; asked once a request."""
    if not hasattr(request, _DUE):
        setattr(request, _DUE, _due_of(request))
    due: Due | None = getattr(request, _DUE)
    return due


def _due_of(request: ActorRequest) -> Due | None:
    """Where none is required of anyone, that was told with the session (`adapters/sessions.py`)."""
    is_required = getattr(request.session, "is_factor_required", True)
    return required_factors.due_of(request.actor) if is_required else None


def holds_up(request: ActorRequest, name: str | None) -> bool:
    """Whether the person must set a factor up before they can ask for the address of that name."""
    due = None if name in OPEN else due_of(request)
    return due is not None and due.is_over


class FactorGateMiddleware:
    """Leads who is held up to the page where they set up a second factor."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; what is asked for is known once it has its view."""
        return self._get_response(request)

    def process_view(self, request: ActorRequest, *_view: Any) -> HttpResponse | None:
        """The way to that page, for who is held up; None lets the view answer."""
        match = request.resolver_match
        try:
            if not holds_up(request, match.url_name if match else None):
                return None
        except DatabaseError as error:
            return refusals.database_failed(request, error)
        if is_form(request):
            messages.error(request, _UNSENT)
        if wants_fragment(request):
            return HttpResponseClientRedirect(reverse("me_second_factor"))
        return redirect("me_second_factor")
