"""A row of an import: a name with its value, and what there is to say of it; never the value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from secretsapp.core.plaintext import Plaintext

# What may be shown where a name is expected: other text could be a piece of a value.
_SHOWABLE = re.compile(r"[A-Za-z0-9_.\- ]{1,64}")


class Form(StrEnum):
    """The forms that an import can have."""

    ENV = "env"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True)
class Row:
    """One name in what was given.

    `fault` says why it can't be imported and what to do. `doubts` are asked about: the row is
    imported only if someone says that it is meant. `notes` say what was decided. `rivals` are the
    lines that have the same name with another value: one of them has to be chosen.
    """

    line: int
    name: str
    value: Plaintext | None = None
    host: str | None = None
    fault: str = ""
    doubts: Sequence[str] = ()
    notes: Sequence[str] = ()
    rivals: Sequence[int] = ()

    @property
    def shown_name(self) -> str:
        """The name, or nothing where it could be a piece of a value."""
        return self.name if _SHOWABLE.fullmatch(self.name) else ""

    @property
    def is_clear(self) -> bool:
        """Whether it can be imported, and nothing has to be asked."""
        return not (self.fault or self.doubts or self.rivals)


def plaintext_of(text: str) -> Plaintext:
    """The value; half a surrogate pair becomes bytes that are no text, which are refused later."""
    return Plaintext(text.encode("utf-8", "surrogatepass"))


def without_value(line: int, fault: str, name: str = "") -> Row:
    """A row that can't be read, and why."""
    return Row(line=line, name=name, fault=fault)
