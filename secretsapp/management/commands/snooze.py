"""`manage.py snooze`: a secret that is due is put off."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.due import snoozing
from secretsapp.management.arguments import add_secret, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.due_options import day
from secretsapp.management.output import Report
from secretsapp.secrets import secret_view


class Command(ActingCommand):
    """Puts off a secret."""

    help = "Let nobody be reminded of a secret until a day. Its next rotation ends that too."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret, until when and why."""
        add_secret(parser)
        parser.add_argument(
            "--until", type=day, required=True, metavar="DAY", help="At most 90 days from now."
        )
        parser.add_argument("--reason", required=True, metavar="TEXT", help="Why it can wait.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Put it off."""
        universe = universe_of(actor, options["universe_id"])
        name = secret_view.get(actor, universe, options["name"]).secret.name
        until, reason = options["until"], options["reason"]
        snoozing.snooze(actor, universe=universe, name=name, until=until, reason=reason)
        return Report(
            lines=[f"Snoozed {name} in {universe.name} until {until}."],
            data={"universe": universe.pk, "name": name, "until": until.isoformat()},
        )
