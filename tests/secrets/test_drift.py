"""Acknowledging what was changed elsewhere."""

import pytest
from django.utils import timezone

from secretsapp.core.errors import Forbidden, StaleVersion
from secretsapp.models import Secret, Universe
from secretsapp.secrets import drift
from secretsapp.secrets.secret_view import drift_of
from tests.stage import Cast
from tests.support.unfinished import mirrored
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db


def mark(**marks: object) -> None:
    """Let PAY_KEY be as a refresh leaves what it finds changed."""
    Secret.objects.filter(name="PAY_KEY").update(drifted_at=timezone.now(), **marks)


def test_a_change_elsewhere_is_acknowledged_once(universe: Universe, cast: Cast) -> None:
    mark(note="kept")
    watch, actor = Watch(), cast["editor"].actor
    assert drift.acknowledge(actor, universe, "PAY_KEY")
    assert not drift.acknowledge(actor, universe, "PAY_KEY")
    assert (mirrored(universe).drifted_at, mirrored(universe).note) == (None, "kept")
    assert [detail(event) for event in watch.events] == [{"found": "changed"}]


def test_a_missing_secret_leaves_the_list(universe: Universe, cast: Cast) -> None:
    mark(missing_since=timezone.now())
    watch, actor = Watch(), cast["editor"].actor
    assert drift.acknowledge(actor, universe, "PAY_KEY")
    assert not drift.acknowledge(actor, universe, "PAY_KEY")
    assert not Secret.objects.filter(name="PAY_KEY").exists()
    assert [detail(event) for event in watch.events] == [{"found": "missing"}]


@pytest.mark.parametrize(
    "since", [{"missing_since": timezone.now()}, {"update_time": "2026-12-03T18:00:00Z"}]
)
def test_what_nobody_saw_is_not_acknowledged(
    universe: Universe, cast: Cast, since: dict[str, object]
) -> None:
    mark(note="kept")
    watch, seen = Watch(), drift_of(mirrored(universe))
    Secret.objects.filter(name="PAY_KEY").update(**since)
    with pytest.raises(StaleVersion, match="PAY_KEY was changed outside Sealroom again"):
        drift.acknowledge(cast["editor"].actor, universe, "PAY_KEY", seen)
    assert (mirrored(universe).note, watch.tags) == ("kept", [])
    assert mirrored(universe).drifted_at is not None


@pytest.mark.parametrize("who", ["rotator", "viewer", "auditor", "stranger"])
def test_below_an_editor_nobody_acknowledges(universe: Universe, cast: Cast, who: str) -> None:
    mark()
    with pytest.raises(Forbidden):
        drift.acknowledge(cast[who].actor, universe, "PAY_KEY")
    assert mirrored(universe).drifted_at is not None
