"""No header makes a page fail, whoever sends it: it is believed, ignored, or refused in words."""

import ipaddress
import string

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from tests.pages.conftest import ClientFor

FORM = "application/x-www-form-urlencoded"
SERVER_FAILED = 500
DOORS = ("/", "/sign-in/", "/welcome/", "/password/", "/audit/", "/healthz", "/metrics", "/none")

# Everything that Sealroom, Django or a library reads of a request before or after the sign-in.
# Content-Length is missing: the web server answers 400 by itself where that is no number.
PARSED = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Forwarded",
    "Host",
    "HX-Boosted",
    "HX-Current-URL",
    "HX-Current-URL-URI-AutoEncoded",
    "HX-History-Restore-Request",
    "HX-Prompt",
    "HX-Request",
    "HX-Target",
    "HX-Trigger",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Range",
    "Referer",
    "Triggering-Event",
    "User-Agent",
    "X-CSRFToken",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Request-Id",
    "X-Requested-With",
)
# A server hands a header on as Latin-1, without line ends.
LATIN = "".join(map(chr, range(256))).replace("\r", "").replace("\n", "")
hostile = st.sampled_from(
    [
        "http://[",
        "http://[::1",
        "https://testserver:port/",
        "http://testserver\\@x/",
        "%00",
        "%",
        "\x00",
        "=?utf-8?b?/w==?=",
        "bytes=--1,",
        "text/html;q=x;charset=\x80",
        "multipart/form-data; boundary=",
        "sessionid=; sessionid=\xff; =;;",
        '{"',
        "-1",
        "9" * 400,
        "[" * 3000,
    ]
)
values = hostile | st.text(alphabet=LATIN, max_size=60) | st.text(string.printable, max_size=60)
headers = st.dictionaries(st.sampled_from(PARSED), values, min_size=1, max_size=4)

anything = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _behind_a_proxy(db: None, settings: Settings) -> None:
    """Let what a proxy says be believed too: it is parsed then."""
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("127.0.0.1")]
    settings.METRICS_TOKEN = "t" * 32


def answers(client: Client, door: str, sent: dict[str, str]) -> None:
    """Ask by both methods; an exception that is not answered comes out of the client here."""
    for method in ("GET", "POST"):
        answer = client.generic(method, door, b"x=y", FORM, headers=sent)
        assert answer.status_code < SERVER_FAILED


@pytest.fixture
def manager(client_for: ClientFor) -> Client:
    """A session of the manager."""
    return client_for("manager")


@anything
@given(door=st.sampled_from(DOORS), sent=headers, page=values)
def test_headers_of_a_stranger(door: str, sent: dict[str, str], page: str) -> None:
    answers(Client(), door, sent)
    answers(Client(), door, sent | {"HX-Request": "true", "HX-Current-URL": page})


@pytest.mark.long
@anything
@given(door=st.sampled_from(DOORS), sent=headers)
def test_headers_of_someone_signed_in(manager: Client, door: str, sent: dict[str, str]) -> None:
    answers(manager, door, sent)
    answers(manager, door, sent | {"HX-Request": "true"})


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("url", ["http://[", "http://[::1", "http://a]b/", "http://[v1.x]y/"])
def test_an_address_that_is_none_in_a_header_of_htmx(door: str, url: str) -> None:
    answers(Client(), door, {"HX-Request": "true", "HX-Current-URL": url})
    encoded = {"HX-Request": "true", "HX-Current-URL-URI-AutoEncoded": "true"}
    answers(Client(), door, encoded | {"HX-Current-URL": url.replace("[", "%5B")})


def test_htmx_without_a_page_of_ours_is_led_to_the_sign_in_alone() -> None:
    for url in ("http://[", "https://elsewhere.example/audit/"):
        answer = Client().get("/audit/", headers={"HX-Request": "true", "HX-Current-URL": url})
        assert answer.headers["HX-Redirect"] == "/sign-in/"
