"""The address from which Roblox sees this machine: told only where it is sure."""

import socket
import time

import pytest

from secretsapp.opencloud import own_address as module
from secretsapp.opencloud.own_address import as_cidr, is_global, own_address


def test_an_address_of_this_machine_or_its_network_is_not_told() -> None:
    assert own_address("http://127.0.0.1:8901") == ""
    assert own_address("https://[::1]") == ""


def test_a_global_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "getsockname", lambda _way: ("9.9.9.9", 1))
    assert own_address("http://127.0.0.1:8901") == "9.9.9.9"


def test_a_name_that_nobody_knows_leaves_it_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert own_address("https://apis.roblox.com") == ""


def test_a_look_up_that_hangs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_arguments: object, **_options: object) -> list[object]:
        time.sleep(0.5)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.01)
    began = time.monotonic()
    assert own_address("https://apis.roblox.com") == ""
    assert time.monotonic() - began < 0.4


@pytest.mark.parametrize(
    ("address", "expected"),
    [("9.9.9.9", True), ("2620:fe::fe", True), ("10.0.0.1", False), ("::1", False), ("", False)],
)
def test_only_addresses_of_the_internet_are_global(address: str, expected: bool) -> None:
    assert is_global(address) is expected


@pytest.mark.parametrize(
    ("address", "cidr"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:db8::7", "2001:db8::7/128"),
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("gateway.example.com", "gateway.example.com"),
    ],
)
def test_an_address_is_written_as_a_key_takes_it(address: str, cidr: str) -> None:
    assert as_cidr(address) == cidr
