"""What htmx needs of the server: to tell its requests, and the way to sign in again."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from secretsapp.web.signing_in import flagged, is_form

GetResponse = Callable[[HttpRequest], HttpResponse]

_REDIRECTS = (302, 303)


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page, and not a browser for all of it."""
    return bool(HtmxDetails(request))


class SignInMiddleware:
    """Lets the whole page go to the sign-in, where htmx would put it into a part of the page."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; a redirect to the sign-in becomes one that htmx hands on."""
        response = self._get_response(request)
        if wants_fragment(request) and _leads_to_sign_in(response):
            return HttpResponseClientRedirect(_sign_in_and_back(request))
        return response


def _leads_to_sign_in(response: HttpResponse) -> bool:
    location = response.headers.get("Location", "")
    return response.status_code in _REDIRECTS and urlsplit(location).path == _sign_in_path()


def _sign_in_path() -> str:
    return resolve_url(settings.LOGIN_URL)


def _sign_in_and_back(request: HttpRequest) -> str:
    page = _page_of(request)
    if not page:
        return _sign_in_path()
    return redirect_to_login(flagged(page) if is_form(request) else page, _sign_in_path()).url


def _page_of(request: HttpRequest) -> str | None:
    """The page that htmx says it is on, if that is an address of ours."""
    try:
        return HtmxDetails(request).current_url_abs_path
    except ValueError:
        # Anyone may send the header, and Python refuses what is no address, such as `http://[`.
        return None
