"""`manage.py list_servers`: how many game servers have what was there before a change."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, short_time, table
from secretsapp.servers import rollouts, watching
from secretsapp.servers.rollouts import RolloutView

_HEADINGS = ("NAME", "CHANGED (UTC)", "SERVERS")
# So many are read from Roblox now; the others are told as they were read last.
READ_AT_MOST = 5


class Command(ActingCommand):
    """Tells how far changes have reached the servers."""

    help = (
        "Show how many running game servers still have what was there before each change of the "
        f"last week. The newest {READ_AT_MOST} that aren't everywhere yet are read from Roblox now."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe."""
        add_universe_id(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Read and tell."""
        universe = universe_of(actor, options["universe_id"])
        waiting = [view for view in rollouts.of_universe(actor, universe) if not view.is_out]
        for view in waiting[:READ_AT_MOST]:
            watching.look(actor, universe, view.change.name)
        views = rollouts.of_universe(actor, universe)
        lines = table(_HEADINGS, [_row(view) for view in views])
        failures = dict.fromkeys(view.failure for view in views if view.failure)
        return Report(
            lines=lines if views else ["No secret that you can see was changed in the last week."],
            data={"universe": universe.pk, "changes": [_data(view) for view in views]},
            notice=" ".join(failures),
        )


def _row(view: RolloutView) -> tuple[str, ...]:
    words = " ".join([view.words, *view.doubts])
    return view.change.name, short_time(view.change.settled_at), words


def _data(view: RolloutView) -> dict[str, Any]:
    rollout = view.rollout
    return {
        "name": view.change.name,
        "kind": str(view.change.kind),
        "changed_at": exact_time(view.change.settled_at),
        "old": rollout.old if rollout else None,
        "total": rollout.total if rollout else None,
        "undated": rollout.undated if rollout else 0,
        "at_least": bool(rollout and rollout.at_least),
        "everywhere": view.is_out,
        "read_at": exact_time(rollout.read_at) if rollout else "",
        "failure": view.failure,
    }
