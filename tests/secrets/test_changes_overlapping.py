"""Writes to one secret that overlap: the mirror says that it is unsure, and then finds out."""

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import OutcomeUnknown, RobloxRefused, StaleVersion
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.secrets import changes
from tests.stage import Cast
from tests.support.together import together
from tests.support.unfinished import refresh_later
from tests.support.watch import Watch, writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def rotate(cast: Cast, universe: Universe, value: bytes = b"new") -> Change:
    """Rotate PAY_KEY."""
    return changes.rotate(
        actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(value)
    )


def settled(universe: Universe) -> None:
    """Let every open change be settled a moment ago, and let the next refresh come at once."""
    Change.objects.filter(settled_at=None).update(state=ChangeState.UNDETERMINED)
    Universe.objects.filter(pk=universe.pk).update(sync_tried_at=None)


def test_a_write_beside_an_open_one_leaves_the_mirror_unsure_until_the_next_refresh(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    emulator.inject(faults.cut_after(), method="PATCH")
    with pytest.raises(OutcomeUnknown):
        rotate(cast, universe, b"first")
    rotate(cast, universe, b"second")
    mirrored = Secret.objects.get(universe=universe, name="PAY_KEY")
    assert mirrored.unsure
    harbor.put("PAY_KEY", b"first", "api.pay.example")
    settled(universe)
    Change.objects.update(settled_at=mirrored.updated_at)
    watch = Watch()
    assert refresh_later(universe)
    mirrored.refresh_from_db()
    assert (mirrored.unsure, watch.tags) == (False, [])
    assert mirrored.update_time == harbor.secrets["PAY_KEY"].update_time


def test_a_deletion_beside_an_open_write_keeps_the_row_until_the_next_refresh(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    emulator.inject(faults.cut_after(), method="PATCH")
    with pytest.raises(OutcomeUnknown):
        rotate(cast, universe)
    change = changes.delete(actor=cast["manager"].actor, universe=universe, name="PAY_KEY")
    assert Secret.objects.get(universe=universe, name="PAY_KEY").unsure
    settled(universe)
    Change.objects.update(settled_at=change.started_at)
    watch = Watch()
    assert refresh_later(universe)
    assert not Secret.objects.filter(universe=universe, name="PAY_KEY").exists()
    assert watch.tags == []


def test_a_write_beside_a_failed_one_is_sure(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    emulator.inject(faults.status(403), method="PATCH")
    with pytest.raises(RobloxRefused):
        rotate(cast, universe)
    rotate(cast, universe)
    assert not Secret.objects.get(universe=universe, name="PAY_KEY").unsure


def test_an_answer_older_than_the_mirror_does_not_turn_it_back(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    earlier = Secret.objects.get(universe=universe, name="PAY_KEY").update_time
    rotate(cast, universe, b"second")
    newest = harbor.secrets["PAY_KEY"].update_time
    late = {"id": "PAY_KEY", "create_time": earlier, "update_time": earlier}
    emulator.inject(faults.status(200, late), method="PATCH")
    rotate(cast, universe, b"late")
    assert Secret.objects.get(universe=universe, name="PAY_KEY").update_time == newest


@pytest.mark.django_db(transaction=True)
def test_of_rotations_at_once_one_goes_and_the_mirror_ends_as_roblox(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    done = together(
        lambda: rotate(cast, universe, b"one"),
        lambda: rotate(cast, universe, b"two"),
        lambda: rotate(cast, universe, b"three"),
    )
    went = [change.state for change in done if isinstance(change, Change)]
    assert went == ["succeeded"] * len(went) != []
    assert {type(each) for each in done} <= {Change, StaleVersion}
    assert len(writes(emulator)) == len(went)
    assert sorted(watch.tags) == (
        ["secret.rotate.started"] * len(went) + ["secret.rotate.succeeded"] * len(went)
    )
    Universe.objects.filter(pk=universe.pk).update(sync_tried_at=None)
    assert refresh_later(universe)
    mirrored = Secret.objects.get(universe=universe, name="PAY_KEY")
    assert mirrored.update_time == harbor.secrets["PAY_KEY"].update_time
    assert not mirrored.unsure
    assert not any("drift" in tag for tag in watch.tags)
