"""The networks that one stranger may have all of."""

import pytest

from secretsapp.core.networks import networks_around


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("192.0.2.7", ("192.0.2.7",)),
        (
            "2001:db8:1:2ff3::7",
            ("2001:db8:1:2ff3::/64", "2001:db8:1:2f00::/56", "2001:db8:1::/48"),
        ),
        ("::1", ("::/64", "::/56", "::/48")),
        ("", ("",)),
        ("no address", ("no address",)),
    ],
)
def test_networks_stand_around_an_address_the_narrowest_first(
    address: str, networks: tuple[str, ...]
) -> None:
    assert networks_around(address) == networks
