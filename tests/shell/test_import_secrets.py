"""`import_secrets` prints what a file would do, and does it once that is meant."""

from pathlib import Path

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.management.commands import import_secrets
from secretsapp.models import ApiKey, Batch, Universe
from tests.batches.batching import SECOND_ID, add_universe
from tests.secrets.proposing import protect
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast
from tests.support.watch import writes

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = b"PAY_KEY=rotated-value\n# Allowed host: api.mail.example\nMAIL_KEY=mail-value\n"
IMPORT = ("import_secrets", "-", "--universe", HARBOR_ID)


def test_a_file_becomes_a_batch_that_is_followed_to_its_end(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse, tmp_path: Path
) -> None:
    path = tmp_path / "game.env"
    path.write_bytes(TEXT)
    said = shell.run("import_secrets", path, "--universe", HARBOR_ID, "--reason", "a season")
    assert "PAY_KEY" in said.errors
    assert "2 succeeded" in said.output
    assert (Batch.objects.get().reason, Batch.objects.get().size) == ("a season", 2)
    assert harbor.secrets["PAY_KEY"].value == b"rotated-value"
    assert harbor.secrets["MAIL_KEY"].domain == "api.mail.example"


def test_it_goes_into_several_universes_with_the_host_that_is_given(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse, emulator: Emulator, api_key: ApiKey
) -> None:
    staging, _ = add_universe(emulator, api_key)
    command = (*IMPORT, "--universe", SECOND_ID, "--domain", "")
    shell.run(*command, piped=b'{"NEW_KEY": "x1"}')
    assert {each.secrets["NEW_KEY"].domain for each in (harbor, staging)} == {""}


def test_a_dry_run_prints_the_rows_and_sends_nothing(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    text = TEXT + b"my-key=x\nA1=pa#ss\nB1=x #y\n"
    said = shell.run(*IMPORT, "--dry-run", piped=text)
    lines = [" ".join(line.split()) for line in said.output.splitlines()]
    assert lines[1] == "LINE NAME BYTES UNIVERSE WHAT CHANGED ALLOWED HOST"
    assert lines[2].startswith("1 PAY_KEY 13 Harbor will be rotated 20")
    assert lines[3] == "3 MAIL_KEY 10 Harbor new – api.mail.example"
    assert lines[4] == "4 my-key 1 – refused – –"
    assert "Line 4: A name can only have the letters" in said.output
    assert "Line 5: The # belongs to the value." in said.output
    rows = shell.run(*IMPORT, "--dry-run", "--json", piped=text).json["rows"]
    assert [row["bytes"] for row in rows] == [13, 10, 1, 5, 1]
    assert "mail-value" not in said.output
    assert writes(emulator) == []


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (b"A1=x1\nB1=\n", ("--domain", "*"), "1 of 2 rows are refused or asked about."),
        (b"A1=x1\nB1=x #y\n", ("--domain", "*"), "1 of 2 rows are refused or asked about."),
        (b"A1=1\nA1=2\n", ("--domain", "*", "--exactly"), "2 of 2 rows are refused"),
        (b"A1=\n", ("--domain", "*", "--skip"), "tick the rows"),
        (b"A1=x1\n", (), "A1 is new, so it needs an allowed host."),
        (b"A1=x1\n", ("--domain", "https://x.example/"), "Did you mean x.example?"),
        (b"", (), "It is empty: there is nothing to import."),
        (b"A1=x1", ("--format", "json"), "This isn’t JSON"),
        (b"x" * 2_000_000, (), "an import can have 1 MB"),
    ],
)
def test_what_is_not_clear_is_refused_and_nothing_is_sent(
    shell: Shell,
    universe: Universe,
    emulator: Emulator,
    text: bytes,
    options: tuple[str, ...],
    sentence: str,
) -> None:
    assert sentence in shell.refuse(*IMPORT, *options, piped=text)
    assert not Batch.objects.exists()
    assert writes(emulator) == []


def test_other_rows_are_left_out_or_meant_if_that_is_said(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    text = b"A1=x1\nB1=x2 #y\nC1=\n"
    shell.run(*IMPORT, "--domain", "*", "--skip", piped=text)
    assert "A1" in harbor.secrets
    assert "B1" not in harbor.secrets
    shell.run(*IMPORT, "--domain", "*", "--skip", "--exactly", piped=text)
    assert harbor.secrets["B1"].value == b"x2"


def test_a_file_that_cannot_be_opened_is_told(shell: Shell, universe: Universe) -> None:
    said = shell.refuse("import_secrets", "/nowhere/x.env", "--universe", HARBOR_ID)
    assert "can't be opened (No such file or directory)" in said


def test_a_protected_universe_needs_a_person_who_proposes(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    protect(universe)
    assert "--as EMAIL" in shell.run(*IMPORT, "--dry-run", piped=TEXT).output
    said = shell.run(*IMPORT, "--dry-run", "--as", "editor@example.com", piped=TEXT)
    assert "will be rotated, as a proposal" in said.output


@pytest.mark.parametrize(("answer", "is_sent"), [("yes\n", True), ("no\n", False), ("", False)])
def test_on_a_terminal_it_asks_first(
    shell: Shell,
    universe: Universe,
    harbor: EmulatedUniverse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    is_sent: bool,
) -> None:
    path = tmp_path / "game.env"
    path.write_bytes(TEXT)
    monkeypatch.setattr(import_secrets, "is_at_terminal", lambda: True)
    command = ("import_secrets", path, "--universe", HARBOR_ID)
    if is_sent:
        assert "Send 2 changes? Type yes:" in shell.run(*command, piped=answer.encode()).errors
    else:
        assert "Nothing was sent." in shell.refuse(*command, piped=answer.encode())
    assert (harbor.secrets["PAY_KEY"].value == b"rotated-value") is is_sent


def test_nothing_is_typed_into_it(
    shell: Shell, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_secrets, "is_at_terminal", lambda: True)
    assert "pipe the file in, or name it" in shell.refuse(*IMPORT)
