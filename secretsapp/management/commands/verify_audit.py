"""`manage.py verify_audit`: whether the audit log is whole."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.log import since, verifying
from secretsapp.log.checking import Anchor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation import parallel
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
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument(
            "--since-checkpoint",
            action="store_true",
            help="Only check the newest checkpoint and the events behind it: a second, however "
            "long the log is.",
        )
        instead.add_argument(
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
        if options["since_checkpoint"]:
            return _since(actor, anchor)
        return _of_log(verifying.verify(actor, anchor, parallel.Processes()))


def _since(actor: Actor, anchor: Anchor | None) -> Report:
    if anchor is not None:
        raise InvalidInput("--anchor needs the whole log, without --since-checkpoint.")
    found = since.verify(actor)
    checkpoint, head = found.checkpoint, found.head
    behind = f"{checkpoint.size + 1} to {head.sequence}"
    return Report(
        lines=[
            f"Checkpoint {checkpoint.number} holds, and so do events {behind}.",
            f"What events 1 to {checkpoint.size} say was not read again.",
            f"Anchor: {head}",
        ],
        data={"checkpoint": checkpoint.number, "events": head.sequence, "anchor": str(head)},
    )


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
