"""Follows a batch in the shell: a line where it has moved on, and what failed at the end."""

import time
from abc import abstractmethod
from argparse import ArgumentTypeError
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from secretsapp.batches import progress
from secretsapp.batches.progress import BatchView
from secretsapp.core.actor import Actor
from secretsapp.core.errors import OutcomeUnknown
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_threads import BatchThreads
from secretsapp.management.output import Report, printable, table
from secretsapp.models import Batch, BatchItem
from secretsapp.models.batches import ItemState

LOOK_SECONDS = 1
MOST_TOLD = 50
AS_ASKED = (ItemState.SUCCEEDED, ItemState.PROPOSED)
_HEADINGS = ("UNIVERSE", "SECRET", "CHANGE", "STATE", "WHY")


def add_batch(parser: CommandParser) -> None:
    """The batch that a command is about."""
    parser.add_argument(
        "batch", type=batch_id, metavar="BATCH_ID", help="The id of the batch, from list_batches."
    )


def batch_id(text: str) -> UUID:
    """The id of a batch in an argument."""
    try:
        return UUID(text.strip())
    except ValueError:
        raise ArgumentTypeError("write the id of a batch, from list_batches") from None


class SteeringCommand(ActingCommand):
    """A command that does something about a batch; subclasses write `steer`."""

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The batch."""
        add_batch(parser)

    @abstractmethod
    def steer(self, actor: Actor, batch: Batch) -> str:
        """Do it, and give the sentence that says what that means."""

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Do it to the batch that is named, and show how that is now."""
        batch = progress.get(actor, options["batch"]).batch
        said = self.steer(actor, batch)
        return Report(lines=[said], data=data_of(progress.get(actor, batch.pk)))


def follow(command: BaseCommand, actor: Actor, batch: Batch) -> Report:
    """Run it here, beside whichever workers run, until it ends or is paused; print how far it is.

    Raises CommandError where something failed, and OutcomeUnknown where something is undetermined.
    """
    told = ""
    with BatchThreads():
        while True:
            view = progress.get(actor, batch.pk)
            if (line := line_of(view)) != told:
                told = line
                command.stderr.write(printable(line))
            if view.is_over or view.is_paused:
                return _ended(command, view)
            time.sleep(LOOK_SECONDS)


def line_of(view: BatchView) -> str:
    """How far it is in a line."""
    said = f"{view.done} of {view.batch.size}: {view.outcome}"
    if view.left:
        said = f"{said}; {view.left}"
    if view.waits_for:
        said = f"{said}. Waiting: {view.waits_for[0]}"
    return f"{said.removesuffix('.')}."


def _ended(command: BaseCommand, view: BatchView) -> Report:
    """What a batch came to; raises where that isn't what was asked for, having said what is amiss.

    Someone who pauses or cancels it elsewhere has their reasons, and it is not what was asked for.
    """
    report = report_of(view)
    changed = sum(view.counts.get(state, 0) for state in AS_ASKED)
    if changed == view.batch.size:
        return report
    for line in report.lines:
        command.stderr.write(printable(line))
    sentence = (
        f"{view.batch.size - changed} of {view.batch.size} were not changed: see "
        f"`manage.py show_batch {view.batch.pk}`."
    )
    if view.counts.get(ItemState.UNDETERMINED):
        raise OutcomeUnknown(sentence)
    raise CommandError(sentence)


def report_of(view: BatchView) -> Report:
    """What a batch is, how far it is, and the items that someone should look at."""
    lines = [f"Batch {view.batch.pk} of {view.batch.actor_name}.", line_of(view)]
    if view.is_paused:
        lines.append(f"Paused{f': {view.batch.halted}' if view.batch.halted else ''}.")
    amiss = progress.amiss(view, most=MOST_TOLD + 1)
    if amiss:
        lines += table(_HEADINGS, [_row(item) for item in amiss[:MOST_TOLD]])
    if len(amiss) > MOST_TOLD:
        lines.append("There are more: the page of the batch lists them all.")
    if view.may_retry:
        lines.append("Some can be tried again without their values: retry_batch.")
    return Report(lines=lines, data=data_of(view))


def data_of(view: BatchView) -> dict[str, Any]:
    """A batch for scripts."""
    batch = view.batch
    return {
        "batch": str(batch.pk),
        "state": batch.state,
        "by": batch.actor_name,
        "reason": batch.reason,
        "size": batch.size,
        "made_at": batch.made_at.isoformat(),
        "ended_at": batch.ended_at.isoformat() if batch.ended_at else None,
        "counts": {str(state): number for state, number in view.counts.items()},
    }


def _row(item: BatchItem) -> tuple[str, ...]:
    return (item.universe_name, item.name, item.kind, item.state, item.words or "–")
