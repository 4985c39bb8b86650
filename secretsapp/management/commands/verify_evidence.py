"""`manage.py verify_evidence`: checks an evidence bundle, by the code that strangers use."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

import verify_evidence as verifier
from secretsapp.core.actor import Actor
from secretsapp.log import proving
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Checks an evidence bundle."""

    help = (
        "Check an evidence bundle, and say what it proves and what not. Without --key, its "
        "checkpoint must be signed by a key of this installation."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The bundle, and what it is held against."""
        parser.add_argument("file", type=Path, metavar="FILE", help="The bundle.")
        parser.add_argument("--key", action="append", help="A verifier key of the log.")
        parser.add_argument("--witness", action="append", help="The key of a witness.")
        parser.add_argument(
            "--older", type=Path, help="A file with an older checkpoint, or bundle."
        )
        parser.add_argument("--consistency", type=Path, help="A file of the hashes from there.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Check it."""
        keys = options["key"] or proving.verifiers(actor)
        if not keys:
            raise CommandError("This installation has signed no checkpoint. Give the log's --key.")
        older = _read(options["older"]) if options["older"] else b""
        growth = _read(options["consistency"]) if options["consistency"] else b""
        witnesses = options["witness"] or []
        try:
            verdict = verifier.check(
                _read(options["file"]), keys, witnesses, older, growth.decode("utf-8", "replace")
            )
        except verifier.Refused as refusal:
            raise CommandError(f"Refused. {refusal}") from None
        data = {"proved": verdict.proved, "not_proved": verdict.unproved}
        return Report(lines=verifier.report(verdict), data=data)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            return opened.read(verifier.LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from None
