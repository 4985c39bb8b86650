"""The lines of the log, for people or for machines: neither can carry what a request brought.

What a logger said is kept, without the codes of links and what servers quote of a client; of an
exception the kinds and places; of further fields those in FIELDS, and only from Sealroom.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from importlib import import_module
from types import MappingProxyType
from typing import Any, TextIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from secretsapp.core.failures import Failure, failures_of

HIDDEN = "hidden"
OURS = ("secretsapp", "dashboard")
# What is known wherever something is logged, and what a line of ours may say besides its event.
CONTEXT = ("request_id", "command")
FIELDS = ("method", "route", "status", "duration_ms", "person")

_NO_PACKAGE = (
    "SENTRY_DSN is set, but the package sentry-sdk is not installed. Install it, or remove "
    "SENTRY_DSN."
)

_bound: ContextVar[Mapping[str, str]] = ContextVar("bound", default=MappingProxyType({}))

# A mail program that writes `#` as `%23` sends the code of a link as part of the path.
_BEHIND_A_WAY_IN = re.compile(r"(/(?:password|welcome)(?:/|#|%23)).+", re.DOTALL)
# Of a request that it cannot read, gunicorn quotes the part in question, which may be a value; of
# one that comes from elsewhere, Django quotes what it says of that.
_QUOTED_OF_A_CLIENT = re.compile(
    r"(Invalid request from ip=[\da-f.:]+|Error handling request|Exception during worker exit"
    r"|Forbidden \((?:Origin|Referer) checking failed).*",
    re.DOTALL,
)


class QuietHandler(logging.StreamHandler[TextIO]):
    """Writes to standard error; a line that cannot be made is told without what it was made of."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say that there was something, and where; logging's own words would show its arguments."""
        tell_unwritable(record)


def tell_unwritable(record: logging.LogRecord) -> None:
    """Say on standard error that a record could not be handled, and why, by its kind."""
    kind = type(sys.exception()).__name__
    with suppress(OSError, ValueError):
        sys.stderr.write(f"A line of the log was lost: {kind}, from {record.name}.\n")


@contextmanager
def about(**more: str) -> Iterator[None]:
    """Everything that is logged within says this too; the names are among CONTEXT."""
    token = _bound.set({**_bound.get(), **more})
    try:
        yield
    finally:
        _bound.reset(token)


def known() -> dict[str, str]:
    """What is said with everything that is logged here: some of CONTEXT."""
    bound = _bound.get()
    return {name: bound[name] for name in CONTEXT if name in bound}


class PeopleFormatter(logging.Formatter):
    """One line an event, and behind it the places of an exception, a line each."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; nothing of the record but what is named here is told."""
        request_id = _context(record).get("request_id")
        said = _printable(_said(record)) + (f" [request {request_id}]" if request_id else "")
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {said}"
        return "\n".join([line, *_lines_about(_error(record))])


class MachineFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object; nothing of the record but what is named here is told."""
        time = datetime.fromtimestamp(record.created, UTC)
        told = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _without_path(_said(record), record),
            **_context(record),
            **_fields(record),
        }
        if error := _error(record):
            told["exception"] = [_told(failure) for failure in failures_of(error)]
        return json.dumps(told)


def _lines_about(error: BaseException | None) -> Iterator[str]:
    """As Python tells an exception, the last one last; without its words."""
    for failure in failures_of(error) if error else ():
        yield from (f"  {place}" for place in failure.places)
        yield failure.kind


def _told(failure: Failure) -> dict[str, Any]:
    return {
        "kind": f"{failure.module}.{failure.kind}",
        "places": [str(place) for place in failure.places],
    }


def _said(record: logging.LogRecord) -> str:
    """What was logged, cut behind a path that a code may follow and before what is quoted.

    Some libraries log an exception's own words as the event.
    """
    said = record.getMessage()
    if words := str(_error(record) or ""):
        said = said.replace(words, f"({HIDDEN})")
    said = _BEHIND_A_WAY_IN.sub(rf"\1({HIDDEN})", said)
    return _QUOTED_OF_A_CLIENT.sub(rf"\1 ({HIDDEN})", said)


def _without_path(said: str, record: logging.LogRecord) -> str:
    """What Django said of a request, with the name of its route: a path may name a secret."""
    request = getattr(record, "request", None)
    path = getattr(request, "path", "")
    return said.replace(path, route_of(request) or f"({HIDDEN})") if len(path) > 1 else said


def route_of(request: Any) -> str | None:
    """The name of the address that was asked for; None where there is no such address."""
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else None


def _context(record: logging.LogRecord) -> dict[str, str]:
    """What is known here; Django speaks of some answers only after the request's own end."""
    request_id = getattr(getattr(record, "request", None), "request_id", None)
    return known() | ({"request_id": request_id} if request_id else {})


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What a line of ours says besides its event; what a library adds may be anything."""
    if not record.name.startswith(OURS):
        return {}
    return {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _printable(text: str) -> str:
    """The text in one line, and without anything that could steer a terminal."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "?" for character in text)


def report_mistakes() -> None:
    """Let what is logged as an error be reported to Sentry, where the settings name one.

    Raises ImproperlyConfigured where the package for it, which most do without, is not there.
    """
    if not settings.SENTRY_DSN:
        return
    try:
        sentry = import_module("secretsapp.adapters.sentry")
    except ModuleNotFoundError:
        raise ImproperlyConfigured(_NO_PACKAGE) from None
    sentry.start(settings.SENTRY_DSN)
