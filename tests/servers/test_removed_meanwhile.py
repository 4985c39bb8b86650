"""A universe that is removed while its servers are looked at is gone, and nothing else."""

from typing import Any

import pytest

from secretsapp.models import Rollout, Universe
from secretsapp.servers import log_reading, rollouts, watching
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
