"""An event as a line of an archive, and back: JSON with all that is stored of it as text."""

import json
from datetime import datetime
from typing import Any

from secretsapp.core import chain
from secretsapp.core.errors import BadArchive
from secretsapp.models import AuditEvent

# Beside what is hashed of an event, which its format says.
_HASHES = ("content", "link", "key_id", "mac")
LONGEST_LINE = 16 * 1024 * 1024


def line_of(event: AuditEvent) -> str:
    """The event as a line; raises LogBroken for one whose format isn't known."""
    hashes = {name: str(getattr(event, name)) for name in _HASHES}
    return written({"format": str(event.format)} | event.chained_fields() | hashes)


def event_of(line: str) -> AuditEvent:
    """The event in a line; raises BadArchive unless it is written as one."""
    event = _parsed(line)
    if event is None or line_of(event) != line:
        raise BadArchive(f"A line of it is no event: {line.strip():.60}")
    return event


def _parsed(line: str) -> AuditEvent | None:
    try:
        texts = json.loads(line)
        values: dict[str, Any] = {
            "format": int(texts["format"]),
            "sequence": int(texts["sequence"]),
        }
        values |= {"time": datetime.fromisoformat(texts["time"])}
        known = values["format"] in chain.FIELDS_OF
        return AuditEvent(**dict.fromkeys(chain.FIELDS, "") | texts | values) if known else None
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError):
        return None


def written(found: object) -> str:
    """The one way in which a line is written."""
    return f"{json.dumps(found, ensure_ascii=False, separators=(',', ':'))}\n"
