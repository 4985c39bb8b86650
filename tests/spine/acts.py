"""An act at a door, and what it tells the audit log."""

from dataclasses import dataclass, field

from tests.spine.scenes import (
    Prepare,
    Sent,
)


@dataclass(frozen=True)
class Telling:
    """An act at a door: each event as its tag, its universe, its secret and its subject.

    `sent` is more than the door's own form has. An act without events is one the log isn't told of.
    """

    door: str
    tells: tuple[str, ...] = ()
    by: str = "admin"
    sent: Sent = field(default_factory=dict)
    prepare: Prepare = lambda _universe, _cast: {}
