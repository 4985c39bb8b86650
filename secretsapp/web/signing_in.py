"""The way to the sign-in and back, where a session has ended or none has begun.

A form that was sent without a session is lost, for a value is never kept. Only a flag in the
address of the way back says so, on the page of the sign-in and on the page behind it.
"""

from collections.abc import Callable
from urllib.parse import parse_qs, urldefrag, urlsplit, urlunsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from secretsapp.core.errors import SealroomError

UNSENT, YES = "unsent", "1"

# Pages send these by themselves, so no one misses them.
_SENT_BY_PAGES = {"universe_refresh"}


class NotConfirmed(SealroomError):
    """What was sent needs a person who has just confirmed that it's them; nothing was done."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed or sent, and nothing of what you entered was kept: it’s been a "
            "while since you confirmed that it’s you. Confirm it, then do this again."
        )


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Asks who comes without a session to sign in; what they had sent is not kept."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Lead to the sign-in, and from there back to the page that the form was on."""
        if is_form(request):
            return redirect_to_login(flagged(page_of_form(request)))
        return super().handle_no_permission(request, view_func)


def is_form(request: HttpRequest) -> bool:
    """Whether someone sent a form, which is lost where it came without a session."""
    match = request.resolver_match
    return request.method == "POST" and (match is None or match.url_name not in _SENT_BY_PAGES)


def flagged(address: str) -> str:
    """The address within this site, with the flag that a form was not sent."""
    page = urldefrag(address).url
    if _is_flagged(page):
        return page
    return f"{page}{'&' if '?' in page else '?'}{UNSENT}={YES}"


def comes_from_unsent_form(request: HttpRequest) -> bool:
    """Whether the sign-in stands between a form that was not sent and its page."""
    sent = request.POST if request.method == "POST" else request.GET
    return _is_flagged(sent.get(REDIRECT_FIELD_NAME, ""))


def is_back_from_unsent_form(request: HttpRequest) -> bool:
    """Whether this is the page of a form that was not sent, opened again."""
    return request.method == "GET" and request.GET.get(UNSENT) == YES


def _is_flagged(address: str) -> bool:
    try:
        return parse_qs(urlsplit(address).query).get(UNSENT) == [YES]
    except ValueError:
        return False


def confirm_and_back(page: str) -> str:
    """Where someone confirms that it's them, and comes back to that page within this site."""
    return redirect_to_login(page, reverse("confirm")).url


def page_of_form(request: HttpRequest) -> str:
    """The page a form was sent from, which not every address of a form has; else that address."""
    sender = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(sender, hosts, require_https=request.is_secure()):
        return request.get_full_path()
    parts = urlsplit(sender)
    return urlunsplit(("", "", parts.path, parts.query, "")) or request.get_full_path()
