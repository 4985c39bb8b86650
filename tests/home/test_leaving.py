"""What is to be known of someone who leaves: what they can rotate, and whose values they know."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core.errors import Forbidden, RobloxRefused
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.home import leaving
from secretsapp.home.leaving import Leaving
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.people import accounts
from secretsapp.secrets import approving, changes, settling
from tests.granting import Terms
from tests.secrets.proposing import propose, protect
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import later, leave_open, make, refresh_later

pytestmark = pytest.mark.django_db


def of(cast: Cast, who: str) -> Leaving:
    """What an admin is told of that person."""
    return leaving.of(cast["admin"].actor, cast[who].user)


def saved(cast: Cast, who: str) -> list[tuple[str, bool]]:
    """The secrets whose value that person knows, and whether it is still theirs."""
    return [(each.name, each.is_theirs) for each in of(cast, who).saved.first]


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


@pytest.mark.engine
def test_only_what_is_known_to_be_later_and_not_theirs_counts_as_updated_since(
    cast: Cast, universe: Universe, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    editor = cast["editor"].actor
    changes.rotate(actor=editor, universe=universe, name="PAY_KEY", value=Plaintext(b"before"))
    with later(minutes=60):
        for _ in range(2):
            leave_open("rotate", faults.cut_after(), emulator, cast, universe)
        leave_open("create", faults.cut_before(), emulator, cast, universe)
        assert sorted(saved(cast, "manager")) == [("NEW_KEY", True), ("PAY_KEY", True)]
        with later():
            settling.settle(STAGEHAND, older_than_seconds=0)
        assert Change.objects.filter(state=ChangeState.UNDETERMINED).count() == 2
        # What was not created is gone, and two rotations hide each other's outcome.
        assert saved(cast, "manager") == [("PAY_KEY", True)]
        assert refresh_later(universe)
        assert saved(cast, "manager") == [("PAY_KEY", True)]
        assert saved(cast, "editor") == [("PAY_KEY", True)]
        with later(minutes=60):
            harbor.put("PAY_KEY", b"theirs", "")
            assert refresh_later(universe)
            assert saved(cast, "manager") == [("PAY_KEY", False)]


def test_the_time_of_their_own_change_is_none_of_a_later_one(
    cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    for _ in range(2):
        leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    with later():
        settling.settle(STAGEHAND, older_than_seconds=0)
    assert refresh_later(universe)
    secret = Secret.objects.get(universe=universe, name="PAY_KEY")
    assert secret.updated_at is not None
    assert (
        secret.last_change,
        secret.updated_at > Change.objects.latest("started_at").started_at,
    ) == (None, True)
    assert saved(cast, "manager") == [("PAY_KEY", True)]


@pytest.mark.engine
def test_many_failed_or_overtaken_changes_push_no_secret_out(
    cast: Cast, universe: Universe
) -> None:
    first, names = make("rotate", cast, universe), [f"KEY_{number:03}" for number in range(103)]
    by_others = Change.objects.create(**_like(first), state="succeeded", actor_id=99, name="KEY")
    Secret.objects.bulk_create(
        Secret(universe=universe, name=name, last_change=by_others) for name in names
    )
    Change.objects.bulk_create(
        Change(**_like(first), state=state, name=name, actor_id=first.actor_id)
        for state, repeated in (("failed", ["JUNK"] * 200), ("succeeded", names * 2))
        for name in repeated
    )
    Change.objects.filter(pk=by_others.pk).update(started_at=timezone.now() + timedelta(hours=2))
    found = of(cast, "manager").saved
    assert [(each.name, each.is_theirs) for each in found.first][:2] == [
        ("PAY_KEY", True),
        (found.first[1].name, False),
    ]
    assert (len(found.first), found.further) == (leaving.SAVED_NAMED, 4)


def _like(change: Change) -> dict[str, Any]:
    """What another change has that began an hour after that one."""
    return {
        "kind": change.kind,
        "universe": change.universe,
        "seen": True,
        "actor_kind": change.actor_kind,
        "door": change.door,
        "started_at": change.started_at + timedelta(hours=1),
    }


def test_only_who_manages_people_is_told(cast: Cast) -> None:
    for who in ("manager", "auditor", "stranger"):
        with pytest.raises(Forbidden):
            leaving.of(cast[who].actor, cast["viewer"].user)


def test_what_two_people_changed_is_known_to_who_proposed_it(
    cast: Cast, universe: Universe
) -> None:
    proposal = propose(cast["rotator"], protect(universe))
    approving.approve(cast["editor"].actor, proposal)
    assert saved(cast, "rotator") == [("PAY_KEY", True)]
    assert saved(cast, "editor") == []
    approving.approve(cast["rotator"].actor, propose(cast["manager"], universe))
    assert saved(cast, "rotator") == [("PAY_KEY", False)]
    assert saved(cast, "manager") == [("PAY_KEY", True)]
