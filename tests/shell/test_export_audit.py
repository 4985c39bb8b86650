"""The audit log as a file and as it comes, from the shell."""

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from secretsapp.core import chain
from secretsapp.log.export_texts import HEADINGS
from secretsapp.log.index import building
from secretsapp.models import AuditEvent, Universe
from secretsapp.models import audit as audit_tables
from secretsapp.secrets import details
from tests.pages.reading_log import fill_log
from tests.shell.conftest import Shell
from tests.stage import Cast
from tests.support.watch import Watch

REFERENCE = Path(__file__).parents[2] / "docs" / "reference.md"


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a file."""
    return list(csv.DictReader(io.StringIO(text)))


def test_an_export_holds_what_matches_and_is_an_event_itself(
    shell: Shell, cast: Cast, universe: Universe, tmp_path: Path
) -> None:
    fill_log(universe, cast, 3)
    newest = AuditEvent.objects.latest("sequence").sequence
    said = shell.run("export_audit")
    found = rows(said.output)
    assert [int(row["sequence"]) for row in found] == sorted(
        AuditEvent.objects.filter(sequence__lte=newest).values_list("sequence", flat=True)
    )
    assert said.errors == f"Exported {newest} events.\n"
    for row in found:
        # Whoever has the file can hash an event again.
        assert chain.content_hash({name: row[name] for name in chain.FIELDS}) == row["content"]
    watch = Watch()
    asked = ("--event", "secret.details", "--secret", "PAY_*", "--universe", universe.pk)
    path = tmp_path / "events.ndjson"
    told = shell.run("export_audit", *asked, "--format", "ndjson", "--output", path)
    assert (told.output, told.errors) == ("", f"Exported 3 events to {path}.\n")
    events = list(map(json.loads, path.read_text("utf-8").splitlines()))
    assert [each["secret_name"] for each in events] == ["PAY_KEY"] * 3
    assert events[0]["result"] == "succeeded"
    assert isinstance(events[0]["detail"], dict)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    [event] = watch.events
    assert event.tag == "log.exported"
    assert json.loads(event.detail) == {
        "count": "3",
        "format": "NDJSON",
        "filter": f"universe={universe.pk}&secret=PAY_%2A&event=secret.details",
        "up_to": str(newest + 1),
    }
    assert "exists already" in shell.refuse("export_audit", "--output", path)
    assert len(watch.events) == 1


def test_a_person_exports_what_they_can_read_and_what_makes_no_sense_is_refused(
    shell: Shell, cast: Cast, universe: Universe, tmp_path: Path
) -> None:
    fill_log(universe, cast, 1)
    mine = rows(shell.run("export_audit", "--as", "manager@example.com").output)
    assert {row["universe_id"] for row in mine} == {str(universe.pk)}
    path = tmp_path / "none.csv"
    refused = shell.refuse("export_audit", "--as", "viewer@example.com", "--output", path)
    assert "You can’t read the audit log" in refused
    assert not path.exists()
    for asked, words in (
        (("--from", "2026-12-04", "--to", "2026-12-03"), "Swap them"),
        (("--zone", "Mars/Base", "--since", "today"), "time zone is unknown"),
        (("--event", "nothing.such"), "no such event"),
        (("--change", "x"), "isn’t the id of a change"),
        (("--json",), "--format ndjson"),
        (("--output", tmp_path / "not" / "there"), "Couldn't write"),
    ):
        assert words in shell.refuse("export_audit", *asked)


def test_no_cell_of_an_export_is_a_formula(shell: Shell, cast: Cast, universe: Universe) -> None:
    secret = universe.secrets.get(name="PAY_KEY")
    secret_name = '=HYPERLINK("https://evil.example")'
    Universe.objects.filter(pk=universe.pk).update(name=secret_name)
    universe.refresh_from_db()
    details.edit(actor=cast["editor"].actor, universe=universe, secret=secret, note="x", owner=None)
    [row] = rows(shell.run("export_audit", "--event", "secret.details").output)
    assert row["universe_name"] == f"'{secret_name}"
    said = shell.run("export_audit", "--event", "secret.details", "--format", "ndjson").output
    assert json.loads(said)["universe_name"] == secret_name


def test_the_index_leads_to_the_same_events_and_the_same_number(
    shell: Shell, cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_tables, "BLOCK_SIZE", 8)
    monkeypatch.setattr(audit_tables, "SHELF_SIZE", 2)
    for number in range(4):
        shell.run(
            "rotate_secret", universe.pk, "PAY_KEY", "--as", "rotator@example.com",
            piped=f"value number {number}".encode(),
        )  # fmt: skip
        fill_log(universe, cast, 5)
    questions = (
        (),
        ("--attempts",),
        ("--result", "started"),
        ("--person", "rotator@example.com"),
        ("--q", "note", "--event", "secret"),
        ("--as", "manager@example.com"),
        ("--as", "auditor@example.com", "--secret", "PAY_*"),
    )
    without = [said(shell, asked) for asked in questions]
    assert building.extend()
    with_index = [said(shell, asked) for asked in questions]
    assert [each[0] for each in with_index] == [each[0] for each in without]
    for numbers, count in (*without, *with_index):
        assert count == len(numbers)


def said(shell: Shell, asked: tuple[str, ...]) -> tuple[list[int], int]:
    """The numbers of the events of an export that are older than the first, and how many all are.

    What one export is told of, the next one holds: these are not compared.
    """
    output = shell.run("export_audit", *asked)
    found = rows(output.output)
    told = int(output.errors.split()[1])
    assert told == len(found)
    numbers = [int(row["sequence"]) for row in found if row["tag"] != "log.exported"]
    return numbers, told - sum(row["tag"] == "log.exported" for row in found)


def test_the_reference_describes_every_column() -> None:
    section = REFERENCE.read_text("utf-8").partition("## Exported events")[2].partition("\n## ")[0]
    described = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert tuple(described) == HEADINGS
