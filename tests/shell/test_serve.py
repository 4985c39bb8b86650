"""`manage.py serve`: where it listens; what it serves is asked in tests/dashboard/test_proxy.py."""

import pytest

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
