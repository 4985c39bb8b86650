"""Name patterns of grants: an exact name, a prefix with a star, or empty for every name.

They are this simple so that "not above your own rights" can be decided.
"""

import re
from collections.abc import Iterable

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import NAME_LIMIT, is_storable

EVERY_NAME = ""

_PATTERN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?")
_BETWEEN = re.compile(r"[\s,;]+")
# What a field for patterns holds; a browser reads it too, and adds the ends itself.
_ONE = rf"(\*|[A-Za-z_][A-Za-z0-9_]{{0,{NAME_LIMIT - 1}}}\*?)"
TYPED = rf"[\s,;]*({_ONE}([\s,;]+{_ONE})*)?[\s,;]*"
# So many patterns one grant has at most.
PATTERNS_LIMIT = 50
# So many are typed at most, with those that others cover: as many as a universe has secrets.
TYPED_LIMIT = 500


def parse_pattern(text: str) -> str:
    """The pattern in `text`; `*` alone and nothing at all both mean every name."""
    pattern = text.strip()
    if pattern in (EVERY_NAME, "*"):
        return EVERY_NAME
    if not _PATTERN.fullmatch(pattern) or len(pattern.removesuffix("*")) > NAME_LIMIT:
        raise InvalidInput(
            "A pattern is one exact name, or the start of names followed by a star, such as PAY_*.",
            field="names",
        )
    return pattern


def parse_patterns(text: str) -> tuple[str, ...]:
    """The patterns in `text`, between blanks, commas or lines; nothing at all means every name.

    They come in order, without those that others cover. Raises InvalidInput for what is none, and
    for more than a grant has.
    """
    found = {parse_pattern(each) for each in _BETWEEN.split(text) if each} or {EVERY_NAME}
    # Each is compared with each, so what is far too many is not looked at.
    kept = widest(found) if len(found) <= TYPED_LIMIT else ()
    if not 0 < len(kept) <= PATTERNS_LIMIT:
        raise InvalidInput(
            f"A grant has {PATTERNS_LIMIT} names and patterns at most. Use a pattern such as "
            "PAY_*, or split it into several grants.",
            field="names",
        )
    return kept


def widest(found: Iterable[str]) -> tuple[str, ...]:
    """The patterns without those that another of them covers, in order."""
    distinct = set(found)
    return tuple(
        sorted(
            each
            for each in distinct
            if not any(covers(other, each) for other in distinct if other != each)
        )
    )


def written(found: Iterable[str]) -> str:
    """The patterns as one text, which `parse_patterns` reads; empty for every name."""
    return ", ".join(found)


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


def covering(pattern: str) -> list[str]:
    """Every pattern that covers all that this one matches."""
    if not pattern.endswith("*"):
        return matching(pattern) if pattern else [EVERY_NAME]
    prefix = pattern.removesuffix("*")
    return [EVERY_NAME, *(f"{prefix[:length]}*" for length in range(len(prefix) + 1))]


def covers(pattern: str, other: str) -> bool:
    """Whether every name that `other` matches is matched by `pattern` too."""
    if pattern == EVERY_NAME:
        return True
    if other == EVERY_NAME:
        return False
    if other.endswith("*"):
        return pattern.endswith("*") and other[:-1].startswith(pattern[:-1])
    return matches(pattern, other)
