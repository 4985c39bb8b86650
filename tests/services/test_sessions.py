"""Sessions are encrypted where they are stored, and one of another key signs nobody in."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from pytest_django import Settings

from secretsapp.core.errors import KeyTrouble
from secretsapp.services import sessions
from tests.services.rings import new_key, present_master_key, restart_with

pytestmark = pytest.mark.django_db


def stored_session(content: dict[str, str]) -> Session:
    """The row of a new session with that content."""
    store = SessionStore()
    store.update(content)
    store.create()
    return Session.objects.get(session_key=store.session_key)


def test_what_is_parked_in_a_session_is_not_in_the_table(marker: str) -> None:
    row = stored_session({"parked": marker})
    # What is compressed begins with a dot, and nothing encrypted grows smaller.
    assert not row.session_data.startswith(".")
    payload = signing.b64_decode(row.session_data.split(":")[0].encode())
    for text in (row.session_data.encode(), payload):
        assert marker.encode() not in text
        assert b"parked" not in text
    assert SessionStore(row.session_key)["parked"] == marker


@pytest.mark.usefixtures("cast")
def test_a_session_of_another_master_key_is_signed_out(
    client_for: Callable[[str], Client], settings: Settings
) -> None:
    client = client_for("viewer")
    assert "_auth_user_id" in client.session
    old = present_master_key(settings)
    restart_with(settings, new_key())
    assert "_auth_user_id" not in client.session
    restart_with(settings, new_key(), old)
    assert "_auth_user_id" in client.session


def test_a_blob_from_elsewhere_is_no_session(settings: Settings) -> None:
    row = stored_session({"parked": "something"})
    row.session_data = signing.dumps({"parked": "forged"}, salt="elsewhere")
    row.save()
    assert SessionStore(row.session_key).get("parked") is None


@pytest.mark.parametrize("blob", [b"", b"\x01", b"x" * 200])
def test_what_does_not_open_is_a_trouble_of_keys(blob: bytes) -> None:
    assert sessions.decrypt(sessions.encrypt(b"content")) == b"content"
    with pytest.raises(KeyTrouble):
        sessions.decrypt(blob)
