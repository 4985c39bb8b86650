"""What `doctor` finds: each thing that was looked at, how it is, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a thing is; `warning` goes on working, `wrong` does not or is not safe."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was found of one thing, and what to do about it where that is anything."""

    level: Level
    found: str
    to_do: str = ""


Findings = Iterator[Finding]


def ok(found: str) -> Finding:
    """It is as it should be."""
    return Finding(Level.OK, found)


def warning(found: str, to_do: str) -> Finding:
    """It works, and should be fixed."""
    return Finding(Level.WARNING, found, to_do)


def wrong(found: str, to_do: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(Level.WRONG, found, to_do)
