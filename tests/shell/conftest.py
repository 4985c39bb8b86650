"""The shell's door within the test's own process."""

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from tests.installation import Installation, open_place
from tests.stocked import Template, open_inhabited


@dataclass(frozen=True)
class Said:
    """What a command wrote to standard output and to standard error."""

    output: str
    errors: str

    @property
    def json(self) -> Any:
        """The output as the JSON it must be."""
        return json.loads(self.output)


@dataclass(frozen=True)
class Shell:
    """Runs commands, with bytes piped into standard input."""

    patch: pytest.MonkeyPatch

    def run(self, command: str, *arguments: object, piped: bytes = b"") -> Said:
        """Run a command that succeeds."""
        output, errors = io.StringIO(), io.StringIO()
        self._call(command, *arguments, piped=piped, output=output, errors=errors)
        return Said(output.getvalue(), errors.getvalue())

    def _call(
        self,
        command: str,
        *arguments: object,
        piped: bytes,
        output: io.StringIO,
        errors: io.StringIO,
    ) -> None:
        with self.patch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped), encoding="utf-8"))
            call_command(command, *map(str, arguments), stdout=output, stderr=errors)

    def leave_open(self, command: str, *arguments: object, piped: bytes = b"") -> Said:
        """Run a command whose outcome is not known when it ends."""
        output, errors = io.StringIO(), io.StringIO()
        with pytest.raises(CommandError) as unknown:
            self._call(command, *arguments, piped=piped, output=output, errors=errors)
        assert unknown.value.returncode == 3
        return Said(output.getvalue(), f"{errors.getvalue()}{unknown.value}")

    def refuse(self, command: str, *arguments: object, piped: bytes = b"", status: int = 1) -> str:
        """Run a command that must end with that status, and give its sentence."""
        *_, sentence = self.refuse_at_length(command, *arguments, piped=piped, status=status)
        return sentence

    def refuse_at_length(
        self, command: str, *arguments: object, piped: bytes = b"", status: int = 1
    ) -> list[str]:
        """The same, with every line that stands before the sentence."""
        output, errors = io.StringIO(), io.StringIO()
        with pytest.raises(CommandError) as refusal:
            self._call(command, *arguments, piped=piped, output=output, errors=errors)
        assert refusal.value.returncode == status
        sentence = str(refusal.value)
        assert "\n" not in sentence
        return [*errors.getvalue().splitlines(), sentence]


@pytest.fixture
def shell(db: None, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The shell over the test's database."""
    return Shell(monkeypatch)


@pytest.fixture
def elsewhere(tmp_path: Path, emulator: Emulator) -> Iterator[Installation]:
    """A place for another installation, where there is nothing yet."""
    with open_place(tmp_path / "elsewhere", emulator.url) as place:
        yield place


@pytest.fixture(scope="session")
def inhabited_template(
    stocked_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template]:
    """The stocked installation with a person who rotates, and who was given a link."""
    with open_inhabited(stocked_template, tmp_path_factory.mktemp("inhabited") / "data") as opened:
        yield opened


@pytest.fixture
def inhabited(
    inhabited_template: Template, tmp_path: Path, emulator: Emulator, harbor: EmulatedUniverse
) -> Iterator[Installation]:
    """A copy of its own of the inhabited installation."""
    with inhabited_template.copied(tmp_path / "inhabited", emulator, harbor) as opened:
        yield opened
