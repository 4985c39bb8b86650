"""`manage.py doctor`: how the installation is, and what to do."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError

from secretsapp import __version__
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation import diagnosis
from secretsapp.operation.diagnosis import Line
from secretsapp.operation.findings import Level

LEVEL_WIDTH = 7
CHECK_WIDTH = 11


class Command(ActingCommand):
    """Looks at everything."""

    help = (
        "Check the database, its tables, the guards and the head of the audit log, the keys, "
        "when API keys expire, workers, clock, disk, permissions, addresses, mail server and "
        "the connection to Roblox, and say what to do. Nothing is changed, and no key is sent. "
        "Exit status 1 if there is something to do. `verify_audit` checks the whole log."
    )

    # It is for finding out why nothing starts.
    only_when_ready = False

    def run(self, options: dict[str, Any]) -> None:
        """Say what was found, and end with status 1 where there is something to do."""
        self._to_see_to = 0
        super().run(options)
        if self._to_see_to:
            raise CommandError(f"Problems to fix: {self._to_see_to}.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Look at everything."""
        found = diagnosis.diagnose(actor)
        self._to_see_to = sum(line.finding.level is not Level.OK for line in found)
        return Report(
            lines=[f"Sealroom {__version__}", *(text for line in found for text in _lines(line))],
            data={
                "version": __version__,
                "well": not self._to_see_to,
                "findings": [_data(line) for line in found],
            },
        )


def _lines(line: Line) -> Iterator[str]:
    finding = line.finding
    yield f"{finding.level:<{LEVEL_WIDTH}}  {line.check:<{CHECK_WIDTH}}  {finding.found}"
    if finding.to_do:
        yield f"{'':{LEVEL_WIDTH + CHECK_WIDTH + 4}}{finding.to_do}"


def _data(line: Line) -> dict[str, str]:
    finding = line.finding
    return {
        "check": line.check,
        "level": str(finding.level),
        "found": finding.found,
        "to_do": finding.to_do,
    }
