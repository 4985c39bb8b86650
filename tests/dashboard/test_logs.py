"""What a line of the log can say, in both of its forms."""

import io
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest

from secretsapp.adapters import logs

MARKER = "marker 5f0c"
FORMS = [logs.PeopleFormatter, logs.MachineFormatter]
MakeForm = Callable[[], logging.Formatter]


@pytest.fixture
def log() -> logging.Logger:
    """A logger of the product that is heard by nobody else."""
    return logging.Logger("secretsapp.tests")  # noqa: LOG001 - so nothing else hears it


def heard(logger: logging.Logger, form: logging.Formatter) -> io.StringIO:
    """What is written of what the logger says from now on."""
    written = io.StringIO()
    handler = logs.QuietHandler(written)
    handler.setFormatter(form)
    logger.addHandler(handler)
    return written


def fail() -> None:
    """A failure with words, a note and a cause."""
    try:
        raise ValueError(MARKER)
    except ValueError as cause:
        error = RuntimeError(MARKER)
        error.add_note(MARKER)
        raise error from cause


def test_a_line_for_machines_is_one_object_with_what_is_allowed(log: logging.Logger) -> None:
    written = heard(log, logs.MachineFormatter())
    further = {"status": 200, "request": MARKER, "server_time": MARKER, "data": MARKER}
    with logs.about(request_id="0123abcd", command="work"):
        log.warning("It took %s.", "long", extra=further)
    told = json.loads(written.getvalue())
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "warning",
        "logger": "secretsapp.tests",
        "event": "It took long.",
        "request_id": "0123abcd",
        "command": "work",
        "status": 200,
    }


def test_a_library_adds_nothing_to_a_line() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "Said.", (), None)
    vars(record).update(dict.fromkeys(logs.FIELDS, MARKER))
    assert MARKER not in logs.MachineFormatter().format(record)


def test_a_line_for_people_says_the_request_at_its_end(log: logging.Logger) -> None:
    written = heard(log, logs.PeopleFormatter())
    with logs.about(request_id="0123abcd"):
        log.warning("It took long.")
    log.warning("It took longer.")
    first, second = written.getvalue().splitlines()
    assert first.endswith(" WARNING secretsapp.tests: It took long. [request 0123abcd]")
    assert second.endswith(" WARNING secretsapp.tests: It took longer.")


@pytest.mark.parametrize("form", FORMS)
def test_of_an_exception_kinds_and_places_are_told_and_no_words(
    form: MakeForm, log: logging.Logger
) -> None:
    written = heard(log, form())
    try:
        fail()
    except RuntimeError as error:
        log.exception("It failed.", stack_info=True)
        # As Django does of what a client got wrong.
        log.exception("%s", error)
    told = written.getvalue()
    assert MARKER not in told
    assert told.index("ValueError") < told.index("RuntimeError")
    assert "tests/dashboard/test_logs.py" in told
    assert "in fail" in told


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("character", ["\n", "\r", "\x1b", "\x85", "\u2028", "\udce4"])
def test_nothing_that_was_sent_breaks_a_line(
    character: str, form: MakeForm, log: logging.Logger
) -> None:
    written = heard(log, form())
    log.warning("Asked for /a%sforged line", character)
    assert len(written.getvalue().splitlines()) == 1
    assert character not in written.getvalue().removesuffix("\n")
    assert "forged line" in written.getvalue()


@pytest.mark.parametrize("form", FORMS)
def test_a_line_that_cannot_be_made_is_told_without_its_arguments(
    form: MakeForm, log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    written = heard(log, form())
    log.warning("So many: %d", MARKER)
    assert written.getvalue() == ""
    assert capsys.readouterr().err == (
        "A line of the log was lost: TypeError, from secretsapp.tests.\n"
    )


def test_a_log_that_nobody_takes_stops_nothing(
    log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = heard(log, logs.PeopleFormatter())
    written.close()
    monkeypatch.setattr(sys, "stderr", written)
    log.warning("Said into a closed pipe.")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            f"Invalid request from ip=127.0.0.1: Invalid HTTP request line: '{MARKER}'",
            "Invalid request from ip=127.0.0.1: (hidden)",
        ),
        (
            f"Invalid request from ip=::1: Invalid HTTP Header: '{MARKER}\\r\\n'",
            "Invalid request from ip=::1: (hidden)",
        ),
        (f"Error handling request POST /{MARKER}", "Error handling request (hidden)"),
        (
            f"Exception during worker exit:\nError: {MARKER}",
            "Exception during worker exit (hidden)",
        ),
        (
            f"Forbidden (Origin checking failed - {MARKER} does not match any): /sign-in/",
            "Forbidden (Origin checking failed (hidden)",
        ),
        (
            f"Forbidden (Referer checking failed - https://{MARKER}/ does not match any): /",
            "Forbidden (Referer checking failed (hidden)",
        ),
        ("Forbidden (CSRF cookie not set.): /sign-in/", "Forbidden (CSRF cookie not set.): "),
        ("Worker (pid:7) was sent SIGKILL!", "Worker (pid:7) was sent SIGKILL!"),
    ],
)
def test_no_server_quotes_a_client(form: MakeForm, said: str, told: str) -> None:
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 1, said, (), None)
    line = form().format(record)
    assert MARKER not in line
    assert told in line


def test_django_names_the_route_and_not_the_path_to_machines(rf: Any) -> None:
    request = rf.get(f"/universes/1/secrets/{MARKER}/")
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "Bad: %s", (), None)
    record.args, record.request = (request.path,), request
    assert json.loads(logs.MachineFormatter().format(record))["event"] == "Bad: (hidden)"
    request.resolver_match = type("Match", (), {"view_name": "secret"})
    assert json.loads(logs.MachineFormatter().format(record))["event"] == "Bad: secret"
