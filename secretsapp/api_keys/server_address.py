"""What the guide and a trial show beside Roblox's answers: the address that this server has."""

from dataclasses import dataclass

from django.conf import settings

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.opencloud.own_address import as_cidr, own_address
from secretsapp.rules.policy import require_installation


@dataclass(frozen=True)
class ServerAddress:
    """The address from which Roblox sees this server come; `address` is empty if not known."""

    address: str

    @property
    def cidr(self) -> str:
        """As the list of an API key takes it."""
        return as_cidr(self.address) if self.address else ""

    @property
    def advice(self) -> str:
        """What to do about the list of addresses, as a sentence."""
        if self.address:
            return (
                f"This server’s address is {self.address}: add {self.cidr} to the key’s "
                "accepted IP addresses."
            )
        return (
            "Sealroom can’t tell which address Roblox sees. Ask the person who runs this "
            "server, or run “curl -4 https://icanhazip.com” on it. Add that address, "
            "followed by /32, to the key’s accepted IP addresses."
        )


def server_address(actor: Actor) -> ServerAddress:
    """The address that was set, or else the one that can be told for sure; behind a proxy: none."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    if settings.SERVER_ADDRESS:
        return ServerAddress(settings.SERVER_ADDRESS)
    if settings.OPEN_CLOUD_PROXY:
        return ServerAddress("")
    return ServerAddress(own_address(settings.OPEN_CLOUD_URL))
