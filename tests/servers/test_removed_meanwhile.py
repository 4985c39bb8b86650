"""A universe that is removed while its servers are looked at is gone, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsapp.models import Publication, Rollout, ServerRestart, Universe
from secretsapp.opencloud import server_management
from secretsapp.servers import following, log_reading, publications, restarts, rollouts, watching
from tests.servers.test_restarts import WORKER
from tests.stage import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


def remove_after(patch: pytest.MonkeyPatch, module: object, name: str) -> None:
    """Let every universe be removed just after that was done."""
    real = getattr(module, name)

    def done(*arguments: Any, **named: Any) -> Any:
        result = real(*arguments, **named)
        Universe.objects.all().delete()
        return result

    patch.setattr(module, name, done)


def test_before_there_is_a_row_for_its_change(
    rotated: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove_after(monkeypatch, rollouts, "_row")
    assert watching.look(cast["viewer"].actor, rotated, "PAY_KEY") is None
    assert not Rollout.objects.exists()


def test_before_its_servers_are_counted(rotated: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    remove_after(monkeypatch, watching, "claim")
    assert watching.watch_due(WORKER) == 0


def test_before_its_logs_are_read(
    rotated: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove_after(monkeypatch, log_reading, "require_somewhere")
    assert not log_reading.look(cast["viewer"].actor, rotated)


def test_before_what_became_of_a_version_is_stored(
    with_key: Universe, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    Publication.objects.create(
        universe=with_key,
        place_id=place,
        is_published=True,
        size=1,
        state="unknown",
        started_at=timezone.now() - timedelta(days=2),
    )
    remove_after(monkeypatch, publications, "_judge")
    assert publications.settle_due(WORKER) == 1


def test_before_the_end_of_a_restart_is_stored(
    with_key: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = restarts.restart(cast["manager"].actor, with_key)
    ServerRestart.objects.update(tried_at=None, total=1, remaining=1)
    remove_after(monkeypatch, server_management, "list_restarts")
    assert following.follow_due(WORKER) == 1
    assert not ServerRestart.objects.filter(pk=row.pk).exists()
