"""A worker is seen as long as it works, whatever its work waits for, and not when it hangs."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone

from secretsapp.management import heartbeat
from secretsapp.management.heartbeat import Heartbeat
from secretsapp.models import Worker
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let hearts beat quickly, and leave no thread behind."""
    monkeypatch.setattr(heartbeat, "INTERVAL_SECONDS", 0.02)
    yield
    assert "heartbeat" not in {thread.name for thread in threading.enumerate()}


def beat_again() -> bool:
    """Whether the worker was seen after this was asked; it is waited for."""
    asked = timezone.now()
    wait_until(lambda: Worker.objects.filter(seen_at__gt=asked).exists())
    return True


def test_it_beats_while_a_round_waits_and_is_forgotten_at_the_end() -> None:
    def work_until_interrupted() -> None:
        with Heartbeat():
            assert beat_again()
            assert beat_again()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work_until_interrupted()
    assert not Worker.objects.exists()


def test_a_round_that_hangs_is_silent_until_another_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Heartbeat() as working:
        assert beat_again()
        monkeypatch.setattr(heartbeat, "LONGEST_ROUND_SECONDS", 0)
        time.sleep(0.1)
        last = Worker.objects.get().seen_at
        time.sleep(0.2)
        assert Worker.objects.get().seen_at == last
        monkeypatch.setattr(heartbeat, "LONGEST_ROUND_SECONDS", 60)
        working.begin_round()
        assert beat_again()


def rename(table: str, to: str) -> None:
    """Give a table another name behind the worker's back."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {to}")


def test_a_failing_database_is_one_line_and_survived(caplog: pytest.LogCaptureFixture) -> None:
    with Heartbeat():
        assert beat_again()
        rename("secretsapp_worker", "elsewhere")
        try:
            wait_until(lambda: bool(caplog.records))
            time.sleep(0.2)
        finally:
            rename("elsewhere", "secretsapp_worker")
        assert beat_again()
        rename("secretsapp_worker", "elsewhere")
    rename("elsewhere", "secretsapp_worker")
    said = [record.getMessage() for record in caplog.records]
    assert said[0].startswith("The heartbeat failed because of the database: ")
    assert said[-1].startswith("This worker's row could not be deleted: ")
    assert len(said) in {2, 3}
