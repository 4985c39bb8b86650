"""The shell's door within one process: the commands of `manage.py`, with something piped in."""

import sys
from io import BytesIO, StringIO, TextIOWrapper

from django.core.management import CommandError, call_command


def run(command: str, *arguments: object, piped: str = "") -> None:
    """Run a command that must succeed; raises CommandError with its sentence."""
    before = sys.stdin
    sys.stdin = TextIOWrapper(BytesIO(piped.encode("utf-8")), encoding="utf-8")
    try:
        call_command(command, *map(str, arguments), stdout=StringIO(), stderr=StringIO())
    finally:
        sys.stdin = before


def refused(command: str, *arguments: object, piped: str = "") -> None:
    """Run a command that must be refused."""
    try:
        run(command, *arguments, piped=piped)
    except CommandError:
        return
    raise CommandError(f"{command} was not refused.")
