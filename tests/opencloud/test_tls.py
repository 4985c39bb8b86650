"""TLS: only who proves to be Roblox gets a request, and a broken line repeats no write."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from cryptography.x509 import DNSName

from emulator import Emulator
from secretsapp.core.plaintext import Plaintext
from secretsapp.opencloud.answers import NothingSent, OpenCloudError, Unknown, Unusable
from secretsapp.opencloud.client import Client, Timeouts
from tests.core.chains import chain_of
from tests.opencloud.calls import KEY, UNIVERSE_ID, UNREADABLE
from tests.opencloud.certificates import write_certificate
from tests.opencloud.wires import RawServer, drips, sends

EMPTY_LIST = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"secrets": []}'
# An encrypted record as TLS frames it, whose content no key ever made.
FORGED_RECORD = b"\x17\x03\x03\x00\x40" + b"\x00" * 64


def forge(connection: socket.socket) -> None:
    """Send a forged record below the encryption."""
    os.write(connection.fileno(), FORGED_RECORD)


def write(client: Client) -> object:
    """A write."""
    return client.create_secret(UNIVERSE_ID, "NEW", UNREADABLE, "")


def read(client: Client) -> object:
    """A read."""
    return client.list_secrets(UNIVERSE_ID)


def failure_of(url: str, call: Callable[[Client], object]) -> OpenCloudError:
    """How the call fails; nothing that holds the request hangs on the error."""
    with Client(url, Plaintext(KEY.encode())) as client:
        with pytest.raises(OpenCloudError) as failure:
            call(client)
        assert list(chain_of(failure.value)) == [failure.value]
        return failure.value


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts yet."""
    return write_certificate(tmp_path / "certificate.pem")


@pytest.fixture
def trusted_certificate(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that requests trusts, as it does those that it is shipped with."""
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(certificate))
    return certificate


def test_a_trusted_host_is_spoken_to(trusted_certificate: Path) -> None:
    with (
        RawServer(sends(EMPTY_LIST), trusted_certificate) as server,
        Client(server.url, Plaintext(KEY.encode())) as client,
    ):
        assert client.list_secrets(UNIVERSE_ID) == []
    assert KEY.encode() in server.requests[0]


@pytest.mark.parametrize("call", [read, write])
def test_a_host_that_nobody_vouches_for_gets_no_request(
    certificate: Path, call: Callable[[Client], object]
) -> None:
    with RawServer(sends(EMPTY_LIST), certificate) as server:
        assert type(failure_of(server.url, call)) is NothingSent
    assert server.requests == []


def test_a_certificate_bundle_of_the_environment_vouches_for_nobody(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(certificate))
    with RawServer(sends(EMPTY_LIST), certificate) as server:
        assert type(failure_of(server.url, write)) is NothingSent
    assert server.requests == []


def test_a_certificate_of_another_host_gets_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_certificate(tmp_path / "other.pem", DNSName("other.example.com"))
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(other))
    with RawServer(sends(EMPTY_LIST), other) as server:
        assert type(failure_of(server.url, write)) is NothingSent
    assert server.requests == []


@pytest.mark.parametrize(("call", "kind"), [(read, Unusable), (write, Unknown)])
def test_a_line_that_breaks_after_sending_is_unknown_and_nothing_is_repeated(
    trusted_certificate: Path, call: Callable[[Client], object], kind: type[OpenCloudError]
) -> None:
    with RawServer(forge, trusted_certificate) as server:
        assert type(failure_of(server.url, call)) is kind
    assert len(server.requests) == 1


def test_a_line_that_is_cut_repeats_no_write(trusted_certificate: Path) -> None:
    with RawServer(sends(), trusted_certificate) as server:
        assert type(failure_of(server.url, write)) is Unknown
    assert len(server.requests) == 1


def test_a_deadline_holds_under_tls_too(trusted_certificate: Path) -> None:
    timeouts = Timeouts(answer=0.2)
    with (
        RawServer(drips(b"HTTP/1.1 200 OK\r\n\r\n", b" "), trusted_certificate) as server,
        Client(server.url, Plaintext(KEY.encode()), timeouts=timeouts) as client,
    ):
        with pytest.raises(Unknown):
            write(client)
        assert server.hung_up.wait(10)


def test_a_host_that_does_not_speak_tls_is_not_said_to_have_refused(emulator: Emulator) -> None:
    failure = failure_of(emulator.url.replace("http://", "https://"), write)
    assert isinstance(failure, NothingSent | Unknown)
    assert emulator.requests == []
