"""What holds for every answer: the policy, no caching, and errors that say what to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from pytest_django import Settings

from emulator import Emulator, faults
from secretsapp.core.actor import Actor
from secretsapp.core.errors import (
    NameTaken,
    OutcomeUnknown,
    RobloxBusy,
    RobloxUnreachable,
    RobloxUnusable,
    SealroomError,
    WrongKey,
)
from secretsapp.core.times import age as age_of
from secretsapp.home import overview
from secretsapp.models import AuditEvent, User
from secretsapp.people import own_account, sessions
from secretsapp.web import times
from secretsapp.web.templatetags import sealroom
from secretsapp.web.views.refusals import database_failed, failed
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast

Execute = Callable[..., object]
HTMX = {"HX-Request": "true"}

OPEN = ("/sign-in/", "/sign-in/disabled/", "/no-such-page/")
PAGES = ("home", "audit")
OF_UNIVERSE = ("universe", "secret_create")
OF_SECRET = ("secret", "secret_rotate", "secret_details", "secret_delete")


def is_guarded(headers: dict[str, str]) -> bool:
    """Whether an answer bears the strict policy and is kept nowhere."""
    policy = headers["Content-Security-Policy"]
    return (
        "script-src 'self'" in policy
        and "style-src 'self'" in policy
        and "unsafe" not in policy
        and headers["Cache-Control"] == "no-store"
    )


@pytest.mark.parametrize("role", ["admin", "viewer", "stranger"])
def test_every_answer_is_guarded(client_for: ClientFor, address_of: AddressOf, role: str) -> None:
    client = client_for(role)
    addresses = ["/", "/audit/", *(address_of(page) for page in OF_UNIVERSE)]
    addresses += [address_of(page, "PAY_KEY") for page in OF_SECRET]
    for answer in (client.get(address) for address in addresses):
        assert is_guarded(dict(answer.headers.items()))


@pytest.mark.parametrize("address", OPEN)
def test_answers_to_everybody_are_guarded_too(db: None, address: str) -> None:
    assert is_guarded(dict(Client().get(address).headers.items()))


def test_the_style_and_the_scripts_are_served_from_here(cast: Cast) -> None:
    page = body(Client().get("/sign-in/"))
    sources = [part.split('"')[0] for part in page.replace('src="', 'href="').split('href="')[1:]]
    files = [source for source in sources if source.startswith("/static/")]
    assert "/static/django_htmx/htmx-2.min.js" in files
    assert [status_of_file(file) for file in files] == [200] * len(files)


def status_of_file(address: str) -> int:
    """The status of a file, which is read to its end and closed."""
    answer = Client().get(address)
    assert answer.getvalue()
    answer.close()
    return answer.status_code


@pytest.mark.parametrize(
    "address",
    [
        "/universes/0/",
        "/universes/1e3/",
        "/universes/-1/",
        "/universes/9223372036854775808/",
        "/universes/99999999999999999999999/",
        "/universes/6930499524/secrets/PAY-KEY/",
        f"/universes/6930499524/secrets/{'N' * 65}/",
        "/universes/6930499524/secrets/%00/",
    ],
)
def test_an_address_that_cannot_be_is_not_found(client_for: ClientFor, address: str) -> None:
    answer = client_for("admin").get(address)
    assert answer.status_code == 404
    assert "This page doesn’t exist" in words(answer)


def test_the_largest_universe_id_is_only_not_found(client_for: ClientFor) -> None:
    answer = client_for("admin").get("/universes/9223372036854775807/")
    assert answer.status_code == 404
    assert "This universe isn’t in Sealroom" in words(answer)


def test_a_refusal_is_a_page_and_is_written_down(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    answer = client_for("viewer").get(address_of("secret_rotate", "PAY_KEY"))
    assert answer.status_code == 403
    page = words(answer)
    assert "You can’t rotate PAY_KEY You need the Rotator, Editor, Manager or Admin role." in page
    assert "Ask a manager" not in page
    refused = AuditEvent.objects.get(tag="access.refused")
    assert (refused.actor_name, refused.secret_name) == ("viewer@example.com", "PAY_KEY")


@pytest.mark.parametrize("htmx", [{}, HTMX])
def test_a_form_without_its_token_is_refused_in_words(
    client_for: ClientFor, address_of: AddressOf, htmx: dict[str, str]
) -> None:
    client = client_for("manager")
    client.handler.enforce_csrf_checks = True
    address = address_of("secret_delete", "PAY_KEY")
    answer = client.post(address, {"typed": "PAY_KEY"}, headers=htmx)
    assert answer.status_code == 403
    assert "Open the page again and fill in the form." in words(answer)
    assert f'href="{address}"' in body(answer)
    assert ("HX-Retarget" in answer.headers) == bool(htmx)


@pytest.mark.parametrize(
    ("address", "status"), [("/people/", 403), ("/universes/1/", 404), ("/no-such-page/", 404)]
)
def test_htmx_shows_a_refusal_above_the_page(
    client_for: ClientFor, address: str, status: int
) -> None:
    answer = client_for("viewer").get(address, headers=HTMX)
    assert answer.status_code == status
    assert answer.headers["HX-Retarget"] == "#notices"
    assert answer.headers["HX-Reselect"] == ".refusal"
    assert body(answer).count('class="refusal"') == 1


def test_htmx_puts_a_form_that_is_not_valid_where_it_was(client_for: ClientFor) -> None:
    answer = client_for("admin").get("/audit/", {"before": "x"}, headers=HTMX)
    assert answer.status_code == 422
    assert "HX-Retarget" not in answer.headers


def test_too_many_sign_ins_are_told_for_how_long_to_wait(cast: Cast, settings: Settings) -> None:
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client = Client()
    sent = {"login": "nobody@example.com", "password": "x"}
    answer = [client.post("/sign-in/", sent) for _ in range(2)][-1]
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert answer.headers["Retry-After"] == "60"
    assert "Wait 60 seconds, then try again." in words(answer)
    cache.clear()


def test_a_request_that_is_too_large_is_refused_in_words(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    sent = {"value": "x" * 100_000}
    answer = client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), sent)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Bad request" in words(answer)


def test_what_was_done_while_the_session_was_ended_is_not_denied(
    client_for: ClientFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(actor: Actor, person: User, name: str) -> None:
        done(actor, person, name)
        sessions.delete(person.sessions.all())

    done = own_account.rename
    monkeypatch.setattr(own_account, "rename", rename)
    client = client_for("viewer")
    client.get("/me/")
    answer = client.post("/me/", {"name": "Vera"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Sign in and check." in words(answer)
    assert User.objects.get(email="viewer@example.com").name == "Vera"


@contextmanager
def failing_at(*tables: str) -> Iterator[None]:
    """A database that fails at every statement about one of the tables."""

    def execute_or_fail(execute: Execute, sql: str, *rest: object) -> object:
        if any(table in sql for table in tables):
            raise DatabaseError("away")
        return execute(sql, *rest)

    with connection.execute_wrapper(execute_or_fail):
        yield


def test_a_database_that_fails_gives_a_page_without_asking_it(client_for: ClientFor) -> None:
    client = client_for("admin")
    with failing_at("secretsapp_universe", "secretsapp_grant"):
        answer = client.get("/")
    assert answer.status_code == 503
    assert "Try again in a moment." in words(answer)


def test_a_refusal_that_cannot_be_written_down_refuses_all_the_same(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client = client_for("viewer")
    with failing_at("secretsapp_audithead"):
        answer = client.get(address_of("secret_rotate", "PAY_KEY"))
    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(tag="access.refused").exists()


def test_an_answer_of_roblox_that_cannot_be_used_leaves_the_form(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator, marker: str
) -> None:
    emulator.inject(faults.html(), method="GET")
    address = address_of("secret_rotate", "PAY_KEY")
    answer = client_for("rotator").post(address, {"value": marker})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Roblox’s answer couldn’t be used, so nothing was changed." in words(answer)
    assert "Enter the value again: Sealroom never keeps it." in words(answer)
    assert 'id="sidebar"' in body(answer)
    assert marker.split()[1] not in body(answer)


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (
            RobloxBusy("Try again in 7 seconds.", retry_after=7),
            429,
            "Roblox’s rate limit is reached",
        ),
        (RobloxBusy("Try again in a minute."), 429, "Roblox’s rate limit is reached"),
        (RobloxUnreachable("Nothing was sent."), 502, "Couldn’t reach Roblox"),
        (RobloxUnusable("Nothing was sent."), 502, "Roblox’s answer couldn’t be used"),
        (OutcomeUnknown("It was sent."), 502, "Sent, outcome unknown"),
        (WrongKey("It does not open."), 503, "A key of this installation has a problem"),
        (NameTaken("It is taken."), 400, "Couldn’t save"),
    ],
)
def test_what_no_form_takes_up_is_a_page_that_says_so(
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    error: SealroomError,
    status: int,
    title: str,
) -> None:
    client = client_for("admin")
    monkeypatch.setattr(overview, "compose_overview", raising(error))
    answer = client.get("/")
    assert answer.status_code == status
    assert f"{title} {error}" in words(answer)
    waits = {"Try again in 7 seconds.": "7", "Try again in a minute.": "60"}
    assert answer.headers.get("Retry-After") == waits.get(str(error))


def raising(error: Exception) -> Callable[..., object]:
    """A function that always fails so."""

    def fail(*_arguments: object) -> object:
        raise error

    return fail


def test_a_refusal_is_told_also_where_the_frame_cannot_be_drawn(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for("admin")
    monkeypatch.setattr(sealroom, "compose_frame", raising(OperationalError()))
    answer = client.get("/universes/1/")
    assert answer.status_code == 404
    assert "This universe isn’t in Sealroom" in words(answer)


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (OperationalError(), 503, "The database isn’t responding"),
        (ValueError(), 500, "Something failed in Sealroom."),
    ],
)
def test_what_fails_before_any_view_is_a_page_too(
    rf: RequestFactory, error: Exception, status: int, sentence: str
) -> None:
    try:
        raise error
    except type(error):
        answer = failed(rf.get("/"))
    assert answer.status_code == status
    assert sentence in words(answer)


def test_trying_again_leads_to_no_other_host(rf: RequestFactory) -> None:
    request = rf.get("/", PATH_INFO="//other.example/x")
    answer = database_failed(request, OperationalError())
    assert 'href="/%2Fother.example/x">Try again</a>' in body(answer)


def test_the_page_for_our_own_mistakes_needs_nothing() -> None:
    assert "Something went wrong" in render_to_string("500.html")


@pytest.mark.parametrize(
    ("seconds", "age"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (2 * 3600 + 5, "2 hours ago"),
        (23 * 3600, "23 hours ago"),
        (86400, "yesterday"),
        (42 * 3600, "yesterday"),
        (43 * 3600, "1 day ago"),
        (48 * 3600, "2 days ago"),
        (13 * 86400, "1 week ago"),
        (45 * 86400, "1 month ago"),
        (800 * 86400, "2 years ago"),
    ],
)
def test_an_age_is_said_by_its_largest_unit(seconds: int, age: str) -> None:
    """At 18:00 the day before began 42 hours ago: what is older was not yesterday."""
    now = datetime(2026, 12, 3, 18, tzinfo=UTC)
    assert age_of(now - timedelta(seconds=seconds), now) == age


def test_a_day_above_events_is_said_as_people_say_it() -> None:
    with time_machine.travel("2026-12-03T18:00:00Z", tick=False):
        said = [times.day_words(date(2026, 12, day)) for day in (3, 2, 1)]
        assert said == ["Today", "Yesterday", "Tuesday, 1 December"]
        assert times.day_words(date(2025, 12, 3)) == "Wednesday, 3 December 2025"
