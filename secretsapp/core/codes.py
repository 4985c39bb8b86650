"""One-time codes: made at random, handed over once, and known again by their hash alone."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

# Crockford's digits: without the letters that look like another digit. 24 of them are 120 bits.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 24
GROUP = 4

_AS_MEANT = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Code:
    """A code as it is handed over, once: in groups of four, and until when it is good."""

    text: str = field(repr=False)
    ends_at: datetime

    @property
    def hashed(self) -> str:
        """What is stored of it."""
        return hash_of(self.text)


def draw(ends_at: datetime) -> Code:
    """A new code that is good until then."""
    digits = "".join(secrets.choice(DIGITS) for _ in range(LENGTH))
    groups = (digits[start : start + GROUP] for start in range(0, LENGTH, GROUP))
    return Code("-".join(groups), ends_at)


def hash_of(typed: str) -> str:
    """The hash of a code, however it is capitalised and divided, or of its whole link."""
    meant = typed.rpartition("#")[2].upper().translate(_AS_MEANT)
    digits = "".join(digit for digit in meant if digit in DIGITS)
    return hashlib.sha256(digits.encode("ascii")).hexdigest()
