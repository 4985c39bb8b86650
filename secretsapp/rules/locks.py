"""Every lock on a row, in one order: person, universe, API key, admins' grants, head of the log.

Whoever takes several takes them in that order, so that no two transactions wait for each other.
SQLite locks the database as a whole when a transaction begins; these lines are for PostgreSQL.
"""

from secretsapp.core.errors import NotFound, StaleVersion
from secretsapp.models import ApiKey, Universe, User


def lock_person(person: User) -> User:
    """Lock the person's row: who changes their grants or account waits for whoever is at it.

    The person comes back as the row has them now.
    """
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def lock_universe(universe: Universe) -> Universe:
    """Lock the universe's row: refreshes and outcomes of one universe go one after another.

    Raises NotFound where the universe was removed meanwhile.
    """
    stored = Universe.objects.select_for_update(no_key=True).filter(pk=universe.pk).first()
    if stored is None:
        raise NotFound("The universe was removed from the dashboard meanwhile.")
    return stored


def lock_api_key(api_key: ApiKey, *, was_tried: bool = False) -> ApiKey:
    """Lock the key's row: none is removed while a universe is given it.

    Raises NotFound where the key was removed meanwhile, and, if it was tried, StaleVersion where
    another value was stored since it was loaded: what came of the trial is not about that one.
    """
    stored = ApiKey.objects.select_for_update(no_key=True).filter(pk=api_key.pk).first()
    if stored is None:
        raise NotFound("The API key was removed meanwhile. Choose another, or add it again.")
    if was_tried and bytes(stored.encrypted_value) != bytes(api_key.encrypted_value):
        raise StaleVersion(
            f"The key “{stored.name}” was stored anew while its value before was tried, so "
            "nothing was changed by this. Look whether it is still wanted, and try again."
        )
    return stored
