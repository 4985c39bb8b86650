"""Tells every request who is acting, and turns refusals into pages."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from secretsapp.access import refusals
from secretsapp.adapters import devices
from secretsapp.adapters.addresses import came_by, is_from_trusted_proxy
from secretsapp.adapters.sessions import SessionStore
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import Forbidden, SealroomError
from secretsapp.people import session_storage, sessions
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import refusals as pages

GetResponse = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger(__name__)

_ASKED_BY_MACHINES = ("/healthz", "/readyz")
# What a page that is left open asks for by itself: nobody is active for that.
_UNATTENDED = "Sealroom-Unattended"
_NOBODY = "someone not signed in"


class ForwardedSchemeMiddleware:
    """Drops X-Forwarded-Proto unless a trusted proxy sent it: anyone can say HTTPS.

    Django asks the header alone and not who sent it, so this comes before all that asks Django.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request over the transport that we know of."""
        if not is_from_trusted_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self._get_response(request)


class MachinesMiddleware:
    """Drops the cookies of who asks whether Sealroom is well: everyone is told the same.

    A session would be looked up in the very database that may be what is not well.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; this comes before all that asks for cookies."""
        if request.path_info in _ASKED_BY_MACHINES:
            request.META.pop("HTTP_COOKIE", None)
        return self._get_response(request)


class ActorMiddleware:
    """Sets `request.actor` from the session; views pass it on and look no one up.

    Their rights are remembered from one read to the next, until the request writes or ends.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with its actor known."""
        actor = actors.remembering(actor_of(request))
        request.actor = actor  # type: ignore[attr-defined]  # ours, see ActorRequest
        return self._get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    """The person of the session, or no one: an actor without any right."""
    user = request.user
    if isinstance(user, AnonymousUser):
        return came_by(Actor(ActorKind.PERSON, _NOBODY, Door.BROWSER), request)
    return came_by(actors.person(user.pk, user.email, Door.BROWSER), request)


class KnownDeviceMiddleware:
    """Gives a browser in which someone proved who they are the cookie that says so."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with the cookie where there is to be one."""
        response = self._get_response(request)
        devices.set_cookie(request, response)
        return response


class LastActiveMiddleware:
    """Notes when a person was last active, in which session and from where."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, and note it afterwards: a session may have begun meanwhile.

        What cannot be noted is left out; a database that just failed is not asked again.
        """
        response = self._get_response(request)
        if response.status_code < 500:
            try:
                _note_activity(request)
            except DatabaseError as error:
                log.warning("Activity could not be noted: %s", type(error).__name__)
        return response


def _note_activity(request: HttpRequest) -> None:
    session, person = cast(SessionStore, request.session), request.user
    key = session.session_key
    if not key or isinstance(person, AnonymousUser):
        return
    now = timezone.now()
    # Anyone can send that header: a session is recorded once all the same, to be seen and ended.
    is_attended = _UNATTENDED not in request.headers
    since = now - sessions.RECORDED_EVERY if is_attended else datetime.fromtimestamp(0, now.tzinfo)
    if not session.was_active_since(since):
        agent = request.headers.get("User-Agent", "")
        sessions.record(actor_of(request), person, session_storage.stored_key(key), agent)


class RefusalMiddleware:
    """Turns what the product refuses into a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; our own refusals come by `process_exception`, others from Django."""
        return pages.fitted(request, self._get_response(request))

    def process_exception(self, request: ActorRequest, error: Exception) -> HttpResponse | None:
        """The page for a refusal; None leaves other errors to Django."""
        if isinstance(error, Forbidden):
            refusals.record(request.actor, error)
        if isinstance(error, SealroomError):
            return pages.refused(request, error)
        if isinstance(error, DatabaseError):
            return pages.database_failed(request, error)
        return None


class NoStoreMiddleware:
    """Keeps every page out of caches: what one person may see is no one else's to find."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; static files are served further out and may be kept."""
        response = self._get_response(request)
        response.headers["Cache-Control"] = "no-store"
        return response
