"""What holds for every answer: the policy, no caching, and errors that say what to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from django.db import DatabaseError, connection
from django.template.loader import render_to_string
from django.test import Client

from emulator import Emulator, faults
from secretsapp.models import AuditEvent
from secretsapp.templatetags import sealroom
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words

Execute = Callable[..., object]

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


def test_the_style_and_the_scripts_are_served_from_here(db: None) -> None:
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
    assert "There is no such page" in words(answer)


def test_the_largest_universe_id_is_only_not_found(client_for: ClientFor) -> None:
    answer = client_for("admin").get("/universes/9223372036854775807/")
    assert answer.status_code == 404
    assert "There is no such universe here" in words(answer)


def test_a_refusal_is_a_page_and_is_written_down(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    answer = client_for("viewer").get(address_of("secret_rotate", "PAY_KEY"))
    assert answer.status_code == 403
    assert "You may not rotate secrets on PAY_KEY." in words(answer)
    refused = AuditEvent.objects.get(tag="access.refused")
    assert (refused.actor_name, refused.secret_name) == ("viewer@example.com", "PAY_KEY")


def test_a_form_without_its_token_is_refused_in_words(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client = client_for("manager")
    client.handler.enforce_csrf_checks = True
    answer = client.post(address_of("secret_delete", "PAY_KEY"), {"typed": "PAY_KEY"})
    assert answer.status_code == 403
    assert "Go back, reload the page and fill it in again." in words(answer)


def test_a_request_that_is_too_large_is_refused_in_words(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    sent = {"value": "x" * 100_000}
    answer = client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), sent)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Nothing was done." in words(answer)


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


def test_an_answer_of_roblox_that_cannot_be_used_is_a_page(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator, marker: str
) -> None:
    emulator.inject(faults.html(), method="GET")
    answer = client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": marker})
    assert answer.status_code == HTTPStatus.BAD_GATEWAY
    assert "Roblox gave an answer that cannot be used, so nothing was done." in words(answer)
    assert marker.split()[1] not in body(answer)


def test_the_page_for_our_own_mistakes_needs_nothing() -> None:
    assert "Something went wrong" in render_to_string("500.html")


@pytest.mark.parametrize(
    ("seconds", "age"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (2 * 3600 + 5, "2 hours ago"),
        (86400, "1 day ago"),
        (45 * 86400, "1 month ago"),
        (800 * 86400, "2 years ago"),
    ],
)
def test_an_age_is_said_by_its_largest_unit(seconds: int, age: str) -> None:
    now = datetime(2026, 12, 3, 18, tzinfo=UTC)
    assert sealroom.age(now - timedelta(seconds=seconds), now) == age
