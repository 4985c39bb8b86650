"""What a browser does at single sign-on: press the button, sign in there, come back."""

import html
import re

from django.http import HttpResponse, HttpResponseBase
from django.test import Client

from secretsapp.models import Identity
from tests.pages.reading import body, words
from tests.support.sign_on_provider import SignOnProvider

SITE = "http://testserver"
START, BACK, ME, CONFIRM = "/sign-in/with/acme/", "/sign-in/with/acme/back/", "/me/", "/confirm/"
CONNECT, CONFIRM_WITH = "/me/connect/acme/", "/confirm/with/acme/"
VIEWER = "viewer@example.com"
VERIFIED = {"email": VIEWER, "email_verified": True}


def leads_to(page: HttpResponseBase) -> str:
    """Where a page leads by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', body(page))
    assert found, words(page)
    return html.unescape(found[1])


def sent_back(client: Client, provider: SignOnProvider, start: str = START, **sent: str) -> str:
    """Press the button and sign in there: the address that one comes back to."""
    back = provider.authorize(leads_to(client.post(start, sent)))
    assert back.startswith(SITE + "/"), back
    return back.removeprefix(SITE)


def go(client: Client, provider: SignOnProvider, start: str = START, **sent: str) -> HttpResponse:
    """Press the button, sign in there, and come back."""
    answer = client.get(sent_back(client, provider, start, **sent))
    assert isinstance(answer, HttpResponse)
    return answer


def is_signed_in(client: Client) -> bool:
    """Whether the browser is let in."""
    return client.get(ME).status_code == 200


def refused(client: Client, answer: HttpResponseBase, sentence: str) -> None:
    """It says why, lets nobody in, connects nothing, and shows nothing of what came."""
    assert (answer.status_code, sentence in words(answer)) == (403, True), words(answer)
    assert "Nothing was changed here." in words(answer)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not is_signed_in(client)
    assert not Identity.objects.exists()
