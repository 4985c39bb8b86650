"""Several people review the same at once, while more is found: each is reviewed and told once."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from emulator import Emulator, Group
from secretsapp.core import actor as actors
from secretsapp.groups import reading, reviewing, watching
from secretsapp.log import verifying
from secretsapp.models import Budget, GroupNotice, RobloxGroup, Secret, Universe
from secretsapp.secrets import outside
from secretsapp.secrets.details import NewDetails
from secretsapp.secrets.secret_view import drift_of
from tests.stage import GROUP_ID, STAGEHAND, Cast, Person, engage
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine, pytest.mark.long]

WORKER = actors.system("storm")
ROUNDS, NEW_ROLES = 4, 5


@pytest.fixture
def admins(cast: Cast) -> list[Person]:
    """Three admins."""
    return [cast["admin"], *[engage(name, admin=True) for name in ("second", "third")]]


@pytest.fixture
def group(universe: Universe, emulator: Emulator) -> Group:
    """Harbor's group, as it was read before anything changed in it."""
    found = emulator.add_group(GROUP_ID, name="Harbor Works")
    read_again()
    return found


def read_again() -> None:
    """Read the group as if a day lay between."""
    then = datetime.now(UTC) - timedelta(days=1, minutes=1)
    Budget.objects.all().delete()
    rows = RobloxGroup.objects.filter(claimed_until=None)
    rows.filter(read_at__isnull=False).update(read_at=then)
    rows.filter(tried_at__isnull=False).update(tried_at=then)
    watching.read_due(WORKER)


def test_what_changed_in_a_group_is_reviewed_once_while_more_is_found(
    universe: Universe, group: Group, admins: list[Person]
) -> None:
    watch, reviewed = Watch(), 0
    for turn in range(ROUNDS):
        for number in range(NEW_ROLES):
            group.add_role(f"Role {turn} {number}", 50)
        reviews = [partial(reviewing.review, who.actor, universe) for who in admins * 2]
        done = together(*reviews, read_again, partial(reading.look, admins[0].actor, universe))
        assert [each for each in done if isinstance(each, Exception)] == []
        reviewed += sum(each for each in done[: len(reviews)] if isinstance(each, int))
    read_again()
    assert watch.tags.count("group.role_added") == ROUNDS * NEW_ROLES
    assert reviewed + GroupNotice.objects.count() == ROUNDS * NEW_ROLES
    counts = [int(detail(each)["count"]) for each in watch.events if each.tag == "group.reviewed"]
    assert sum(counts) == reviewed
    verifying.verify(STAGEHAND)


def seen_by(who: Person, *, backwards: bool) -> Callable[[], int]:
    """Reviews all that a page showed, and makes the person the owner."""
    rows = sorted(Secret.objects.all(), key=lambda each: each.name, reverse=backwards)
    seen = {(each.universe_id, each.name): drift_of(each) for each in rows}
    new = NewDetails(note="adopted", owner=who.user, sets_owner=True)
    return lambda: outside.review(who.actor, seen=seen, new=new)


def test_what_changed_outside_is_reviewed_once_and_belongs_to_who_was_told_of_last(
    universe: Universe, admins: list[Person]
) -> None:
    watch, names = Watch(), ("PAY_KEY", "SIGNING_SEED")
    for turn in range(ROUNDS):
        Secret.objects.update(drifted_at=timezone.now())
        if turn == ROUNDS - 1:
            Secret.objects.exclude(name__in=names).update(missing_since=timezone.now())
        marked = Secret.objects.count()
        done = together(*[seen_by(who, backwards=bool(n % 2)) for n, who in enumerate(admins * 2)])
        # Who comes to a page of which all has left the list finds nothing to review.
        assert [each for each in done if isinstance(each, Exception)] == []
        assert sum(each for each in done if isinstance(each, int)) == marked
    told = Counter((each.tag, each.secret_name) for each in watch.events)
    assert [told["secret.drift.acknowledged", name] for name in names] == [ROUNDS] * len(names)
    last = {each.secret_name: each.subject_name for each in watch.events if each.subject_name}
    held = {each.name: str(each.owner) for each in Secret.objects.select_related("owner")}
    assert held == {name: last[name] for name in names}
    verifying.verify(STAGEHAND)
