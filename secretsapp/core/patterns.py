"""Name patterns of grants: an exact name, a prefix with a star, or empty for every name.

They are this simple so that "not above your own rights" can be decided.
"""

import re

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import NAME_LIMIT, is_storable

EVERY_NAME = ""

_PATTERN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?")
# What a field for a pattern holds; a browser reads it too, and adds the ends itself.
TYPED = rf"\s*(\*|[A-Za-z_][A-Za-z0-9_]{{0,{NAME_LIMIT - 1}}}\*?)?\s*"


def parse_pattern(text: str) -> str:
    """The pattern in `text`; `*` alone and nothing at all both mean every name."""
    pattern = text.strip()
    if pattern in (EVERY_NAME, "*"):
        return EVERY_NAME
    if not _PATTERN.fullmatch(pattern) or len(pattern.removesuffix("*")) > NAME_LIMIT:
        raise InvalidInput(
            "A pattern is one exact name, or the start of names followed by a star, such as PAY_*.",
            field="pattern",
        )
    return pattern


def matches(pattern: str, name: str) -> bool:
    """Whether `pattern` covers the secret `name`; case-sensitive."""
    if pattern == EVERY_NAME:
        return True
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name == pattern


def matching(name: str) -> list[str]:
    """Every pattern that could be stored and covers the secret `name`, of any text."""
    longest = min(len(name), NAME_LIMIT)
    beginnings = [f"{name[:length]}*" for length in range(longest + 1)]
    return [found for found in (EVERY_NAME, name, *beginnings) if is_storable(found)]


def covers(pattern: str, other: str) -> bool:
    """Whether every name that `other` matches is matched by `pattern` too."""
    if pattern == EVERY_NAME:
        return True
    if other == EVERY_NAME:
        return False
    if other.endswith("*"):
        return pattern.endswith("*") and other[:-1].startswith(pattern[:-1])
    return matches(pattern, other)
