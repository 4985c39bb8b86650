"""The dashboard as a container serves it, behind the proxy that stands in front of it there."""

import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import yaml

from secretsapp.management.serving import THREADS
from tests.installation import ROOT, Installation, open_copy
from tests.proxied import adapt, proxied
from tests.served import (
    FORM,
    HOST,
    SECONDS,
    Answer,
    Headers,
    answer,
    free_ports,
    serving,
)

pytestmark = pytest.mark.process

EMAIL = "someone@example.com"
PASSWORD = "a lantern on the pier"
# Of a request that comes from this machine, someone says that it came from there.
ELSEWHERE = "203.0.113.9"
# Well below the time after which the proxy gives a slow request up.
AT_ONCE_SECONDS = 10
LIMIT = 128 * 1024
FILE = '--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
SLOW_FORMS = {
    "short": f"Content-Type: {FORM}\r\nContent-Length: 1000\r\n\r\nlogin=",
    "as long as can be": (
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {LIMIT + 1}\r\n\r\n"
        + FILE.ljust(LIMIT, "a")
    ),
}


@dataclass(frozen=True)
class Site:
    """The dashboard behind its proxy: the ports of both, and who vouches for the certificate."""

    installation: Installation
    server: int
    https: int
    http: int
    authority: Path

    def ask(self, method: str, path: str, headers: Headers | None = None, sent: str = "") -> Answer:
        """Ask as a browser does."""
        trust = ssl.create_default_context(cafile=str(self.authority))
        connection = HTTPSConnection("localhost", self.https, timeout=SECONDS, context=trust)
        return answer(connection, method, path, headers or {}, sent)

    def sign_in(self, password: str, headers: Headers) -> Answer:
        """Fill in the form."""
        form = self.ask("GET", "/sign-in/")
        typed = {"login": EMAIL, "password": password, "csrfmiddlewaretoken": form.token}
        sent = {"Content-Type": FORM, "Cookie": form.cookies, "Referer": f"{self.url}/sign-in/"}
        return self.ask("POST", "/sign-in/", sent | headers, urlencode(typed))

    @contextmanager
    def signing_in_slowly(self, rest: str, count: int) -> Iterator[None]:
        """So many forms on their way of which only the beginning is sent."""
        begun = (
            f"POST /sign-in/ HTTP/1.1\r\nHost: localhost:{self.https}\r\n"
            f"Cookie: {self.ask('GET', '/sign-in/').cookies}\r\nReferer: {self.url}/sign-in/\r\n"
        )
        trust = ssl.create_default_context(cafile=str(self.authority))
        with ExitStack() as opened:
            for _ in range(count):
                plain = socket.create_connection((HOST, self.https), timeout=SECONDS)
                wrapped = trust.wrap_socket(plain, server_hostname="localhost")
                opened.enter_context(wrapped).sendall(f"{begun}{rest}".encode())
            yield

    @property
    def url(self) -> str:
        """The address that people type."""
        return f"https://localhost:{self.https}"


@pytest.fixture(scope="module")
def installed(
    installation_template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation with an admin, whose Roblox is away."""
    data_dir = tmp_path_factory.mktemp("served") / "data"
    with open_copy(installation_template, data_dir, "http://127.0.0.1:9") as opened:
        piped = f"{PASSWORD}\n".encode()
        opened.succeed("create_user", EMAIL, "--admin", stdin=piped)
        yield opened


def wait_for_certificate(site: Site) -> None:
    """Wait until the proxy, which listens already, has made its certificate."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            site.ask("GET", "/healthz")
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def with_settings(installation: Installation, **settings: str) -> Installation:
    """The installation under settings of its own."""
    return replace(installation, environment=installation.environment | settings)


@pytest.fixture(scope="module")
def site(installed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The dashboard behind its proxy."""
    server, https, http = free_ports(3)
    url = f"https://localhost:{https}"
    opened = with_settings(
        installed, SITE_URL=url, TRUSTED_PROXIES=HOST, METRICS_TOKEN="a-token-for-monitoring"
    )
    home = tmp_path_factory.mktemp("proxy")
    with serving(opened, server), proxied(home, url, server, http) as authority:
        site = Site(opened, server, https, http, authority)
        wait_for_certificate(site)
        yield site


def test_people_are_led_to_https(site: Site) -> None:
    said = answer(HTTPConnection(HOST, site.http), "GET", "/people/", {"Host": "localhost"})
    assert (said.status, said.headers["Location"]) == (308, "https://localhost/people/")


def test_people_sign_in_through_the_proxy(site: Site) -> None:
    said = site.sign_in(PASSWORD, {})
    assert (said.status, said.headers["Location"]) == (302, "/")
    assert "__Host-sessionid=" in said.cookies
    page = site.ask("GET", "/", {"Cookie": said.cookies, "Accept-Encoding": "identity"})
    assert (page.status, EMAIL in page.page) == (200, True)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_a_client_says_of_its_way_is_not_believed(site: Site) -> None:
    said = {"X-Forwarded-For": ELSEWHERE, "X-Forwarded-Proto": "http", "X-Request-Id": "chosen-id"}
    tried = site.sign_in("not the password", said)
    assert tried.status == 200
    assert tried.headers["X-Request-Id"] != "chosen-id"
    query = "SELECT address FROM secretsapp_auditevent WHERE tag = 'person.sign_in_failed'"
    assert site.installation.rows(query) == [(HOST,)]


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_monitoring_is_on_the_inside_alone(site: Site, path: str) -> None:
    inside = answer(HTTPConnection(HOST, site.server), "GET", path, {"Host": "localhost"})
    assert inside.status in {401, 503}
    for way in (path, f"{path}?a=1", f"/%{ord(path[1]):x}{path[2:]}", f"{path}/"):
        outside = site.ask("GET", way)
        assert (way, outside.status, outside.page) == (way, 404, "")


def test_what_is_too_large_is_refused_by_the_proxy(site: Site) -> None:
    said = site.ask("POST", "/sign-in/", {"Content-Type": FORM}, "a" * 200_000)
    assert (said.status, said.page) == (413, "")
    assert site.ask("POST", "/sign-in/", {"Content-Type": FORM}, "a" * 60_000).status == 403


def test_the_proxy_lets_a_file_pass_that_can_be_imported(site: Site) -> None:
    sent = {"Content-Type": "multipart/form-data; boundary=b"}
    # It came through, to be refused for who isn’t signed in.
    assert site.ask("POST", "/import/", sent, FILE.ljust(1_100_000, "a")).status == 302
    said = site.ask("POST", "/import/", sent, FILE.ljust(3_000_000, "a"))
    assert (said.status, said.page) == (413, "")


def test_the_proxy_lets_a_place_pass_that_can_be_published(site: Site) -> None:
    sent = {"Content-Type": "multipart/form-data; boundary=b"}
    publish = "/universes/5/servers/publish/"
    assert site.ask("POST", publish, sent, FILE.ljust(10_600_000, "a")).status == 302
    # The proxy takes the first quarter of a megabyte, and waits for it, before it refuses the rest.
    announced = {"Content-Length": "12000000"}
    said = site.ask("POST", publish, sent | announced, FILE.ljust(300_000, "a"))
    assert (said.status, said.page) == (413, "")


@pytest.mark.parametrize("rest", SLOW_FORMS.values(), ids=SLOW_FORMS)
def test_forms_that_come_slowly_keep_nobody_waiting(site: Site, rest: str) -> None:
    with site.signing_in_slowly(rest, count=THREADS + 8):
        begun = time.monotonic()
        assert [site.ask("GET", "/sign-in/").status for _ in range(3)] == [200] * 3
        assert time.monotonic() - begun < AT_ONCE_SECONDS


def test_the_caddyfile_of_the_documents_guards_as_ours_does(tmp_path: Path) -> None:
    documents = (ROOT / "docs" / "operations.md").read_text()
    (theirs,) = re.findall(r"^```\n(\{\n\tservers .*?)^```", documents, re.DOTALL | re.MULTILINE)
    ours = (ROOT / "Caddyfile").read_text()
    assert guards(adapt(tmp_path, theirs, "")) == guards(adapt(tmp_path, ours, "https://localhost"))


def guards(adapted: str) -> set[str]:
    """What a configuration of Caddy says against strangers."""
    numbers = r'"(?:read|read_header|write|idle)_timeout":\d+|"(?:max|request)_\w+":\d+'
    lists = r'"(?:X-Request-Id|path)":\[[^]]*\]|"pattern":"[^"]*"'
    return set(re.findall(f"{numbers}|{lists}", adapted))


def test_the_proxys_own_check_is_answered_on_its_loopback() -> None:
    """The address of the health check in docker-compose.yml is one that the Caddyfile serves."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    asked = urlsplit(compose["services"]["proxy"]["healthcheck"]["test"][-1])
    caddyfile = (ROOT / "Caddyfile").read_text()
    assert f"\nhttp://{asked.netloc} {{\n\tbind {asked.hostname}\n" in caddyfile


def test_nobody_on_this_machine_can_say_that_a_request_came_over_https(
    installed: Installation,
) -> None:
    opened = with_settings(installed, SITE_URL="https://localhost", TRUSTED_PROXIES="192.0.2.1")
    (port,) = free_ports(1)
    with serving(opened, port):
        headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
        said = answer(HTTPConnection(HOST, port), "GET", "/sign-in/", headers)
    assert (said.status, said.headers["Location"]) == (301, "https://localhost/sign-in/")
