"""Where requests go: to the one address, by the proxy that was set, and nowhere else."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Emulator, Universe, faults
from secretsapp.core.plaintext import Plaintext
from secretsapp.opencloud.answers import NothingSent, Unknown, Unusable
from secretsapp.opencloud.client import Client
from tests.opencloud.calls import AFTER, BEFORE, KEY, READS, WRITES, Call, failure_of, methods
from tests.opencloud.wires import Listener

ROBLOX = "http://roblox.invalid"
CALLS: dict[str, Call] = {
    **READS,
    **WRITES,
    "introspect": lambda client, _universe: client.introspect(),
}


@pytest.fixture
def closed_port() -> Iterator[str]:
    """The address of a port that is taken and refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def client_of(url: str, proxy: str | None = None) -> Client:
    """A client of that address."""
    return Client(url, Plaintext(KEY.encode()), proxy=proxy)


@pytest.mark.parametrize("name", CALLS)
def test_without_a_connection_nothing_was_sent(
    closed_port: str, universe: Universe, name: str
) -> None:
    with client_of(closed_port) as client:
        assert type(failure_of(CALLS[name], client, universe)) is NothingSent


@pytest.mark.parametrize("name", CALLS)
def test_without_an_address_nothing_was_sent(
    universe: Universe, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def find_nothing(*_sought: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with client_of(ROBLOX) as client, monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", find_nothing)
        assert type(failure_of(CALLS[name], client, universe)) is NothingSent


@pytest.mark.parametrize(
    "problem",
    [
        TimeoutError("timed out"),
        OSError(errno.ENETUNREACH, "Network is unreachable"),
        OSError(errno.EHOSTUNREACH, "No route to host"),
    ],
)
@pytest.mark.parametrize("name", ["list_secrets", "POST"])
def test_when_no_connection_comes_about_nothing_was_sent(
    emulator: Emulator,
    universe: Universe,
    monkeypatch: pytest.MonkeyPatch,
    problem: OSError,
    name: str,
) -> None:
    def fail(*_target: object) -> None:
        raise problem

    with client_of(emulator.url) as client, monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", fail)
        assert type(failure_of(CALLS[name], client, universe)) is NothingSent


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_key_stays_here(
    client: Client, emulator: Emulator, universe: Universe, name: str, code: int
) -> None:
    with Listener() as elsewhere:
        emulator.inject(faults.redirect(elsewhere.url, code))
        failure = failure_of(CALLS[name], client, universe)
        assert not elsewhere.was_called()
    assert type(failure) is (Unknown if name in WRITES else Unusable)
    assert universe.values == BEFORE
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("name", CALLS)
def test_another_host_that_would_answer_sees_nothing(
    client: Client, emulator: Emulator, universe: Universe, name: str
) -> None:
    with Emulator() as elsewhere:
        elsewhere.add_api_key(KEY)
        elsewhere.add_universe(universe.id)
        emulator.inject(faults.redirect(elsewhere.url + "/universes/v1/places/111/universe"))
        failure_of(CALLS[name], client, universe)
        assert elsewhere.requests == []


@pytest.mark.parametrize("name", CALLS)
def test_proxies_of_the_environment_are_ignored(
    client: Client, universe: Universe, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with Listener() as proxy:
        for variable in ("http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, proxy.url)
        for variable in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(variable, raising=False)
        CALLS[name](client, universe)
        assert not proxy.was_called()


def test_passwords_of_the_environment_are_not_sent(
    client: Client,
    emulator: Emulator,
    universe: Universe,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for call in CALLS.values():
        call(client, universe)
    assert emulator.requests
    assert all("authorization" not in request.headers for request in emulator.requests)


def test_a_proxy_that_was_set_is_used(emulator: Emulator, universe: Universe) -> None:
    with client_of(ROBLOX, proxy=emulator.url) as client:
        WRITES["POST"](client, universe)
        assert len(client.list_secrets(universe.id)) == 2
    assert universe.values == AFTER["POST"]
    assert [request.headers["host"] for request in emulator.requests] == ["roblox.invalid"] * 2


@pytest.mark.parametrize("name", CALLS)
def test_a_proxy_that_cannot_be_reached_gets_nothing(
    closed_port: str, emulator: Emulator, universe: Universe, name: str
) -> None:
    with client_of(emulator.url, proxy=closed_port) as client:
        assert type(failure_of(CALLS[name], client, universe)) is NothingSent
    assert emulator.requests == []


@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_breaks_behind_a_proxy_is_unknown_and_sent_once(
    emulator: Emulator, universe: Universe, method: str
) -> None:
    emulator.inject(faults.cut_after())
    with client_of(ROBLOX, proxy=emulator.url) as client:
        assert type(failure_of(WRITES[method], client, universe)) is Unknown
    assert methods(emulator) == [method]


def test_a_proxy_that_wants_a_password_refuses(emulator: Emulator, universe: Universe) -> None:
    emulator.inject(faults.status(407))
    with client_of(ROBLOX, proxy=emulator.url) as client:
        failure = failure_of(WRITES["POST"], client, universe)
    assert str(failure) == "Roblox answered 407."
