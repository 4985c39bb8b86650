"""`manage.py serve`: where it listens; what it serves is asked in tests/dashboard/test_proxy.py."""

from ipaddress import ip_network

import pytest
from pytest_django import Settings

from secretsapp.management import serving
from tests.shell.conftest import Shell


@pytest.mark.parametrize(
    ("typed", "bound"),
    [("0.0.0.0", "0.0.0.0:80"), ("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")],  # noqa: S104
)
def test_it_listens_on_an_address_of_this_machine(typed: str, bound: str) -> None:
    arguments = serving.web_server(80, host=serving.parse_host(typed))
    assert arguments[arguments.index("--bind") + 1] == bound


@pytest.mark.parametrize("host", ["everywhere", "", "localhost", "0.0.0.0:80"])
def test_an_address_must_be_one(shell: Shell, host: str) -> None:
    assert "such as 127.0.0.1, or 0.0.0.0 for all" in shell.refuse("serve", f"--host={host}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1"])  # noqa: S104
def test_others_come_by_a_proxy_or_not_at_all(shell: Shell, host: str) -> None:
    sentence = shell.refuse("serve", f"--host={host}")
    assert "without a proxy" in sentence
    assert "set its address in TRUSTED_PROXIES, or listen on 127.0.0.1." in sentence


def test_a_named_proxy_or_this_machine_alone_will_do(settings: Settings) -> None:
    for host in ("127.0.0.1", "[::1]", "127.9.9.9"):
        serving.check_proxied(host)
    settings.TRUSTED_PROXIES = [ip_network("192.0.2.10")]
    serving.check_proxied("0.0.0.0")  # noqa: S104
