"""Tells every request who is acting, and turns refusals into pages."""

import logging
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from secretsapp.addresses import client_address, is_from_trusted_proxy
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import (
    Forbidden,
    KeyTrouble,
    LogBroken,
    NotFound,
    OutcomeUnknown,
    RobloxBusy,
    RobloxUnusable,
    SealroomError,
)
from secretsapp.services import refusals

GetResponse = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger(__name__)

_NOBODY = "somebody not signed in"

_STATUSES: tuple[tuple[type[SealroomError], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (Forbidden, 403, "Not allowed"),
    (RobloxBusy, 429, "Roblox asks for patience"),
    (OutcomeUnknown, 502, "Sent, and the outcome is not known"),
    (RobloxUnusable, 502, "No usable answer from Roblox"),
    (KeyTrouble, 503, "A key of this installation is missing"),
    (LogBroken, 503, "The audit log is broken"),
)


class ForwardedSchemeMiddleware:
    """Drops X-Forwarded-Proto unless a trusted proxy sent it: anybody can say HTTPS.

    Django asks the header alone and not who sent it, so this stands before all that asks Django.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request over the transport that we know of."""
        if not is_from_trusted_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self._get_response(request)


class ActorMiddleware:
    """Sets `request.actor` from the session; views pass it on and look nobody up."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with its actor known."""
        request.actor = actor_of(request)  # type: ignore[attr-defined]  # ours, see ActorRequest
        return self._get_response(request)


class ActorRequest(HttpRequest):
    """A request that came through ActorMiddleware."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """The person of the session, or nobody: an actor without any right."""
    address = client_address(request)
    user = request.user
    if isinstance(user, AnonymousUser):
        return Actor(ActorKind.PERSON, _NOBODY, Door.BROWSER, None, address)
    return actors.person(user.pk, user.email, Door.BROWSER, address)


class RefusalMiddleware:
    """Turns what the product refuses into a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; refusals come by `process_exception`."""
        return self._get_response(request)

    def process_exception(self, request: ActorRequest, error: Exception) -> HttpResponse | None:
        """The page for a refusal; None leaves other errors to Django."""
        if isinstance(error, Forbidden):
            record_refusal(request.actor, error)
        if isinstance(error, SealroomError):
            return refusal_page(request, error)
        if isinstance(error, DatabaseError):
            log.error("The database failed: %s", type(error).__name__)
            return _page(request, 503, "The database does not answer", _DATABASE_SENTENCE)
        return None


_DATABASE_SENTENCE = (
    "Sealroom could not reach its database or had to wait too long for it. Nothing was done that "
    "is not in the audit log. Try again in a moment."
)


def record_refusal(actor: Actor, refusal: Forbidden) -> None:
    """Record a refusal; if that fails the person is refused all the same."""
    try:
        refusals.record(actor, refusal)
    except (DatabaseError, SealroomError) as error:
        log.error("A refusal could not be recorded: %s", type(error).__name__)


def refusal_page(request: HttpRequest, error: SealroomError) -> HttpResponse:
    """The page for a refusal, with the status that fits its class."""
    for kind, status, title in _STATUSES:
        if isinstance(error, kind):
            return _page(request, status, title, str(error))
    return _page(request, 400, "That was not done", str(error))


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    context = {"title": title, "sentence": sentence, "status": status}
    return render(request, "refusal.html", context, status=status)


class NoStoreMiddleware:
    """Keeps every page out of caches: what one person may see is nobody else's to find."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; static files are served further out and may be kept."""
        response = self._get_response(request)
        response.headers["Cache-Control"] = "no-store"
        return response
