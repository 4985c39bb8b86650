"""A value that looks unintended is stopped once, and sent when someone says that it is meant."""

from urllib.parse import quote_from_bytes

import pytest
from django.http import HttpResponseBase
from django.test import Client

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Change
from tests.core.values import ASKED, PASSED, REFUSED
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, value_shown, words
from tests.pages.test_changes import AGAIN, NEW

FORM = "application/x-www-form-urlencoded"


def as_sent(text: str) -> str:
    """The text as a browser sends a textarea."""
    return text.replace("\n", "\r\n")


@pytest.mark.parametrize(("text", "why"), [*ASKED.items(), ("trailing\n", "starts or ends")])
def test_what_looks_unintended_is_stopped_until_someone_says_that_it_is_meant(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, text: str, why: str
) -> None:
    client, address = client_for("editor"), address_of("secret_create")
    assert 'id="as-typed" hidden' in body(client.get(address))
    refused = client.post(address, NEW | {"value": as_sent(text)})
    assert refused.status_code == 422
    assert "Check the value. It" in words(refused)
    assert why in words(refused)
    assert "tick “Use as typed”" in words(refused)
    assert AGAIN not in words(refused)
    assert 'id="as-typed" hidden' not in body(refused)
    assert value_shown(refused) == ""
    assert "NEW_KEY" not in harbor.secrets

    meant = NEW | {"value": as_sent(text), "as_typed": "on"}
    other_error = client.post(address, meant | {"reach": ""})
    assert " checked" not in body(other_error)
    assert client.post(address, meant).status_code == 302
    assert harbor.values["NEW_KEY"] == text.encode()


@pytest.mark.parametrize(("text", "why"), ASKED.items())
def test_a_rotation_is_stopped_by_the_same(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, text: str, why: str
) -> None:
    client, address = client_for("rotator"), address_of("secret_rotate", "PAY_KEY")
    before = harbor.values["PAY_KEY"]
    refused = client.post(address, {"value": as_sent(text)})
    assert (refused.status_code, harbor.values["PAY_KEY"]) == (422, before)
    assert why in words(refused)
    assert client.post(address, {"value": as_sent(text), "as_typed": "on"}).status_code == 302
    assert harbor.values["PAY_KEY"] == text.encode()


@pytest.mark.parametrize("role", ["editor", "rotator"])
@pytest.mark.parametrize(("sent", "why"), REFUSED.items())
def test_what_is_no_text_is_refused_whatever_someone_says(
    client_for: ClientFor,
    address_of: AddressOf,
    harbor: EmulatedUniverse,
    emulator: Emulator,
    role: str,
    sent: bytes,
    why: str,
) -> None:
    emulator.clear_requests()
    client = client_for(role)
    if role == "editor":
        refused = post_bytes(client, address_of("secret_create"), sent)
    else:
        refused = post_bytes(client, address_of("secret_rotate", "PAY_KEY"), sent)
    assert refused.status_code == 422
    # A browser has made text of the bytes before, as far as that went.
    assert why in words(refused) or "isn’t valid text" in words(refused)
    assert value_shown(refused) == ""
    assert not Change.objects.exists()
    assert not any(request.method == "POST" for request in emulator.requests)


def post_bytes(client: Client, address: str, value: bytes) -> HttpResponseBase:
    """Send these very bytes as a value that is said to be meant."""
    sent = f"name=NEW_KEY&reach=any&as_typed=on&value={quote_from_bytes(value)}"
    return client.generic("POST", address, sent, content_type=FORM)


@pytest.mark.parametrize("text", [*PASSED, "größer 🔑"])
def test_the_rest_arrives_byte_for_byte(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, text: str
) -> None:
    sent = NEW | {"value": as_sent(text)}
    assert client_for("editor").post(address_of("secret_create"), sent).status_code == 302
    assert harbor.values["NEW_KEY"] == text.encode()
