"""What Roblox accepts as ids, domains and sizes of secrets."""

import re

SECRETS_PER_UNIVERSE = 500
VALUE_LIMIT_BYTES = 1024
DOMAIN_LIMIT = 253
LARGEST_ID = 2**63 - 1

_SECRET_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


def is_secret_id(text: object) -> bool:
    """Letters, digits and underscore, 1 to 64, not starting with a digit (documented)."""
    return isinstance(text, str) and _SECRET_ID.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """Nothing, a star, a host, or a star for its subdomains; no star elsewhere (documented)."""
    if text in ("", "*"):
        return True
    return len(text) <= DOMAIN_LIMIT and _DOMAIN.fullmatch(text) is not None


def as_id(text: str) -> int | None:
    """The id of a universe or a place, a positive number of 64 bits, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if 0 < number <= LARGEST_ID else None
