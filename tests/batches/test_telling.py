"""What a batch tells of universes and secrets: nothing that its person may not see."""

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.batches import everywhere, planning, progress, running
from secretsapp.batches.everywhere import Choice, Where
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, Grant, Universe
from tests.batches.batching import add_universe, batch_of
from tests.granting import let_cover
from tests.stage import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("where", Where)
def test_where_a_name_that_one_may_not_list_is_found_isnt_told(
    cast: Cast, universe: Universe, where: Where
) -> None:
    let_cover(Grant.objects.filter(role=Role.EDITOR), "OWN_*")
    actor = cast["editor"].actor
    found = {name: everywhere.candidates(actor, name, Choice(where)) for name in ("PAY_KEY", "NO")}
    assert found == {"PAY_KEY": [], "NO": []}
    assert everywhere.chosen(actor, "PAY_KEY", {universe.pk}) == []
    assert bool(everywhere.candidates(actor, "OWN_KEY", Choice(where))) is (where != Where.THERE)


@pytest.mark.parametrize("deletes", [False, True])
def test_a_plan_says_the_same_of_a_hidden_secret_as_of_none(
    cast: Cast, universe: Universe, deletes: bool
) -> None:
    let_cover(Grant.objects.filter(role=Role.EDITOR), "OWN_*")
    pairs = [(universe, "PAY_KEY"), (universe, "NO_KEY")]
    there, missing = planning.plan(cast["editor"].actor, pairs=pairs, deletes=deletes)
    assert (there.kind, there.domain, there.seen_version) == (missing.kind, "", "")


def test_why_a_batch_waits_does_not_name_the_universes_of_others(
    emulator: Emulator, cast: Cast, universe: Universe, api_key: ApiKey
) -> None:
    _, other = add_universe(emulator, api_key, secrets={"PAY_KEY": b"x"}, name="Hidden game")
    batch_of(cast["admin"].actor, [other], {"PAY_KEY": b"new"})
    emulator.inject(faults.status(503), times=9, method="GET", path=f"{other.pk}/secrets")
    running.run_due()
    batch = batch_of(cast["editor"].actor, [universe], {"PAY_KEY": b"new"})
    told = progress.get(cast["editor"].actor, batch.pk).waits_for
    assert len(told) == 1
    assert "Hidden" not in told[0]


def test_who_lost_the_right_is_not_told_what_became_of_the_secret(
    cast: Cast, harbor: EmulatedUniverse, universe: Universe
) -> None:
    values = {"PAY_KEY": b"new", "BRAND_NEW": b"new"}
    batch = batch_of(cast["editor"].actor, [universe], values)
    harbor.put("PAY_KEY", b"theirs", "api.pay.example")
    harbor.put("BRAND_NEW", b"theirs", "api.pay.example")
    Grant.objects.filter(person=cast["editor"].user).delete()
    running.run_due()
    told = set(batch.items.values_list("words", flat=True))
    assert all("You can’t" in words for words in told)
