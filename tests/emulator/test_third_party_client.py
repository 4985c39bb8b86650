"""A client that others wrote works against the emulator as it does against Roblox."""

from collections.abc import Iterator
from typing import Any

import pytest
import rblxopencloud

from emulator import Emulator, Universe, faults
from harness.detour import ROBLOX, Detour


@pytest.fixture
def experience(emulator: Emulator, universe: Universe, key: str) -> Iterator[Any]:
    """The client's own object for the universe."""
    session = rblxopencloud.http_session
    before, trusting = session.adapters.copy(), session.trust_env
    session.trust_env = False
    detour = Detour(emulator.url)
    for prefix in (f"{ROBLOX}/", "https://", "http://"):
        session.mount(prefix, detour)
    yield rblxopencloud.Experience(universe.id, api_key=key)
    detour.close()
    session.adapters, session.trust_env = before, trusting


def test_it_creates_lists_updates_and_deletes_a_secret(experience: Any, universe: Universe) -> None:
    created = experience.create_secret("PAYMENTS", "first, with ümläuts\n", domain="*.example.com")
    assert universe.values == {"PAYMENTS": "first, with ümläuts\n".encode()}
    assert universe.secrets["PAYMENTS"].domain == "*.example.com"
    assert created.created_at is not None

    (listed,) = experience.list_secrets()
    assert (listed.id, listed.domain) == ("PAYMENTS", "*.example.com")
    assert listed.updated_at == created.updated_at

    updated = experience.update_secret("PAYMENTS", b"second")
    assert universe.values == {"PAYMENTS": b"second"}
    assert universe.secrets["PAYMENTS"].domain == "*.example.com"
    assert updated.updated_at > created.updated_at

    listed.delete()
    assert universe.values == {}
    assert list(experience.list_secrets()) == []


def test_it_pages_by_ten_through_a_long_list(
    emulator: Emulator, experience: Any, universe: Universe
) -> None:
    names = [f"SECRET_{number:02}" for number in range(35)]
    for name in names:
        universe.put(name, b"value")
    assert [secret.id for secret in experience.list_secrets()] == names
    assert len(emulator.requests) == 4


def test_it_understands_the_refusals(
    emulator: Emulator, experience: Any, universe: Universe, key: str
) -> None:
    universe.put("PAYMENTS", b"value")
    with pytest.raises(rblxopencloud.Conflict):
        experience.create_secret("PAYMENTS", "another")
    with pytest.raises(rblxopencloud.NotFound):
        experience.delete_secret("MISSING")
    with pytest.raises(rblxopencloud.HttpException):
        experience.create_secret("WITH-DASH", "value")
    emulator.add_api_key(key, scopes=())
    with pytest.raises(rblxopencloud.Forbidden):
        experience.delete_secret("PAYMENTS")
    emulator.inject(faults.status(429))
    with pytest.raises(rblxopencloud.RateLimited):
        experience.delete_secret("PAYMENTS")
    assert universe.values == {"PAYMENTS": b"value"}


def test_its_cached_public_key_is_refused_once_it_is_stale(
    experience: Any, universe: Universe
) -> None:
    experience.create_secret("PAYMENTS", "first")
    universe.rotate_key_pair()
    with pytest.raises(rblxopencloud.HttpException):
        experience.update_secret("PAYMENTS", "second")
    assert universe.values == {"PAYMENTS": b"first"}


def test_it_reads_the_universe(experience: Any) -> None:
    found = experience.fetch_info()
    assert found.name == "Harbor"
    assert found.owner.id == 1234567
    assert found.root_place.id == 111
