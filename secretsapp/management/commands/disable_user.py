"""`manage.py disable_user`: the end of a person's access."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.times import sentence_time
from secretsapp.home import leaving
from secretsapp.home.leaving import Leaving
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time
from secretsapp.people import accounts, directory


class Command(ActingCommand):
    """Disables an account."""

    help = (
        "Disable a person's account and end their sessions at once. The account and its "
        "history stay. Prints what they could rotate and which values they saved, so that you can "
        "rotate those that matter."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person."""
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Disable the account."""
        person = directory.get(actor, options["email"])
        left = leaving.of(actor, person)
        accounts.disable(actor, person)
        lines = [f"Disabled the account of {person.email}.", *_rotatable(left), *_saved(left)]
        data = {"email": person.email, "active": False, "could_rotate": left.count}
        saved = [
            {
                "universe": each.universe.pk,
                "name": each.name,
                "saved": exact_time(each.at),
                "outcome_known": each.is_certain,
                "updated_since": not each.is_theirs,
            }
            for each in left.saved.first
        ]
        more = {"saved": saved, "saved_further": left.saved.further}
        return Report(lines=lines, data=data | more)


def _rotatable(left: Leaving) -> Iterator[str]:
    """What they could rotate, by universe."""
    if left.count:
        secrets = "1 secret" if left.count == 1 else f"{left.count:,} secrets"
        yield f"They could rotate {secrets}:"
    for place in left.places:
        further = f", and {place.further} more" if place.further else ""
        yield f"  {place.universe.name_and_environment}: {', '.join(place.names)}{further}"
    if left.further:
        yield f"  and {left.further:,} more in other universes"


def _saved(left: Leaving) -> Iterator[str]:
    """The values that they know."""
    if left.saved.first:
        yield "They saved these values in the last 90 days. Rotate those that matter:"
    for each in left.saved.first:
        outcome = "" if each.is_certain else ", outcome unknown"
        since = "" if each.is_theirs else ", updated since"
        time = sentence_time(each.at)
        where = each.universe.name_and_environment
        yield f"  {each.name} in {where}: {time}{outcome}{since}"
    if left.saved.further:
        yield f"  and {left.saved.further:,} more"
