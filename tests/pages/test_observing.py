"""Each request has an id, and one line for machines in which its path does not stand."""

import ipaddress
import logging
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from secretsapp.adapters import logs
from secretsapp.home import overview
from secretsapp.models import Universe
from secretsapp.web.observing import HEADER
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body
from tests.stage import Cast

pytestmark = pytest.mark.django_db

PROXY, ELSEWHERE = "10.0.0.1", "192.0.2.7"
GIVEN = "0123-abcd_EFGH"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[logging.LogRecord]]:
    """The lines that are for machines alone, so far."""
    caplog.set_level("INFO", "secretsapp.requests")
    return lambda: [each for each in caplog.records if each.name == "secretsapp.requests"]


@pytest.mark.parametrize(
    ("peer", "given", "believed"),
    [
        (PROXY, GIVEN, True),
        (ELSEWHERE, GIVEN, False),
        (PROXY, "short", False),
        (PROXY, "x" * 65, False),
        (PROXY, "12345678\n", False),
        (PROXY, "12345678 <b>", False),
        (PROXY, "", False),
    ],
)
def test_an_id_is_believed_from_trusted_proxies_alone(
    settings: Settings, peer: str, given: str, believed: bool
) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
    answer = Client(REMOTE_ADDR=peer).get("/sign-in/", headers={HEADER: given})
    assert (answer.headers[HEADER] == given) == believed
    assert 8 <= len(answer.headers[HEADER]) <= 64


def test_two_requests_have_two_ids() -> None:
    first, second = (Client().get("/sign-in/").headers[HEADER] for _ in range(2))
    assert first != second


def test_a_line_says_who_asked_for_which_page_and_not_its_path(
    client_for: ClientFor, cast: Cast, address_of: AddressOf, lines: Callable[[], list[object]]
) -> None:
    client_for("rotator").get(address_of("secret", "PAY_KEY"), {"q": "word"})
    (line,) = lines()
    assert isinstance(line, logging.LogRecord)
    told = {name: vars(line)[name] for name in logs.FIELDS}
    assert told.pop("duration_ms") > 0
    person = cast["rotator"].user.pk
    assert told == {"method": "GET", "route": "secret", "status": 200, "person": person}


def test_a_made_up_method_and_address_are_not_repeated(
    db: None, lines: Callable[[], list[object]]
) -> None:
    Client().generic("MARKER", "/marker/")
    (line,) = lines()
    assert (vars(line)["method"], vars(line)["route"]) == ("other", None)
    assert "marker" not in repr(vars(line)).lower()


def test_what_is_logged_on_the_way_says_which_request_it_was(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, seen = client_for("admin"), []
    whole = overview.compose_overview

    def look(*given: object) -> object:
        seen.append(logs.known())
        return whole(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(overview, "compose_overview", look)
    answer = client.get("/")
    assert seen == [{"request_id": answer.headers[HEADER]}]
    assert logs.known() == {}


def for_people(caplog: pytest.LogCaptureFixture) -> str:
    """What was logged, as a person reads it."""
    return "\n".join(map(logs.PeopleFormatter().format, caplog.records))


def failing(*_arguments: object) -> None:
    """A bug."""
    raise RuntimeError("marker")


def test_a_request_that_fails_leaves_nothing_to_the_next(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    client = client_for("admin")
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    monkeypatch.setattr(overview, "compose_overview", failing)
    with pytest.raises(RuntimeError):
        client.get("/")
    assert logs.known() == {}


def test_the_page_for_our_own_mistake_shows_the_id_that_the_log_has(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_for("admin")
    client.raise_request_exception = False
    monkeypatch.setattr(overview, "compose_overview", failing)
    answer = client.get("/")
    request_id = answer.headers[HEADER]
    assert answer.status_code == 500
    assert f"Request ID: <code>{request_id}</code>" in body(answer)
    written = for_people(caplog)
    assert f"Internal Server Error: / [request {request_id}]\n" in written
    assert written.endswith("RuntimeError")
    assert "marker" not in written


def test_what_django_says_after_the_request_has_its_id_too(
    universe: Universe, client_for: ClientFor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "django.request")
    answer = client_for("stranger").get(f"/universes/{universe.pk}/")
    assert answer.status_code == 404
    assert f" [request {answer.headers[HEADER]}]" in for_people(caplog)
