"""`manage.py compare_secrets`: the same names in many universes, and where they differ."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.times import DAY
from secretsapp.management.arguments import group_id, word
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, short_time, table
from secretsapp.models.universes import Environment
from secretsapp.secrets import compared_universes, comparing
from secretsapp.secrets.compared_universes import Scope
from secretsapp.secrets.comparing import Cell, Comparison, Difference, Wanted

# More are hard to take in, and take long to read.
MOST_UNIVERSES = 200
EVERY_NAME = 1_000_000
_HEADINGS = ("NAME", "UNIVERSE", "CHANGED (UTC)", "ALLOWED HOST", "STATE")
_WORDS = {
    Difference.MISSING: "missing",
    Difference.DELETED: "deleted outside",
    Difference.CHANGED: "changed outside",
    Difference.OPEN: "outcome unknown",
    Difference.OLDER: "older",
    Difference.OTHER_HOST: "other host",
    Difference.DUE: "to rotate",
}


class Command(ActingCommand):
    """Compares the secrets of universes."""

    help = (
        "Show the names that aren't the same in all universes: missing, more than "
        f"{DAY.days} day older than elsewhere, with another allowed host, or changed outside "
        "Sealroom. As the lists were read last; values can't be compared."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Which universes and which names."""
        parser.add_argument(
            "--environment",
            type=word,
            choices=[each.value for each in Environment if each.value],
            default="",
            help="Only universes of this environment.",
        )
        parser.add_argument(
            "--group",
            type=group_id,
            metavar="GROUP_ID",
            help="Only universes that this Roblox group owns.",
        )
        parser.add_argument(
            "--name",
            default="",
            metavar="TEXT|PREFIX*",
            help="Only names with this text, or that start like this.",
        )
        parser.add_argument(
            "--all", action="store_true", help="Show names too that are the same everywhere."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Compare them, and print a line for each name in each universe."""
        owner = f"groups/{options['group']}" if options["group"] else ""
        universes = compared_universes.every_one(actor, Scope(owner, options["environment"]))
        if len(universes) > MOST_UNIVERSES:
            raise CommandError(
                f"These are {len(universes)} universes; at most {MOST_UNIVERSES} are compared. "
                "Choose with --group or --environment."
            )
        wanted = Wanted(options["name"], shows_all=options["all"])
        found = comparing.compare(actor, universes, wanted, EVERY_NAME)
        return Report(lines=list(_lines(found)), data=_data(found))


def _lines(found: Comparison) -> Iterator[str]:
    rows = [
        (
            row.name,
            cell.universe.name_and_environment,
            short_time(cell.updated_at),
            (cell.domain or "nowhere") if cell.is_there else "–",
            _state(cell),
        )
        for row in found.page.items
        for cell in row.cells
    ]
    if rows:
        yield from table(_HEADINGS, rows)
    yield f"{found.page.count} shown; {found.same} of those found are the same everywhere."


def _state(cell: Cell) -> str:
    if not cell.is_seen:
        return "no access"
    words = [_WORDS[each] for each in cell.differences]
    if cell.absence and not words:
        words = [f"not needed, says {cell.absence.said_by}, {short_time(cell.absence.said_at)}"]
    return ", ".join(words) or "–"


def _data(found: Comparison) -> dict[str, Any]:
    return {
        "universes": [
            {"universe": each.pk, "name": each.name, "environment": each.environment}
            for each in found.universes
        ],
        "names": [
            {"name": row.name, "cells": [_cell(cell) for cell in row.cells]}
            for row in found.page.items
        ],
        "same": found.same,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "universe": cell.universe.pk,
        "is_seen": cell.is_seen,
        "is_there": cell.is_there,
        "allowed_host": cell.domain,
        "changed": exact_time(cell.updated_at),
        "differences": [each.value for each in cell.differences],
        "not_needed_by": cell.absence.said_by if cell.absence else "",
        "not_needed_since": exact_time(cell.absence.said_at) if cell.absence else None,
    }
