"""`manage.py restart_servers`: the game servers of a universe start again, and read its secrets."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.errors import OutcomeUnknown
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.management.proposing import add_which_servers
from secretsapp.models.servers import RestartState
from secretsapp.servers import restarts
from secretsapp.servers.restarts import Forecast


class Command(ActingCommand):
    """Restarts game servers."""

    help = (
        "Restart the game servers of a universe in all versions, so that they read its secrets. "
        "Players who are still there lose their connection."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Which servers, how, and that it is meant."""
        add_universe_id(parser)
        add_which_servers(parser)
        parser.add_argument("--why", default="", metavar="TEXT", help="For the audit log.")
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Restart them, once it is said to be meant."""
        universe = universe_of(actor, options["universe_id"])
        if not options["yes"]:
            told = _in_words(restarts.forecast(actor, universe))
            raise CommandError(f"Nothing was restarted. {told} Add --yes to confirm.")
        row = restarts.restart(
            actor,
            universe,
            place_ids=options["place"],
            bleed_off_minutes=options["bleed_off"],
            why=options["why"],
        )
        if row.state != RestartState.TAKEN:
            raise OutcomeUnknown(
                "The restart was sent, but no usable answer came back, so the outcome is unknown. "
                "Sealroom will read Roblox to find out. Don't send it again before that."
            )
        count = "its" if row.total is None else f"{row.total}"
        return Report(
            lines=[f"Roblox restarts {count} servers of {universe.name}."],
            data={"restart": str(row.pk), "universe": universe.pk, "servers": row.total},
        )


def _in_words(forecast: Forecast) -> str:
    if forecast.failure:
        return f"What it would end isn't known: {forecast.failure}"
    servers, players = forecast.servers, forecast.players
    if servers is None or players is None:
        return "Roblox doesn't tell how many servers and players it would end."
    return f"It would end {servers} servers with {players} players."
