"""`manage.py edit_api_key`: what is said of a stored API key."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.api_keys import key_listing, stored_keys
from secretsapp.core.actor import Actor
from secretsapp.core.times import parse_end
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time


class Command(ActingCommand):
    """Changes what is said of an API key."""

    help = (
        "Edit the name, the note or the expiry of a stored API key. The key itself stays; "
        "use replace_api_key to replace it."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The key and what is said of it; what is not given stays."""
        parser.add_argument("api_key", metavar="NAME", help="The name of the stored key.")
        parser.add_argument("--name", metavar="NAME", help="The new name.")
        parser.add_argument(
            "--note",
            metavar="TEXT",
            help="Which account the key belongs to, or what it is for; '' removes the note.",
        )
        parser.add_argument(
            "--ends",
            metavar="DAY|TIME",
            help="When it expires, in UTC: 2027-01-31 (to the end of that day) or "
            "2027-01-31T18:00; '' if unknown.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store what was given."""
        api_key = key_listing.get(actor, options["api_key"])
        name, note, ends = options["name"], options["note"], options["ends"]
        stored_keys.edit(
            actor,
            api_key,
            name=api_key.name if name is None else name,
            note=api_key.note if note is None else note,
            ends_at=api_key.ends_at if ends is None else parse_end(ends),
        )
        return Report(
            lines=[f"Saved the details of the API key “{api_key.name}”."],
            data={
                "api_key": api_key.name,
                "note": api_key.note,
                "ends_at": exact_time(api_key.ends_at),
            },
        )
