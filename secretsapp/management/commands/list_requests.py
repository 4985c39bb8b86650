"""`manage.py list_requests`: the requests for access that wait for an answer, and one's own."""

from typing import Any

from secretsapp.access import request_listing
from secretsapp.access.request_listing import RequestView
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, request_data, short_time, table

_HEADINGS = ("REQUEST", "STATE", "PERSON", "ROLE", "WHERE", "SECRETS", "FOR", "ASKED", "REASON")


class Command(ActingCommand):
    """Lists requests for access."""

    help = (
        "List the oldest 20 requests that the actor can approve or decline, and with --as that "
        "person's own newest 20."
    )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show what waits, then one's own."""
        waiting = request_listing.waiting_for(actor)
        own = request_listing.own(actor) if actor.is_person else []
        shown = [*waiting.items, *own]
        more = waiting.count - len(waiting.items)
        return Report(
            lines=table(_HEADINGS, [_row(view) for view in shown]) if shown else ["No requests."],
            data={
                "waiting": [request_data(view.request) for view in waiting.items],
                "own": [request_data(view.request) for view in own],
            },
            notice=f"{more} more are waiting." if more else "",
        )


def _row(view: RequestView) -> tuple[str, ...]:
    made = view.request
    return (
        str(made.pk),
        view.state,
        made.person.email,
        made.role,
        made.scope,
        made.names or "*",
        view.length,
        short_time(made.made_at),
        made.reason,
    )
