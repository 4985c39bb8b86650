"""The calls of the client by name, so that tests can do the same to each of them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from emulator import Emulator, Universe
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import PublicKey, Sealed, seal
from secretsapp.opencloud.answers import OpenCloudError
from secretsapp.opencloud.client import Client
from tests.core.chains import chain_of

UNIVERSE_ID = 6930499524
KEY = "the-key-of-the-automation-account"
OLD_VALUE = b"the old value"
NEW_VALUE = b"the new value"

# Nobody opens this one.
LONG_AGO = datetime(2026, 11, 21, tzinfo=UTC)
UNREADABLE = Sealed("box", "1", fingerprint="0" * 64, asked_at=LONG_AGO, sealed_at=LONG_AGO)

Call = Callable[[Client, Universe], object]


def sealed_for(universe: Universe, value: bytes = NEW_VALUE) -> Sealed:
    """A value sealed with the universe's key of now, without asking for it."""
    pair = universe.key_pair
    return seal(Plaintext(value), PublicKey.from_base64(pair.public_key, pair.key_id))


def create(client: Client, universe: Universe) -> object:
    """Create a secret that is not there."""
    return client.create_secret(universe.id, "NEW", sealed_for(universe), "new.example.com")


def update(client: Client, universe: Universe) -> object:
    """Replace the secret that is there."""
    return client.update_secret(universe.id, "OLD", sealed_for(universe), "new.example.com")


def delete(client: Client, universe: Universe) -> None:
    """Delete the secret that is there."""
    client.delete_secret(universe.id, "OLD")


WRITES: dict[str, Call] = {"POST": create, "PATCH": update, "DELETE": delete}
BEFORE = {"OLD": OLD_VALUE}
AFTER = {
    "POST": {"OLD": OLD_VALUE, "NEW": NEW_VALUE},
    "PATCH": {"OLD": NEW_VALUE},
    "DELETE": {},
}

READS: dict[str, Call] = {
    "list_secrets": lambda client, universe: client.list_secrets(universe.id),
    "public_key": lambda client, universe: client.public_key(universe.id),
    "universe": lambda client, universe: client.universe(universe.id),
    "universe_of_place": lambda client, _universe: client.universe_of_place(111),
}


def failure_of(call: Call, client: Client, universe: Universe) -> OpenCloudError:
    """How the call fails; nothing that holds the request hangs on the error."""
    with pytest.raises(OpenCloudError) as failure:
        call(client, universe)
    assert list(chain_of(failure.value)) == [failure.value]
    return failure.value


def methods(emulator: Emulator) -> list[str]:
    """The methods of the requests that arrived."""
    return [request.method for request in emulator.requests]
