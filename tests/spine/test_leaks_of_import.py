"""A value that is imported, refused or only previewed is found nowhere afterwards."""

import json
import logging
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from emulator import Universe as EmulatedUniverse
from secretsapp.models import BatchItem, Universe
from tests.installation import Installation
from tests.pages.importing import Import
from tests.spine.traces import LogRecords, Traces
from tests.stage import HARBOR_ID

# Every step from the file to the batch; a name that moves away fails its test.
pytestmark = pytest.mark.long

STEPS = (
    "secretsapp.core.imports.reading.text_of",
    "secretsapp.core.imports.env_text._row",
    "secretsapp.core.value_gate.suspicions",
    "secretsapp.batches.importing.plan",
    "secretsapp.batches.import_marks.salted_hmac",
    "secretsapp.web.views.importing.render",
)
STEPS_OF_CONFIRMING = (
    "secretsapp.batches.importing._check_chosen",
    "secretsapp.batches.making.seal",
    "secretsapp.batches.making._store",
    "secretsapp.web.views.importing.redirect",
)

FILES: dict[str, Callable[[str], str | bytes]] = {
    "fine": lambda value: f"PAY_KEY='{value}'",
    "no name": lambda value: f"PAY_KEY=x\n{value}\n{value.encode().hex()}==\n",
    "quotes": lambda value: f"PAY_KEY='{value}\nMAIL_KEY=\"{value}\n",
    "three quotes": lambda value: f'PAY_KEY="""{value}"""',
    "comment": lambda value: f"PAY_KEY=x #{value}\nMAIL_KEY=#{value}",
    "key in lines": lambda value: f"PAY_KEY=-----BEGIN KEY-----\n{value}\n-----END KEY-----",
    "bad name": lambda value: f"{value}=x",
    "too long": lambda value: f"PAY_KEY='{value}{'x' * 1024}'",
    "twice": lambda value: f"PAY_KEY='{value}'\nPAY_KEY='{value}2'\nPAY_KEY='{value}'",
    "doubtful": lambda value: f"PAY_KEY=\"Bearer '{value}'\"",
    "NUL": lambda value: f"PAY_KEY='abc\0{value}'",
    "Latin-1": lambda value: f"PAY_KEY='{value}'".encode("latin-1"),
    "UTF-16": lambda value: f"PAY_KEY='{value}'".encode("utf-16"),
    "host": lambda value: f"# Allowed host: https://{value}\nMAIL_KEY=x\n",
    "JSON": lambda value: json.dumps({"PAY_KEY": value, "a": [value], value: "x"}),
    "no JSON": lambda value: json.dumps({"PAY_KEY": value}) + value,
    "table": lambda value: f"name;value\nPAY_KEY;{value}\n{value}\n{value};x\n",
    "no table": lambda value: f"{value},{value};{value}",
    "table with quotes": lambda value: f'name,value\nPAY_KEY,"{value}"{value}\n',
    "too large": lambda value: value * 60_000,
}


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """What is logged during the test."""
    records, root = LogRecords(), logging.getLogger()
    level = root.level
    with patch.object(root, "handlers", [records]):
        root.setLevel(logging.DEBUG)
        yield records.lines
        root.setLevel(level)


@pytest.fixture
def client(client_for: Callable[[str], Client], settings: Settings) -> Client:
    """An editor's browser; an exception becomes a page, as it would in service."""
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    client = client_for("editor")
    client.raise_request_exception = False
    return client


def import_all(given: Import, traces: Traces, **fields: str) -> None:
    """Preview it as a page and as a part, tick what can be, confirm it, and confirm another."""
    traces.add_response("part", given.preview(by_htmx=True))
    traces.add_response("preview", given.preview())
    given.ticked = given.ticked or [1]
    traces.add_response("refused", given.confirm(content_mark="another"))
    traces.add_response("confirmed", given.confirm(host="*", **fields))


def look_everywhere(traces: Traces, log_lines: list[str]) -> None:
    """Nothing anywhere."""
    traces.add_database()
    traces.add_cache()
    traces.add_what_leaves()
    traces.add("log", "\n".join(log_lines))
    traces.add("mail", repr([message.message().as_bytes() for message in mail.outbox]))
    assert traces.found() == []


@pytest.mark.parametrize("as_file", [True, False])
@pytest.mark.parametrize("kind", FILES)
def test_no_file_leaves_a_trace(
    kind: str,
    as_file: bool,
    marker: str,
    client: Client,
    universe: Universe,
    log_lines: list[str],
) -> None:
    traces, content = Traces(marker), FILES[kind](marker)
    is_text = isinstance(content, str)
    import_all(Import(client, content, universe, as_file=as_file or not is_text), traces)
    look_everywhere(traces, log_lines)


def test_what_is_sealed_waits_and_nothing_else(
    marker: str, client: Client, universe: Universe, log_lines: list[str]
) -> None:
    traces = Traces(marker)
    import_all(Import(client, FILES["fine"](marker), universe), traces, reason="a new season")
    assert BatchItem.objects.get().box
    look_everywhere(traces, log_lines)


@pytest.mark.parametrize("step", [*STEPS, *STEPS_OF_CONFIRMING])
def test_no_exception_at_any_step_leaves_a_trace(
    step: str, marker: str, client: Client, universe: Universe, log_lines: list[str]
) -> None:
    traces = Traces(marker)
    given = Import(client, FILES["fine"](marker), universe)
    given.preview()
    with patch(step, side_effect=RuntimeError(f"a bug that quotes its input: {marker}")) as broken:
        traces.add_response("preview", given.preview())
        given.ticked = [1]
        traces.add_response("confirmed", given.confirm())
    assert broken.called, f"{step} is no step any more"
    look_everywhere(traces, log_lines)


@pytest.mark.process
def test_the_shell_leaves_no_trace(
    marker: str, stocked: Installation, harbor: EmulatedUniverse
) -> None:
    traces = Traces(marker)
    command = ("import_secrets", "-", "--universe", str(HARBOR_ID), "--domain", "*")
    for kind, option in (("twice", "--skip"), ("no JSON", "--skip"), ("fine", "--exactly")):
        content = FILES[kind](marker)
        assert isinstance(content, str)
        done = stocked.run(*command, option, stdin=content.encode())
        traces.add(f"{kind}, output", done.stdout + done.stderr)
    assert harbor.values["PAY_KEY"] == marker.encode()
    for path in stocked.data_dir.rglob("*"):
        if path.is_file():
            traces.add(path.name, path.read_bytes())
    assert traces.found() == []
