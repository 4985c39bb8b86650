"""Looks for a value in everything that could have kept it, in every form it could have."""

import base64
import html
import json
import logging
import zlib
from collections.abc import Iterator
from io import StringIO
from typing import Any, Protocol
from urllib.parse import quote, quote_plus

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection

from secretsapp.adapters import logs, sentry
from secretsapp.log import evidence
from secretsapp.log.filters import AuditFilter
from secretsapp.models import AuditEvent, CacheEntry
from secretsapp.people import session_storage
from tests.stage import STAGEHAND

# Where a value is cut into lines or encoded from another offset, a piece of it still shows.
PIECE = 12


def forms_of(value: str) -> set[bytes]:
    """The value as it is, and as encodings would leave it; of base64, each of three offsets."""
    raw, in_json = value.encode(), json.dumps(value)[1:-1]
    forms = {
        raw,
        html.escape(value).encode(),
        quote(value).encode(),
        quote_plus(value).encode(),
        in_json.encode(),
        # Details are JSON, and evidence has them in JSON of its own.
        json.dumps(in_json)[1:-1].encode(),
        repr(value)[1:-1].encode(),
        raw.hex().encode(),
        value.encode("utf-16-le"),
    }
    for offset in range(3):
        encoded = base64.b64encode(b"x" * offset + raw)
        core = encoded[4 : len(encoded) - 4]
        forms |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return forms


class LogRecords(logging.Handler):
    """Keeps every log record as it would be written, and all that the record carries."""

    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        self._forms = (logs.PeopleFormatter(), logs.MachineFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line in each of its forms, what Sentry would be told, and the arguments."""
        self.lines.extend(form.format(record) for form in self._forms)
        self.lines.append(json.dumps(sentry.report_on(record)))
        self.lines.append(repr(record.args))


class Answered(Protocol):
    """A response as a test client gives it."""

    content: bytes
    cookies: Any

    def serialize_headers(self) -> bytes:
        """The headers as they are sent."""


class Traces:
    """Everything that was seen, with a word for where."""

    def __init__(self, value: str) -> None:
        self._forms = forms_of(value)
        self._places: list[tuple[str, bytes]] = []

    def add(self, place: str, content: str | bytes) -> None:
        """Look at this too."""
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        self._places.append((place, raw))

    def add_response(self, place: str, response: Answered) -> None:
        """The body and the headers of a response, cookies included."""
        self.add(place, response.content)
        self.add(f"{place}, headers", repr(response.serialize_headers()))
        self.add(f"{place}, cookies", response.cookies.output())

    def add_database(self) -> None:
        """Every column of every table, and what sessions hold once they are decrypted."""
        for table in connection.introspection.table_names():
            for row in _rows(table):
                self.add(f"table {table}", b" | ".join(map(_raw, row)))
        for stored in Session.objects.all():
            content = session_storage.decrypt(
                base64.b64decode(stored.session_data), stored.session_key
            )
            self.add("session", content)
            self.add("session", repr(json.loads(content)))

    def add_cache(self) -> None:
        """What lies in the cache, unpacked."""
        for entry in CacheEntry.objects.all():
            self.add("cache", repr((entry.key, json.loads(entry.value))))

    def add_what_leaves(self) -> None:
        """The whole log as exports, and as evidence."""
        for form in ("csv", "ndjson"):
            written = StringIO()
            call_command("export_audit", f"--format={form}", "--attempts", stdout=written)
            assert len(written.getvalue().splitlines()) > AuditEvent.objects.count() - 2
            self.add(f"export as {form}", written.getvalue())
        bundle = evidence.make(STAGEHAND, AuditFilter(shows_attempts=True), "attempts=on")
        self.add("evidence", bundle.content)

    def found(self) -> list[str]:
        """The places where the value stands in one form or another."""
        return sorted({place for place, content in self._places if self._is_in(content)})

    def _is_in(self, content: bytes) -> bool:
        return any(form in content for form in self._forms)


def _rows(table: str) -> Iterator[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        yield from cursor.fetchall()


def _raw(cell: object) -> bytes:
    if isinstance(cell, bytes | memoryview):
        raw = bytes(cell)
        return raw + b" " + _inflated(raw)
    return str(cell).encode("utf-8", "surrogateescape")


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return b""
