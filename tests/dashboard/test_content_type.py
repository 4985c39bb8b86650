"""Whatever a Content-Type says, a request is read as UTF-8 and answered with a page."""

import encodings
import pkgutil
from contextlib import suppress
from encodings.aliases import aliases
from http import HTTPStatus
from typing import Any
from wsgiref.types import WSGIEnvironment
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http.multipartparser import MultiPartParserError
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from dashboard.content_type import in_utf8, without_encoding
from tests.stage import engage

PARTS = "multipart/form-data; boundary=x"
CODECS = sorted(
    {*aliases.values(), *(module.name for module in pkgutil.iter_modules(encodings.__path__))}
)

# What Django asks for while it makes a request of what the server gives it.
UNREADABLE = (
    "text/plain; charset=rot13",
    "text/plain; charset=undefined",
    "text/plain; charset*=UTF-8''a%00b",
    "text/plain; charset*=nonsense''utf-8",
    "multipart/form-data; boundary*=undefined''x",
    f"{PARTS}; charset=hex",
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("text/plain", "text/plain"),
        ("text/plain; charset=utf-16", "text/plain"),
        ("application/x-www-form-urlencoded; charset=UTF-8", "application/x-www-form-urlencoded"),
        ("text/plain; boundary=x", "text/plain"),
        (PARTS, PARTS),
        ("Multipart/Form-Data;charset=rot13;Boundary=x", "Multipart/Form-Data;Boundary=x"),
        (f"{PARTS}; charset=utf-16; boundary*=utf-8''y", PARTS),
        ('multipart/form-data; boundary="x; charset=rot13"', 'multipart/form-data; boundary="x'),
    ],
)
def test_only_the_boundary_of_a_form_in_parts_stays(said: str, kept: str) -> None:
    assert without_encoding(said) == kept


def read(content_type: str, body: bytes) -> WSGIRequest:
    """A form as Django reads it once its Content-Type was cut."""
    address = "/sign-in/?next=/a%C3%BC"
    kept = without_encoding(content_type)
    return RequestFactory().generic("POST", address, body, CONTENT_TYPE=kept)


@pytest.mark.parametrize("codec", CODECS)
def test_no_codec_changes_what_is_read(codec: str) -> None:
    said = f"application/x-www-form-urlencoded; charset={codec}"
    in_parts = b'--x\r\nContent-Disposition: form-data; name="value"\r\n\r\n\xc3\xbc\r\n--x--\r\n'
    for request in (read(said, b"value=%C3%BC"), read(f"{PARTS}; charset={codec}", in_parts)):
        assert request.GET["next"] == "/aü"
        assert request.POST["value"] == "ü"


@given(
    st.sampled_from(["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]),
    st.lists(
        st.sampled_from(
            [*UNREADABLE, ";", "boundary=x", "boundary", "charset=", "=", '"', "*", " "]
        )
        | st.text(st.characters(max_codepoint=255), max_size=5)
    ),
)
def test_no_content_type_makes_reading_fail(media_type: str, rest: list[str]) -> None:
    request = read(f"{media_type};{''.join(rest)}", b"value=1")
    assert request.GET["next"] == "/aü"
    # Django answers this error with the page for a request that cannot be understood.
    with suppress(MultiPartParserError):
        assert request.POST.get("value") in (None, "1")


def ask(address: str, content_type: str) -> tuple[int, bytes]:
    """The status and the page that a web server is given."""
    statuses: list[int] = []

    def start_response(status: str, _headers: list[tuple[str, str]], *_rest: Any) -> Any:
        statuses.append(int(status[:3]))

    path, _, query = address.partition("?")
    environ: WSGIEnvironment = {"PATH_INFO": path, "QUERY_STRING": query}
    environ |= {"CONTENT_TYPE": content_type, "HTTP_COOKIE": "sessionid=a-session-of-nobody"}
    setup_testing_defaults(environ)
    answer = in_utf8(get_wsgi_application())(environ, start_response)
    return statuses[0], b"".join(answer)


# A server's requests give up connections that may have gone bad, so no transaction may be open.
in_real_transactions = pytest.mark.django_db(transaction=True)


@in_real_transactions
def test_a_page_comes_whatever_the_content_type() -> None:
    engage("someone")
    for content_type in (*UNREADABLE, ""):
        status, page = ask("/sign-in/?next=/a", content_type)
        assert status == HTTPStatus.OK
        assert b'name="next" value="/a"' in page


@in_real_transactions
def test_the_page_for_a_bad_request_comes_too() -> None:
    engage("someone")
    for content_type in UNREADABLE:
        status, page = ask(f"/sign-in/?next=/a{'&a=1' * 1200}", content_type)
        assert status == HTTPStatus.BAD_REQUEST
        assert b"Bad request" in page


@in_real_transactions
def test_the_page_for_our_own_mistakes_comes_too() -> None:
    def fail(*_statement: object) -> None:
        raise RuntimeError("a bug")

    for content_type in UNREADABLE:
        with connection.execute_wrapper(fail):
            status, page = ask("/?next=/a", content_type)
        assert status == HTTPStatus.INTERNAL_SERVER_ERROR
        assert b"Something went wrong" in page
