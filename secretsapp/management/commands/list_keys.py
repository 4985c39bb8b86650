"""`manage.py list_keys`: the key rings by their ids, and what needs each key."""

from dataclasses import asdict
from typing import Any

from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, table
from secretsapp.operation import ring_contents
from secretsapp.operation.ring_contents import KeyView, RingView, Use
from secretsapp.rules.keys import Ring

_HEADINGS = ("NO.", "KEY", "STATE", "NEEDED BY")


class Command(ActingCommand):
    """Lists the keys of every ring."""

    help = (
        "List the master, audit and checkpoint keys by their ids: where they come from, which "
        "one is used for writing, and what needs each. Keys that are needed but not "
        "configured are MISSING. Key material is never shown."
    )

    # It is what one asks when nothing starts.
    only_when_ready = False

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show every ring."""
        views = ring_contents.listing(actor)
        parts = [["", *_lines(view)] for view in views]
        return Report(
            lines=[line for part in parts for line in part][1:],
            data={"rings": [_data(view) for view in views]},
        )


def _lines(view: RingView) -> list[str]:
    rows = [_row(view, number, key) for number, key in enumerate(view.keys, start=1)]
    return [
        f"{view.ring.word.capitalize()} keys, from {_source(view)}",
        *([view.trouble] if view.trouble else []),
        *([_unused(view)] if view.source.unused else []),
        *(table(_HEADINGS, rows) if rows else []),
    ]


def _source(view: RingView) -> str:
    if view.source.is_ours:
        return f"the data directory: {view.source}"
    variable = f"{view.ring}_FILE: {view.source}" if view.source.path else str(view.ring)
    return f"the environment, {variable}"


def _unused(view: RingView) -> str:
    return f"The file {view.source.unused} is not used: the environment takes precedence."


def _row(view: RingView, number: int, key: KeyView) -> tuple[str, ...]:
    place = "–" if key.is_missing else str(number)
    return place, key.key_id, _state(view, key), _needs(view.ring, key.use)


def _state(view: RingView, key: KeyView) -> str:
    if key.is_missing:
        return "unknown" if view.trouble else "MISSING"
    return "writes" if key.writes else "reads"


def _needs(ring: Ring, use: Use | None) -> str:
    if use is None:
        return "unknown: the database can't be read"
    return ", ".join(_NEEDS[ring](use)) or "nothing"


def _needs_of_audit(use: Use) -> list[str]:
    return [f"events: {use.events} ({use.first_event} to {use.last_event})"] if use.events else []


def _needs_of_master(use: Use) -> list[str]:
    return [
        *(f"{kind}: {count}" for kind, count in use.encrypted.items()),
        *(["the proof"] if use.proof else []),
        *([f"sessions: {use.sessions}"] if use.sessions else []),
    ]


def _needs_of_checkpoint(use: Use) -> list[str]:
    """Earlier checkpoints are verified with public keys, which are stored beside them."""
    return []


_NEEDS = {
    Ring.MASTER: _needs_of_master,
    Ring.AUDIT: _needs_of_audit,
    Ring.CHECKPOINT: _needs_of_checkpoint,
}


def _data(view: RingView) -> dict[str, Any]:
    source = view.source
    return {
        "ring": view.ring.word,
        "from": "data directory" if source.is_ours else "environment",
        "file": str(source.path) if source.path else None,
        "unused_file": str(source.unused) if source.unused else None,
        "trouble": view.trouble,
        "keys": [_key(view.ring, key) for key in view.keys],
    }


def _key(ring: Ring, key: KeyView) -> dict[str, Any]:
    data = {"key_id": key.key_id, "writes": key.writes, "missing": key.is_missing}
    names = _USES[ring]
    use = asdict(key.use) if key.use else {}
    return data | {name: use.get(name) for name in names}


_USES = {
    Ring.MASTER: ("api_keys", "channels", "proof", "sessions"),
    Ring.AUDIT: ("events", "first_event", "last_event"),
    Ring.CHECKPOINT: ("checkpoints",),
}
