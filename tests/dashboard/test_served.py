"""The dashboard as a web server runs it, asked over a socket."""

import re
import socket
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests.dashboard.test_content_type import UNREADABLE
from tests.installation import Installation

pytestmark = pytest.mark.process

SECONDS = 30
FORM = "application/x-www-form-urlencoded"
Headers = dict[str, str]


@pytest.fixture
def served(installation: Installation) -> Iterator[HTTPConnection]:
    """A connection to gunicorn, which is given a socket that listens already.

    There is an account: where nobody has one yet, every way leads to the first.
    """
    installation.succeed("create_user", "someone@example.com", stdin=b"a lantern on the pier")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor = listening.fileno()
        options = ["--bind", f"fd://{descriptor}", "--no-control-socket", "--log-level", "warning"]
        server = installation.start(
            *("-m", "gunicorn", "dashboard.wsgi", *options),
            pass_fds=[descriptor],
            stderr=subprocess.PIPE,
        )
        with server:
            connection = HTTPConnection("127.0.0.1", listening.getsockname()[1], timeout=SECONDS)
            try:
                yield connection
            finally:
                connection.close()
                server.terminate()
            assert server.stderr is not None
            said = server.stderr.read().decode()
            assert server.wait(SECONDS) == 0
    assert "Traceback" not in said


def ask(
    served: HTTPConnection, method: str, address: str, headers: Headers, sent: str = ""
) -> tuple[int, str, str]:
    """The status, the cookie that is set, and the page."""
    served.request(method, address, body=sent.encode(), headers=headers)
    answer = served.getresponse()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    return answer.status, cookie, answer.read().decode()


def test_no_content_type_makes_a_page_fail(served: HTTPConnection) -> None:
    for content_type in UNREADABLE:
        headers = {"Content-Type": content_type}
        status, _, page = ask(served, "GET", "/sign-in/?next=/a", headers)
        assert (status, 'name="next" value="/a"' in page) == (200, True)
        status, _, page = ask(served, "POST", "/sign-in/?next=/a", headers, "login=a")
        assert (status, "Bad request" in page) in [(403, False), (400, True)]
        status, _, page = ask(served, "GET", f"/sign-in/?a{'&a' * 1200}", headers)
        assert (status, "Bad request" in page) == (400, True)


@pytest.mark.parametrize("charset", ["utf-16", "rot13"])
def test_a_form_is_read_as_utf8_whatever_it_says(served: HTTPConnection, charset: str) -> None:
    _, cookie, page = ask(served, "GET", "/sign-in/", {})
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    typed = {"login": "ü@example.com", "password": "wrong", "csrfmiddlewaretoken": token[1]}
    headers = {"Content-Type": f"{FORM}; charset={charset}", "Cookie": cookie}
    status, _, page = ask(served, "POST", "/sign-in/?next=/a", headers, urlencode(typed))
    assert status == 200
    assert 'value="ü@example.com"' in page


def test_a_large_file_that_nobody_may_send_gets_its_answer(served: HTTPConnection) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for address in ("/import/", "/universes/1/servers/publish/"):
        status, _, _ = ask(served, "POST", address, headers, "x" * 9_000_000)
        assert status == 302
