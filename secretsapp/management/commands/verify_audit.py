"""`manage.py verify_audit`: whether the audit log is whole."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import verifying
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation.archives import reading


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
        parser.add_argument(
            "--archive",
            nargs="+",
            type=Path,
            metavar="FILE",
            help="Check these archives instead: each by itself, that each joins the next, and how "
            "they stand to the log.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Verify, and name the new anchor."""
        given = options["anchor"]
        anchor = None if given is None else verifying.parse_anchor(given)
        if options["archive"]:
            return _of_archives(reading.verify_all(actor, options["archive"], anchor))
        return _of_log(verifying.verify(actor, anchor))


def _of_archives(found: list[reading.Verified]) -> Report:
    lines, data = [], []
    for each in found:
        head, file = each.head, str(each.path)
        lines += [
            f"{file} is intact: archive {head.number}, events {head.first} to {head.last}.",
            f"  {each.standing}",
        ]
        names = ("number", "first", "last", "link", "root", "sha256")
        data.append({name: getattr(head, name) for name in names} | {"file": file})
    return Report(lines=lines, data={"archives": data})


def _of_log(verified: verifying.Verified) -> Report:
    anchor = str(verified.head)
    return Report(
        lines=[
            f"The audit log is intact: {verified.events} events.",
            *verified.archived,
            f"Checkpoints that match it: {verified.checkpoints}.",
            f"Anchor: {anchor}",
            _ADVICE,
        ],
        data={
            "events": verified.events,
            "archived": list(verified.archived),
            "checkpoints": verified.checkpoints,
            "anchor": anchor,
        },
    )


_ADVICE = (
    "Note the anchor or a checkpoint outside this database: only they can show that the log was "
    "cut off or rebuilt."
)
