"""`manage.py list_deliveries`: what was delivered to a channel, and what failed."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.channels import listing
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import whole
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, short_time, table
from secretsapp.models import Delivery

_HEADINGS = ("EVENTS", "STATE", "TRIES", "LAST TRY", "ANSWER")


class Command(ActingCommand):
    """Lists deliveries."""

    help = "List what was delivered to a channel in the last 30 days, the newest first, by pages."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The channel, and which page."""
        parser.add_argument("name", metavar="NAME", help="The name of the channel.")
        parser.add_argument("--page", type=whole, default=1, help="The page (default: 1).")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show them."""
        channel = listing.get(actor, options["name"])
        page = listing.deliveries(actor, channel, options["page"])
        rows = [_row(each) for each in page.items]
        return Report(
            lines=table(_HEADINGS, rows) if rows else ["Nothing was delivered yet."],
            data={
                "channel": channel.name,
                "page": page.number,
                "count": page.count,
                "deliveries": [_data(each) for each in page.items],
            },
        )


def _row(delivery: Delivery) -> tuple[str, ...]:
    state = delivery.get_state_display().lower()
    return (
        *(_events(delivery), state, str(delivery.tries), short_time(delivery.tried_at)),
        delivery.answer,
    )


def _events(delivery: Delivery) -> str:
    if delivery.is_test:
        return "test"
    if delivery.first == delivery.last:
        return str(delivery.first)
    return f"{delivery.first} to {delivery.last}"


def _data(delivery: Delivery) -> dict[str, Any]:
    return {
        "first": delivery.first,
        "last": delivery.last,
        "count": delivery.count,
        "state": delivery.state,
        "test": delivery.is_test,
        "tries": delivery.tries,
        "answer": delivery.answer,
        "tried_at": exact_time(delivery.tried_at),
    }
