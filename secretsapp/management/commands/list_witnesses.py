"""`manage.py list_witnesses`: who is given the checkpoints of the audit log, and what they say."""

from typing import Any

from secretsapp.core.actor import Actor
from secretsapp.log import witness_listing
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time
from secretsapp.models import Witness


class Command(ActingCommand):
    """Lists witnesses."""

    help = "List the witnesses of the audit log, which checkpoint each cosigned last, and failures."

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show every witness."""
        found = witness_listing.listed(actor)
        return Report(
            lines=[_line(each) for each in found] or ["There are no witnesses."],
            data={"witnesses": [_data(each) for each in found]},
        )


def _line(witness: Witness) -> str:
    last = f"cosigned checkpoint {witness.number}" if witness.number else "has cosigned nothing yet"
    failure = f"; {witness.alarm or witness.failure}" if witness.failure else ""
    return f"{witness.name}  {witness.address}  {last}{failure}"


def _data(witness: Witness) -> dict[str, Any]:
    return {
        "name": witness.name,
        "address": witness.address,
        "key": witness.verifier,
        "checkpoint": witness.number or None,
        "cosigned_at": exact_time(witness.cosigned_at),
        "failure": witness.failure,
        "alarm": witness.alarm,
        "next_try_at": exact_time(witness.next_try_at),
    }
