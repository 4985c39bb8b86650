"""Every lock on a row, in one order.

People, team, rotation policies, universe, batch, proposal, API key, access by OAuth, channel,
requests, grants, invitations, witness, tally, tree, head of the log.

Code that takes several takes them in that order, people by their ids, so that no two transactions
wait for each other. SQLite locks the database as a whole when a transaction begins; these lines
are for PostgreSQL. A claim is a lock that outlasts a transaction: work that one process does at a
time, and another takes over where that one was killed.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from secretsapp.core.errors import NotFound, StaleVersion
from secretsapp.models import ApiKey, Tally, Team, Universe, User, Witness

Row = TypeVar("Row", bound=Model)

# Any numbers will do: nothing else takes locks of these.
_TREE, _POLICIES = 69_629_162, 69_629_163


def lock_people(ids: Iterable[int]) -> dict[int, User]:
    """Lock these people: others who change their grants or accounts wait.

    They come back by id, as the rows have them now.
    """
    people = User.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {person.pk: person for person in people}


def lock_team(team: Team) -> Team:
    """Lock the team's row: who is in it, and what it is granted, change one after another.

    Raises NotFound where the team was deleted meanwhile.
    """
    stored = Team.objects.select_for_update(no_key=True).filter(pk=team.pk).first()
    if stored is None:
        raise NotFound("Someone has deleted the team. Nothing was changed.")
    return stored


def lock_universe(universe: Universe) -> Universe:
    """Lock the universe's row: refreshes and outcomes of one universe go one after another.

    Raises NotFound where the universe was removed meanwhile.
    """
    stored = Universe.objects.select_for_update(no_key=True).filter(pk=universe.pk).first()
    if stored is None:
        raise NotFound("Someone has removed the universe from Sealroom. Nothing was changed.")
    return stored


def lock_proposal(proposals: QuerySet[Row]) -> Row | None:
    """Lock the one among them: of two who decide it, the second sees what the first did."""
    return proposals.select_for_update(no_key=True).first()


def lock_api_key(api_key: ApiKey, *, was_tried: bool = False) -> ApiKey:
    """Lock the key's row: none is removed while a universe is given it.

    Raises NotFound where the key was removed meanwhile, and, if it was tried, StaleVersion where
    another value was stored since it was loaded: what came of the trial is not about that one.
    """
    stored = ApiKey.objects.select_for_update(no_key=True).filter(pk=api_key.pk).first()
    if stored is None:
        raise NotFound("Someone has removed the API key. Choose another, or add it again.")
    if was_tried and bytes(stored.encrypted_value) != bytes(api_key.encrypted_value):
        raise StaleVersion(
            f"Nothing was changed: the key “{stored.name}” was replaced while its earlier "
            "value was being tested. Check whether you still need this change, and try again."
        )
    return stored


def lock_channel(channels: QuerySet[Row]) -> Row | None:
    """Lock the one among them: what people change and what a worker delivered don't mix."""
    return channels.select_for_update(no_key=True).first()


def lock_all(rows: QuerySet[Row]) -> None:
    """Lock every one of the rows: of two who add another, the second counts the first's too."""
    list(rows.select_for_update(no_key=True).order_by("pk"))


def lock_witness(witness: Witness) -> Witness:
    """Lock the row of a witness: what people change and what came of asking it don't mix.

    Raises NotFound where the witness was removed meanwhile.
    """
    stored = Witness.objects.select_for_update(no_key=True).filter(pk=witness.pk).first()
    if stored is None:
        raise NotFound("Someone has removed the witness. Nothing was changed.")
    return stored


def lock_tally(kind: str) -> Tally:
    """Lock the count of that kind, which begins now where there is none: strangers wait here."""
    Tally.objects.bulk_create([Tally(kind=kind, began_at=timezone.now())], ignore_conflicts=True)
    return Tally.objects.select_for_update().get(pk=kind)


def lock_tree() -> None:
    """Let one process at a time add to the tree over the log, and make its checkpoints.

    There is no row for it that could be updated: nothing of the tree ever is.
    """
    _lock_number(_TREE)


def lock_policies() -> None:
    """Let one at a time set a rotation policy of many universes, or bring a universe under one.

    A universe that is being added has no row yet that who sets a policy could lock.
    """
    _lock_number(_POLICIES)


def _lock_number(number: int) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def unclaimed(column: str = "claimed_until") -> Q:
    """The rows that no process works on, or whose claim has ended."""
    return Q(**{column: None}) | Q(**{f"{column}__lte": timezone.now()})


def claim(
    rows: QuerySet[Row], *, lasting: timedelta, column: str = "claimed_until", **beside: object
) -> int:
    """Claim those of the rows that no process works on, and set `beside`; gives how many."""
    until = {column: timezone.now() + lasting}
    return rows.filter(unclaimed(column)).update(**until, **beside)
