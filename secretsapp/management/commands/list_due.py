"""`manage.py list_due`: the secrets that are to be rotated."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.due import listing
from secretsapp.due.listing import KINDS, DueSecret, Wanted
from secretsapp.management.arguments import universe_id, word
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, table
from secretsapp.models.universes import Environment
from secretsapp.rules.paging import Asked

_HEADINGS = ("STATE", "DUE ON", "UNIVERSE", "NAME", "OWNER")


class Command(ActingCommand):
    """Lists what is due."""

    help = "List the secrets that you can see and that are overdue, due or soon due."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Which of them."""
        parser.add_argument("--universe", type=universe_id, metavar="UNIVERSE_ID")
        parser.add_argument(
            "--environment", type=word, choices=[each.value for each in Environment if each.value]
        )
        parser.add_argument("--owner", default="", metavar="EMAIL", help="Only of this owner.")
        parser.add_argument(
            "--state",
            type=word,
            default="",
            choices=[each.value for each in KINDS],
            help="Only these; snoozed and unknown are listed only if you ask for them.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """List them all, the most urgent first."""
        wanted = Wanted(
            universe_id=options["universe"],
            environment=options["environment"] or "",
            owner=options["owner"].strip(),
            kind=options["state"],
        )
        found = list(_all(actor, wanted))
        lines = table(_HEADINGS, [_row(each) for each in found]) if found else ["Nothing is due."]
        return Report(lines=lines, data={"due": [_data(each) for each in found]})


def _all(actor: Actor, wanted: Wanted) -> Iterator[DueSecret]:
    """Every page of them."""
    number: int | None = 1
    while number is not None:
        page = listing.due(actor, wanted, Asked(number=number))
        yield from page.items
        number = page.next


def _data(found: DueSecret) -> dict[str, Any]:
    secret = found.secret
    return {
        "state": found.state.value,
        "due_on": secret.due_on.isoformat() if secret.due_on else "",
        "snoozed_until": secret.snoozed_until.isoformat() if secret.snoozed_until else "",
        "universe": secret.universe_id,
        "universe_name": secret.universe.name,
        "name": secret.name,
        "owner": secret.owner.email if secret.owner else "",
    }


def _row(found: DueSecret) -> tuple[str, ...]:
    data = _data(found)
    return tuple(data[key] or "–" for key in ("state", "due_on", "universe_name", "name", "owner"))
