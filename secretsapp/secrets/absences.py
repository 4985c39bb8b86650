"""Says that secrets are rightly missing in a universe, and takes that back."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.input_rules import NAME_LIMIT, is_storable
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import Absence, Secret, Universe
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import require, rights_of

# A name in a universe.
Place = tuple[Universe, str]


def accept(actor: Actor, places: Sequence[Place]) -> int:
    """Say that none of these secrets is needed there, with one event each; gives of how many.

    Those that are there, or of which it was said before, are left out. Raises Forbidden for those
    who can't edit the details of each, and then nothing is said of any.
    """
    return _each(actor, places, _accept)


def withdraw(actor: Actor, places: Sequence[Place]) -> int:
    """Take it back, for everyone who said so; raises Forbidden as `accept` does."""
    return _each(actor, places, _withdraw)


def check_may_say(actor: Actor) -> None:
    """Raise Forbidden unless the actor can edit the details of some secret."""
    if rights_of(actor).universes_with(Permission.EDIT_DETAILS) == set():
        raise refusal(Permission.EDIT_DETAILS)


def _each(
    actor: Actor, places: Sequence[Place], act_on: Callable[[Act, list[Place]], Iterator[Place]]
) -> int:
    distinct = sorted(set(places), key=lambda place: (place[0].pk, place[1]))
    for universe, name in distinct:
        _check_name(name)
        require(actor, Permission.EDIT_DETAILS, universe.pk, name)
    if not distinct:
        return 0
    needs = [Right(Permission.EDIT_DETAILS, universe.pk, name) for universe, name in distinct]
    with acting(actor, *needs) as act:
        for universe in dict.fromkeys(universe for universe, _ in distinct):
            lock_universe(universe)
        return sum(1 for _ in act_on(act, distinct))


def _check_name(name: str) -> None:
    if not name or len(name) > NAME_LIMIT or not is_storable(name):
        raise InvalidInput("Nothing was changed: this can’t be the name of a secret.")


def _accept(act: Act, places: list[Place]) -> Iterator[Place]:
    person = act.people.get(act.actor.person_id or 0)
    told = {"person": person, "said_by": act.actor.name, "said_at": timezone.now()}
    taken = _stored(Secret.objects.filter(missing_since=None), places)
    taken |= _stored(Absence.objects.all(), places)
    new = [(universe, name) for universe, name in places if (universe.pk, name) not in taken]
    Absence.objects.bulk_create(Absence(universe=each, name=name, **told) for each, name in new)
    for universe, name in new:
        act.tell(SecretEvent.SECRET_ABSENCE_ACCEPTED, universe, name)
        yield universe, name


def _withdraw(act: Act, places: list[Place]) -> Iterator[Place]:
    for universe, name in places:
        if Absence.objects.filter(universe=universe, name=name).delete()[0]:
            act.tell(SecretEvent.SECRET_ABSENCE_WITHDRAWN, universe, name)
            yield universe, name


def _stored(
    rows: QuerySet[Secret] | QuerySet[Absence], places: Iterable[Place]
) -> set[tuple[int, str]]:
    """Of these places, and of others, those that are among the rows."""
    universes, names = {each.pk for each, _ in places}, {name for _, name in places}
    found = rows.filter(universe__in=universes, name__in=names).order_by()
    return set(found.values_list("universe_id", "name"))
