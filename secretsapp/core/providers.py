"""Providers of single sign-on as the operator set them up, and whom they say that someone is."""

from dataclasses import dataclass, field

from secretsapp.core.errors import SealroomError

# An address that a provider vouches for is believed only where both are true: see `vouches_for`.
SCOPES = ("openid", "profile", "email")


class SignOnRefused(SealroomError):
    """What came from a provider proves nothing, or nothing came from it: nobody was signed in."""


@dataclass(frozen=True)
class Provider:
    """A provider that speaks OpenID Connect; `id` stands in addresses, `name` on pages.

    It is trusted for the addresses of `trusted_domains`: these it may connect to their accounts.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = SCOPES
    trusted_domains: frozenset[str] = frozenset()

    def vouches_for(self, claims: "Claims") -> bool:
        """Whether its word is enough that someone is who reads mail to the address they have."""
        _local, _at, domain = claims.address.rpartition("@")
        return claims.is_verified and domain.lower() in self.trusted_domains


@dataclass(frozen=True)
class Claims:
    """Whom a provider says that someone is: verified, and nothing more of what it says.

    `shown` is how people know which of their accounts it is; `signed_in_at` is when they proved it
    there, in seconds, where that is told.
    """

    issuer: str
    subject: str
    shown: str
    address: str = ""
    is_verified: bool = False
    signed_in_at: int | None = None
