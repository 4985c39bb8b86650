"""The audit log whose events someone has edited: shown as what they are, and never in the way."""

import pytest
from django.db import connection

from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import words
from tests.pages.reading_log import newest_event
from tests.support.database import edit_newest


@pytest.mark.parametrize("detail", ["{", "[]", '{"domain": 7}', r'{"domain": "\ud800"}'])
def test_an_edited_event_is_shown_as_one(
    client_for: ClientFor, address_of: AddressOf, detail: str
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    edit_newest("detail", detail)
    for address in ("/audit/", address_of("secret", "PAY_KEY")):
        answer = client_for("admin").get(address)
        assert answer.status_code == 200
        assert "rotator@example.com did something that can’t be read" in words(answer)
    assert "secret.rotate.succeeded" in words(newest_event(client_for("admin")))


def test_an_event_whose_time_was_edited_is_shown_as_one(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite can hold a time that is none.")
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    edit_newest("time", "garbage")
    page = words(client_for("admin").get("/audit/"))
    assert "did something that can’t be read" in page
    assert "Unreadable time" in page


def test_a_log_that_cannot_be_read_says_what_names_the_event(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    # Each engine can hold a time that Python cannot read.
    edit_newest("time", "2020-13-45 00:00:00" if connection.vendor == "sqlite" else "infinity")
    answer = client_for("admin").get("/audit/")
    assert answer.status_code == 503
    assert "Run `manage.py verify_audit` to find it." in words(answer)


@pytest.mark.parametrize("universe_id", ["x", "-5", "9" * 20])
def test_an_edited_universe_id_leads_nowhere(
    client_for: ClientFor, address_of: AddressOf, universe_id: str
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    edit_newest("universe_id", universe_id)
    assert client_for("admin").get("/audit/").status_code == 200
