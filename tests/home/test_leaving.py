"""What is to be known of someone who leaves: what they can rotate, and whose values they know."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from emulator import Emulator, faults
from secretsapp.access import grants
from secretsapp.access.grants import Terms
from secretsapp.core.errors import Forbidden, RobloxRefused
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.home import leaving
from secretsapp.home.leaving import Leaving
from secretsapp.models import Secret, Universe
from secretsapp.people import accounts
from secretsapp.secrets import changes
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import make

pytestmark = pytest.mark.django_db


def of(cast: Cast, who: str) -> Leaving:
    """What an admin is told of that person."""
    return leaving.of(cast["admin"].actor, cast[who].user)


def saved(cast: Cast, who: str) -> list[tuple[str, bool]]:
    """The secrets whose value that person knows, and whether it is still theirs."""
    return [(each.secret.name, each.is_theirs) for each in of(cast, who).saved]


@pytest.mark.engine
def test_what_someone_can_rotate_is_told_by_universe(cast: Cast, universe: Universe) -> None:
    quay = Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    names = [f"KEY_{number:02}" for number in range(leaving.SECRETS_NAMED + 3)]
    Secret.objects.bulk_create(Secret(universe=quay, name=name) for name in names)
    rotator = cast["rotator"].user
    grants.give(STAGEHAND, rotator, quay, Terms(Role.ROTATOR, "KEY_*"))
    grants.give(STAGEHAND, rotator, universe, Terms(Role.ROTATOR, "PAY_*"))
    found = of(cast, "rotator")
    other, harbor = found.places
    assert (harbor.universe, harbor.names, harbor.further) == (
        universe,
        ["PAY_KEY", "PAY_WEBHOOK"],
        0,
    )
    assert (other.universe, other.names, other.further) == (quay, names[:-3], 3)
    assert (found.count, found.further) == (len(names) + 2, 0)
    assert (of(cast, "viewer").places, of(cast, "viewer").count) == ([], 0)


@pytest.mark.engine
def test_of_very_many_universes_the_rest_is_counted(cast: Cast, universe: Universe) -> None:
    others = [
        Universe(id=number, name=f"Tycoon {number}", api_key=universe.api_key)
        for number in range(1, leaving.UNIVERSES_NAMED + 3)
    ]
    Universe.objects.bulk_create(others)
    Secret.objects.bulk_create(Secret(universe=each, name="KEY") for each in others)
    found = of(cast, "admin")
    assert len(found.places) == leaving.UNIVERSES_NAMED
    assert found.further == found.count - sum(len(place.names) for place in found.places) > 0


@pytest.mark.engine
def test_whose_values_someone_knows_is_told_until_others_update_them(
    cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    make("rotate", cast, universe)
    make("create", cast, universe)
    assert sorted(saved(cast, "manager")) == [("NEW_KEY", True), ("PAY_KEY", True)]
    editor = cast["editor"].actor
    changes.rotate(actor=editor, universe=universe, name="PAY_KEY", value=Plaintext(b"newer"))
    assert saved(cast, "manager") == [("NEW_KEY", True), ("PAY_KEY", False)]
    assert saved(cast, "editor") == [("PAY_KEY", True)]
    emulator.inject(faults.status(403), method="PATCH")
    with pytest.raises(RobloxRefused):
        changes.rotate(actor=editor, universe=universe, name="SIGNING_SEED", value=Plaintext(b"x"))
    assert saved(cast, "editor") == [("PAY_KEY", True)]
    accounts.disable(STAGEHAND, cast["manager"].user)
    assert len(saved(cast, "manager")) == 2
    with time_machine.travel(timezone.now() + leaving.SAVED_WITHIN + timedelta(days=1)):
        assert saved(cast, "manager") == []


def test_only_who_manages_people_is_told(cast: Cast) -> None:
    for who in ("manager", "auditor", "stranger"):
        with pytest.raises(Forbidden):
            leaving.of(cast[who].actor, cast["viewer"].user)
