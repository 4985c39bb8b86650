"""Reads the providers of single sign-on; half of one is refused at start, in words."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dashboard import env
from dashboard.env import SettingError

if TYPE_CHECKING:
    from secretsapp.core.providers import Provider

# What a provider is described by: SSO_, its id in capitals, and one of these.
FIELDS = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME", "TRUSTED_DOMAINS")
_ID = re.compile("[a-z][a-z0-9_]{0,29}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
ROBLOX = "roblox"
_LONGEST_NAME = 40
_BAD_ID = (
    "SSO_PROVIDERS must be ids such as google, separated by commas: small letters, digits and _, "
    "a letter first."
)
_ROBLOX_ISSUER = "https://apis.roblox.com/oauth/"


def providers(ids: Sequence[str]) -> "tuple[Provider, ...]":
    """The providers with these ids, in this order; raises SettingError."""
    found = tuple(_provider(each) for each in ids)
    for what, several in (("id", [each.id for each in found]), ("issuer", [*_issuers(found)])):
        if len(set(several)) != len(several):
            raise SettingError(f"SSO_PROVIDERS has two providers of the same {what}. Remove one.")
    return found


def password_sign_in(is_on: bool, found: "Sequence[Provider]") -> bool:
    """Whether passwords sign people in; raises SettingError where nothing is left that does."""
    if not is_on and not found:
        raise SettingError(
            "PASSWORD_SIGN_IN is off, and SSO_PROVIDERS names nobody who signs people in. Set "
            "SSO_PROVIDERS, or remove PASSWORD_SIGN_IN."
        )
    return is_on


def _issuers(found: "Sequence[Provider]") -> list[str]:
    return [each.issuer.rstrip("/") for each in found]


def _provider(provider_id: str) -> "Provider":
    # Few installations have one, and every command reads the settings.
    from secretsapp.core.providers import SCOPES, Provider  # noqa: PLC0415

    if not _ID.fullmatch(provider_id):
        raise SettingError(_BAD_ID)
    begin = f"SSO_{provider_id.upper()}"
    is_roblox = provider_id == ROBLOX
    return Provider(
        id=provider_id,
        name=_name(f"{begin}_NAME", provider_id),
        issuer=_needed(begin, "ISSUER", env.https_url) if not is_roblox else _ROBLOX_ISSUER,
        client_id=_needed(begin, "CLIENT_ID", env.text),
        client_secret=_needed(begin, "CLIENT_SECRET", env.secret),
        # Roblox tells no address, and refuses to be asked for one.
        scopes=("openid", "profile") if is_roblox else SCOPES,
        trusted_domains=_domains(f"{begin}_TRUSTED_DOMAINS"),
    )


def _name(setting: str, provider_id: str) -> str:
    name = (env.text(setting) or provider_id.replace("_", " ").capitalize()).strip()
    if not name.isprintable() or len(name) > _LONGEST_NAME:
        raise SettingError(f"{setting} must be a short name in one line.")
    return name


def _needed(begin: str, what: str, read: Callable[[str], str | None]) -> str:
    found = read(f"{begin}_{what}")
    if not found:
        raise SettingError(f"SSO_PROVIDERS names a provider without {begin}_{what}. Set it.")
    return found


def _domains(name: str) -> frozenset[str]:
    found = [each.lower() for each in env.items(name)]
    if not all(_DOMAIN.fullmatch(each) for each in found):
        raise SettingError(f"{name} must be domains such as example.com, separated by commas.")
    return frozenset(found)
