"""A value that looks unintended is stopped once, and sent when somebody says that it is meant."""

import pytest

from emulator import Universe as EmulatedUniverse
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, value_shown, words
from tests.pages.test_changes import AGAIN, NEW


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("trailing\r\n", "It begins or ends with spaces or line breaks."),
        ("PAY_KEY=abc", "It looks like a line of a settings file: NAME=value."),
        ("Bearer abc", "It begins with Bearer."),
    ],
)
def test_what_looks_unintended_is_stopped_until_somebody_says_that_it_is_meant(
    client_for: ClientFor,
    address_of: AddressOf,
    harbor: EmulatedUniverse,
    typed: str,
    reason: str,
) -> None:
    client, address = client_for("editor"), address_of("secret_create")
    assert 'id="as-typed" hidden' in body(client.get(address))
    refused = client.post(address, NEW | {"value": typed})
    assert refused.status_code == 422
    assert f"Look at the value again. {reason}" in words(refused)
    assert "tick “Send it exactly as typed”" in words(refused)
    assert AGAIN not in words(refused)
    assert 'id="as-typed" hidden' not in body(refused)
    assert value_shown(refused) == ""
    assert "NEW_KEY" not in harbor.secrets

    meant = NEW | {"value": typed, "as_typed": "on"}
    other_error = client.post(address, meant | {"reach": ""})
    assert " checked" not in body(other_error)
    assert client.post(address, meant).status_code == 302
    assert harbor.values["NEW_KEY"] == typed.replace("\r\n", "\n").encode()


def test_letters_outside_ascii_are_only_told_of(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    sent = NEW | {"value": "größer 🔑"}
    assert client_for("editor").post(address_of("secret_create"), sent).status_code == 302
    assert harbor.values["NEW_KEY"] == "größer 🔑".encode()
