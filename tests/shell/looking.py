"""What each door that looks at the database says of it, from set-up to `/readyz`."""

import io
import json
from contextlib import suppress

from django.core.management import CommandError, call_command

from secretsapp.operation import readiness
from secretsapp.operation.readiness import Word

COMMANDS: dict[str, tuple[str, ...]] = {"setup": (), "work": ("--once",), "verify_audit": ()}


def refusal(command: str, *arguments: str) -> str:
    """The sentence with which the command is refused; empty where it is not."""
    try:
        call_command(command, *arguments, stdout=io.StringIO(), stderr=io.StringIO())
    except CommandError as refused:
        return str(refused)
    return ""


def refusals() -> dict[str, str]:
    """What set-up, a start and the verification say, each by its command."""
    return {command: refusal(command, *arguments) for command, arguments in COMMANDS.items()}


def found(check: str) -> str:
    """What the check of `doctor` finds wrong, in its words; empty where nothing is."""
    output = io.StringIO()
    # There is always something, such as no worker.
    with suppress(CommandError):
        call_command("doctor", "--json", stdout=output, stderr=io.StringIO())
    lines = json.loads(output.getvalue())["findings"]
    own = [line for line in lines if line["check"] == check and line["level"] == "wrong"]
    return " ".join(f"{line['found']} {line['to_do']}" for line in own)


def failed() -> list[str]:
    """The parts of `/readyz` that have failed, without the worker, which no test here starts."""
    parts = readiness.check()
    return [part for part, word in parts.items() if word is Word.FAILED and part != "worker"]
