"""What keeps an installation from serving is told in a word for each part, and quickly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from secretsapp.core.keyring import generate_key
from secretsapp.models import KeyProof, Worker
from secretsapp.operation import readiness, workers
from secretsapp.rules import triggers

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

PARTS = ("database", "migrations", "schema", "keys", "log", "worker")
WELL = dict.fromkeys(PARTS, "ok")


@pytest.fixture(autouse=True)
def worker() -> Worker:
    """A worker that was just seen."""
    started = workers.of_this_process()
    workers.beat(started)
    return started


def test_a_whole_installation_is_ready_in_a_handful_of_queries() -> None:
    readiness.check()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert readiness.check() == WELL
    statements = [query["sql"] for query in asked.captured_queries]
    assert all(sql.startswith(("SELECT", "WITH", "SAVEPOINT", "RELEASE")) for sql in statements)
    questions = [sql for sql in statements if "SAVEPOINT" not in sql and "set_config" not in sql]
    assert len(questions) == 10


def test_a_worker_that_ended_is_missed(worker: Worker) -> None:
    workers.end(worker)
    assert readiness.check() == WELL | {"worker": "failed"}


def test_a_migration_that_was_not_applied_is_missed() -> None:
    newest = MigrationRecorder(connection).migration_qs.filter(app="secretsapp").latest("id")
    newest.delete()
    assert readiness.check() == WELL | {"migrations": "failed", "schema": "unchecked"}


@pytest.mark.parametrize("make_keys", [generate_key, lambda: "no key"], ids=["another", "none"])
def test_master_keys_that_do_not_open_the_database_fail(
    settings: Settings, make_keys: Callable[[], str]
) -> None:
    settings.MASTER_KEYS = make_keys()
    assert readiness.check() == WELL | {"keys": "failed", "log": "unchecked"}


def test_a_missing_proof_and_a_proof_that_cannot_be_read_fail() -> None:
    KeyProof.objects.update(blob=b"none of ours")
    assert readiness.check()["keys"] == "failed"
    KeyProof.objects.all().delete()
    assert readiness.check()["keys"] == "failed"


def test_another_audit_key_fails(settings: Settings, universe: object) -> None:
    settings.AUDIT_KEYS = generate_key()
    assert readiness.check() == WELL | {"log": "failed"}


def test_an_unguarded_log_fails() -> None:
    triggers.remove()
    assert readiness.check() == WELL | {"log": "failed"}
    triggers.install()
    assert readiness.check() == WELL


def test_of_a_database_that_is_away_nothing_further_is_asked() -> None:
    asked: list[str] = []

    def be_away(
        _execute: Callable[..., Any], sql: str, _parameters: Any, _many: bool, _context: Any
    ) -> Any:
        asked.append(sql)
        raise OperationalError("the database is away")

    with connection.execute_wrapper(be_away):
        found = readiness.check()
    assert found == dict.fromkeys(PARTS, "unchecked") | {"database": "failed"}
    assert len(asked) == 1


@contextmanager
def tables_locked_by_another() -> Iterator[None]:
    """Another connection holds what writers wait for: tables, or the whole of SQLite."""
    locked, done = Event(), Event()

    def lock() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("LOCK TABLE secretsapp_keyproof, secretsapp_worker")
                else:
                    cursor.execute("UPDATE secretsapp_keyproof SET id = id")
                locked.set()
                done.wait(60)
        finally:
            connection.close()

    thread = Thread(target=lock)
    thread.start()
    try:
        assert locked.wait(60)
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_keeps_nobody_waiting() -> None:
    with tables_locked_by_another():
        began = monotonic()
        found = readiness.check()
        took = monotonic() - began
    # SQLite's readers wait for nobody; on PostgreSQL each waits for a second.
    waited = {"schema": "failed", "keys": "failed", "log": "unchecked", "worker": "failed"}
    assert found == WELL | (waited if connection.vendor == "postgresql" else {})
    assert took < 10
    assert readiness.check() == WELL
