"""Pages for what was refused or went wrong: each says what happened and what to do next."""

import logging
import re
import sys
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import escape_leading_slashes, urlencode
from django.views.defaults import bad_request

from secretsapp.access import request_listing, whom_to_ask
from secretsapp.core.actor import Actor
from secretsapp.core.errors import (
    Forbidden,
    HeldUp,
    KeyTrouble,
    LogBroken,
    NotFound,
    OutcomeUnknown,
    RobloxBusy,
    RobloxRefused,
    RobloxUnreachable,
    RobloxUnusable,
    SealroomError,
)
from secretsapp.core.patterns import TYPED
from secretsapp.core.roles import Permission
from secretsapp.log import reading
from secretsapp.models import Universe
from secretsapp.people.sign_ins import AccountShut
from secretsapp.secrets import secret_view
from secretsapp.universes import loading
from secretsapp.web.forms.requests import AskForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.signing_in import NotConfirmed, confirm_and_back, page_of_form

log = logging.getLogger(__name__)

FRAMED, BARE = "layout/base.html", "layout/plain.html"
FORM_STATUS = 422
# Every limit that is not Roblox's counts what came within a minute.
LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Kind:
    """A kind of refusal: its status, its title, what to do next, and whether to try again."""

    status: int
    title: str
    advice: str = ""
    may_try_again: bool = False


@dataclass(frozen=True)
class Way:
    """Where a button of the page leads, and to what."""

    address: str
    words: str


_NOT_ROBLOX = "Sealroom itself is working: lists and the audit log show what was last read."

_KINDS: dict[type[SealroomError], Kind] = {
    NotFound: Kind(404, "Not found"),
    Forbidden: Kind(403, "Not allowed"),
    AccountShut: Kind(403, "This account is closed"),
    NotConfirmed: Kind(403, "Confirm that it’s you"),
    RobloxBusy: Kind(429, "Roblox’s rate limit is reached", _NOT_ROBLOX, may_try_again=True),
    RobloxUnreachable: Kind(502, "Couldn’t reach Roblox", _NOT_ROBLOX, may_try_again=True),
    RobloxUnusable: Kind(502, "Roblox’s answer couldn’t be used", _NOT_ROBLOX, may_try_again=True),
    RobloxRefused: Kind(502, "Roblox refused the request"),
    HeldUp: Kind(503, "This server was too slow", may_try_again=True),
    OutcomeUnknown: Kind(502, "Sent, outcome unknown"),
    KeyTrouble: Kind(
        503,
        "A key of this installation has a problem",
        "You can’t fix this in the browser. Tell the person who runs this installation.",
    ),
    LogBroken: Kind(
        503,
        "The audit log is broken",
        "You can’t fix this in the browser. Tell the person who runs this installation.",
    ),
}
_OTHER = Kind(400, "Couldn’t save")
# Where what is gone was listed, by how the name of its page begins. Who may not look is refused.
_LISTS = {
    "person": ("people", "People"),
    "api_key": ("api_keys", "API keys"),
    "channel": ("channels", "Channels"),
    "access_everywhere": ("access_everywhere", "Access to all universes"),
}
_SESSION_ENDED = Kind(400, "Your session has ended")
_SESSION_ENDED_SENTENCE = (
    "It ended while your request was being handled, which may have taken effect. Sign in and check."
)
_DATABASE = Kind(503, "The database isn’t responding", may_try_again=True)
_DATABASE_SENTENCE = (
    "Sealroom couldn’t reach its database or waited too long for it. Anything that was done "
    "is in the audit log. Try again in a moment."
)


def refused(request: HttpRequest, error: SealroomError) -> HttpResponse:
    """The page for a refusal, in the frame unless that cannot be drawn."""
    kind = next((_KINDS[each] for each in type(error).__mro__ if each in _KINDS), _OTHER)
    try:
        response = _page(request, FRAMED, kind, error, _ways_on(request, error))
    except DatabaseError:
        response = _page(request, BARE, kind, error)
    if isinstance(error, RobloxBusy) and error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def database_failed(request: HttpRequest, error: BaseException) -> HttpResponse:
    """The page for a database that is locked or away, which asks it nothing."""
    log.error("The database failed: %s", type(error).__name__)
    return _page(request, BARE, _DATABASE, _DATABASE_SENTENCE)


def failed(request: HttpRequest) -> HttpResponse:
    """The answer to what no one caught: a database that failed before any view, or our mistake."""
    error = sys.exception()
    if isinstance(error, DatabaseError):
        return database_failed(request, error)
    # Without the request no context processor runs, which could fail in its turn.
    context = {"request_id": getattr(request, "request_id", "")}
    return HttpResponseServerError(render_to_string("500.html", context))


def unusable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to a bad request, and to one during which its session was ended elsewhere."""
    if isinstance(exception, SessionInterrupted):
        answer = _page(request, BARE, _SESSION_ENDED, _SESSION_ENDED_SENTENCE)
    else:
        answer = bad_request(request, exception)
    return fitted(request, answer)


def fitted(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """An answer with what its status asks for.

    Of an error's page htmx shows the part that says it above the page that is open, whatever it
    had asked for. The form in a 422 stays where it is.
    """
    if response.status_code == 429:
        response.headers.setdefault("Retry-After", str(LIMIT_SECONDS))
    is_error = response.status_code >= 400 and response.status_code != FORM_STATUS
    if is_error and wants_fragment(request):
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "innerHTML show:#notices:top"
        response.headers["HX-Reselect"] = ".refusal"
    return response


def _ways_on(request: HttpRequest, error: SealroomError) -> dict[str, Any]:
    """Whom to ask for what was refused, the way back, and where to look for what is not there."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {}
    if isinstance(error, NotConfirmed):
        return {"confirm": confirm_and_back(page_of_form(request))}
    ways: dict[str, Any] = {"back": _way_back(request, actor, error)}
    if isinstance(error, Forbidden):
        ways["givers"] = whom_to_ask.find_givers(actor, error)
        ways |= _asking(actor, error, ways["givers"].universe)
        # What one did oneself, one may always read.
        ways["reads_own"] = error.permission == Permission.READ_AUDIT
    elif isinstance(error, NotFound) and error.universe_id is not None and reading.may_read(actor):
        query = urlencode([("universe", error.universe_id), ("secret", error.secret_name)])
        ways["events"] = f"{reverse('audit')}?{query}"
    return ways


def _asking(actor: Actor, error: Forbidden, universe: Universe | None) -> dict[str, Any]:
    """The form that asks for what was refused, or the request that waits already."""
    role = whom_to_ask.role_to_ask_for(actor, error)
    if universe is None or role is None:
        return {}
    # What is no name that Roblox documents is in no pattern either.
    name = error.secret_name if re.fullmatch(TYPED, error.secret_name) else ""
    asked = request_listing.alike(actor, universe, role, name)
    form = None if asked else AskForm(None, role=role.value, names=name)
    return {"asked": asked, "ask": form, "universe": universe}


def _way_back(request: HttpRequest, actor: Actor, error: SealroomError) -> Way | None:
    """To the secret or the universe that the page is about, as far as the actor sees them."""
    match = request.resolver_match
    if match is None:
        return None
    if "universe_id" not in match.kwargs:
        return _list_of(match.url_name or "") if isinstance(error, NotFound) else None
    try:
        universe = loading.get(actor, match.kwargs["universe_id"])
    except NotFound:
        return None
    is_grant = isinstance(error, NotFound) and (match.url_name or "").startswith("access_")
    page = "access" if is_grant else "universe"
    way = _to_secret(actor, universe, match.kwargs.get("name", ""))
    way = way or Way(reverse(page, args=[universe.pk]), universe.name)
    return None if way.address == request.path else way


def _to_secret(actor: Actor, universe: Universe, name: str) -> Way | None:
    try:
        secret_view.get(actor, universe, name)
    except NotFound:
        return None
    return Way(reverse("secret", args=[universe.pk, name]), name)


def _list_of(page: str) -> Way | None:
    for beginning, (name, words) in _LISTS.items():
        if page.startswith(beginning):
            return Way(reverse(name), words)
    return None


def _told(kind: Kind, said: SealroomError | str) -> tuple[str, str]:
    """Title and sentence; what someone can't do is the title, and whom to ask is told below."""
    if isinstance(said, NotFound) and said.secret_name:
        return "Secret not found", str(said)
    if not isinstance(said, Forbidden):
        return kind.title, str(said)
    first, *others = str(said).removesuffix(".").split(". ")
    return first, "".join(f"{each}. " for each in others if not each.startswith("Ask "))


def _page(
    request: HttpRequest,
    layout: str,
    kind: Kind,
    said: SealroomError | str,
    ways_on: dict[str, Any] | None = None,
) -> HttpResponse:
    title, sentence = _told(kind, said)
    context = {
        "layout": layout,
        "kind": kind,
        "title": title,
        "sentence": sentence,
        # Opened again the address asks for no write, whatever was sent to it. Two slashes at its
        # beginning would lead to another host.
        "again": escape_leading_slashes(request.path) if kind.may_try_again else "",
    }
    return render(request, "refusal.html", context | (ways_on or {}), status=kind.status)
