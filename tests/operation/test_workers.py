"""Workers are seen while they work, and forgotten when they are gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.models import Worker
from secretsapp.operation import workers
from secretsapp.operation.workers import is_seen
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def worker() -> Worker:
    """A worker of this process that was just seen."""
    started = workers.of_this_process()
    workers.beat(started)
    return started


def see(worker: Worker, ago: timedelta) -> None:
    """Let the worker have been seen that long ago."""
    Worker.objects.filter(pk=worker.pk).update(seen_at=timezone.now() - ago)


def test_a_worker_is_seen_from_its_first_beat_to_its_end(worker: Worker) -> None:
    watch = Watch()
    assert is_seen()
    workers.beat(worker)
    assert Worker.objects.count() == 1
    workers.end(worker)
    assert not is_seen()
    assert not watch.events


@pytest.mark.parametrize("seconds", [61, -61])
def test_a_worker_that_is_silent_or_of_another_time_is_not_seen(
    worker: Worker, seconds: int
) -> None:
    see(worker, timedelta(seconds=seconds))
    assert not is_seen()
    workers.beat(worker)
    assert is_seen()


def test_a_worker_of_another_host_does_not_count_for_this_one(worker: Worker) -> None:
    Worker.objects.update(host="another")
    assert is_seen()
    assert not is_seen(workers.this_host())
    assert is_seen("another")


def test_a_worker_whose_row_was_lost_is_seen_again(worker: Worker) -> None:
    Worker.objects.all().delete()
    workers.beat(worker)
    assert Worker.objects.get().started_at == worker.started_at


def test_only_those_unseen_for_a_day_are_forgotten(worker: Worker) -> None:
    see(worker, timedelta(hours=23))
    assert workers.forget_lost() == 0
    see(worker, timedelta(hours=25))
    assert workers.forget_lost() == 1
