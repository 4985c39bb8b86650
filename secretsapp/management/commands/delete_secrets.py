"""`manage.py delete_secrets`: several secrets go for good, as a batch."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.batches import making, planning
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_secrets, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import follow
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Deletes several secrets."""

    help = (
        "Delete several secrets at Roblox, as a batch. This can't be undone: games that use them "
        "will fail. In a protected universe each is proposed (that needs --as)."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secrets, why, and that it is meant."""
        add_secrets(parser)
        parser.add_argument("--reason", default="", metavar="TEXT", help="Why, for the log.")
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Make the batch, once it is said to be meant, and follow it to its end."""
        universe = universe_of(actor, options["universe_id"])
        names = dict.fromkeys(options["names"])
        planned = planning.plan(actor, pairs=[(universe, name) for name in names], deletes=True)
        if refused := [each for each in planned if each.refused]:
            first = refused[0]
            raise CommandError(
                f"Nothing was deleted: {len(refused)} of {len(planned)} can't be. "
                f"{first.name}: {first.refused}"
            )
        if not options["yes"]:
            raise CommandError(
                f"Nothing was deleted: {len(planned)} would be, and this can't be undone. Add "
                "--yes to confirm."
            )
        wanted = [making.Wanted(each) for each in planned]
        return follow(self, actor, making.make(actor, wanted=wanted, reason=options["reason"]))
