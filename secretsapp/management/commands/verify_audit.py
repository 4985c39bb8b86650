"""`manage.py verify_audit`: whether the audit log is whole."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import verifying
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Verifies the audit log."""

    help = (
        "Check every event of the audit log, the tree over them and every checkpoint, and print an "
        "anchor to note elsewhere. Only an earlier anchor or checkpoint can show that the log was "
        "cut off together with its checkpoints, or rebuilt."
    )

    # A log that is not whole keeps everything else from starting; this says where it breaks.
    only_when_ready = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The anchor, if one was noted."""
        parser.add_argument(
            "--anchor",
            metavar="SEQ:LINK",
            help="An anchor noted earlier; the log must still contain it.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Verify, and name the new anchor."""
        given = options["anchor"]
        verified = verifying.verify(actor, None if given is None else verifying.parse_anchor(given))
        anchor = f"{verified.head.sequence}:{verified.head.link}"
        lines = [
            f"The audit log is intact: {verified.events} events.",
            f"Checkpoints that match it: {verified.checkpoints}.",
            f"Anchor: {anchor}",
            _ADVICE,
        ]
        return Report(
            lines=lines,
            data={
                "events": verified.events,
                "checkpoints": verified.checkpoints,
                "anchor": anchor,
            },
        )


_ADVICE = (
    "Note the anchor or a checkpoint outside this database: only they can show that the log was "
    "cut off or rebuilt."
)
