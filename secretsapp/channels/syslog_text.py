"""Events as messages of syslog (RFC 5424)."""

import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from secretsapp.channels.sentences import Told
from secretsapp.core.events.kinds import Severity
from secretsapp.core.printing import in_one_line

# What was logged for the record (log audit), and how grave syslog calls it.
FACILITY = 13
_SEVERITIES = {Severity.INFO: 6, Severity.NOTICE: 5, Severity.WARNING: 4}
APP = "sealroom"
# The number that is kept for examples: Sealroom has none of its own.
DATA_ID = "sealroom@32473"
LONGEST_ID, LONGEST_HOST = 32, 255
# One of the log with its witnesses is far shorter; what is longer was edited.
LONGEST_NOTE = 5000
_BYTE_ORDER_MARK = "\ufeff"


def line(told: Told) -> bytes:
    """The message that tells of an event; what the log has of it stands beside its sentence."""
    stored = told.event.chained_fields()
    data = {
        "sequence": stored["sequence"],
        "event": stored["tag"],
        "result": str(told.view.result or ""),
        "actor": stored["actor_name"],
        "run_by": told.view.run_by,
        "door": stored["door"],
        "address": stored["address"],
        "universe": stored["universe_id"],
        "secret": stored["secret_name"],
        "subject": stored["subject_name"],
        "change": stored["change_id"],
        "session": stored.get("session_id", ""),
        "request": stored.get("request_id", ""),
        "content": told.event.content,
        "checkpoint": _in_base64(told.note),
    }
    return message(
        told.view.severity, stored["time"], stored["tag"], data=data, sentence=told.sentence
    )


def message(
    severity: Severity, time: str, name: str, *, data: Mapping[str, str], sentence: str
) -> bytes:
    """A message of that name, with those of the data that say something."""
    priority = FACILITY * 8 + _SEVERITIES[severity]
    host = (urlsplit(settings.SITE_URL).hostname or "-")[:LONGEST_HOST]
    said = "".join(f' {key}="{_escaped(text)}"' for key, text in data.items() if text)
    head = f"<{priority}>1 {time} {host} {APP} - {name[:LONGEST_ID]} [{DATA_ID}{said}]"
    return f"{head} {_BYTE_ORDER_MARK}{in_one_line(sentence)}".encode()


def _in_base64(note: str) -> str:
    """A signed note is worth nothing without its line breaks, and a message has none."""
    return b64encode(note.encode()).decode() if len(note) <= LONGEST_NOTE else ""


def _escaped(text: str) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", in_one_line(text))
