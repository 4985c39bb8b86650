"""From a database address to settings that keep what is written."""

import sqlite3
from pathlib import Path

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper

from dashboard.database import database
from dashboard.env import SettingError

FILE = Path("/data/sealroom.sqlite3")


def test_sqlite_file_where_no_address_is_given() -> None:
    config = database(None, sqlite_file=FILE)
    assert config["ENGINE"] == "django.db.backends.sqlite3"
    assert config["NAME"] == str(FILE)


@pytest.mark.parametrize("from_address", [True, False])
def test_sqlite_waits_logs_ahead_and_syncs(from_address: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    config = database(f"sqlite:///{path}" if from_address else None, sqlite_file=path)
    connection = DatabaseWrapper({**config, "TIME_ZONE": None, "TEST": {}})
    parameters = connection.get_connection_params()
    raw: sqlite3.Connection = connection.get_new_connection(parameters)
    read = {
        name: raw.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    raw.close()
    full = 2
    assert read == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 20_000,
    }
    assert vars(connection)["transaction_mode"] == "IMMEDIATE"


def test_postgresql_keeps_connections_and_checks_them() -> None:
    config = database("postgres://me:p%40ss@db.example.com:5433/rooms", sqlite_file=FILE)
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["USER"], config["PASSWORD"], config["NAME"]) == ("me", "p@ss", "rooms")
    assert (config["HOST"], config["PORT"]) == ("db.example.com", 5433)
    assert config["CONN_HEALTH_CHECKS"] is True
    assert config["CONN_MAX_AGE"] == 60


def test_password_may_come_apart_from_the_address() -> None:
    config = database("postgres://me@db.example.com/rooms", sqlite_file=FILE, password="p@ss")
    assert config["PASSWORD"] == "p@ss"
    with pytest.raises(SettingError, match="Remove DATABASE_PASSWORD"):
        database("postgres://me:other@db.example.com/rooms", sqlite_file=FILE, password="p@ss")


def test_postgresql_over_a_socket() -> None:
    config = database("postgres://me@/rooms?host=%2Frun%2FPostgres", sqlite_file=FILE)
    assert config["HOST"] == ""
    assert config["OPTIONS"]["host"] == "/run/Postgres"


def test_postgresql_that_is_away_is_given_up_within_seconds() -> None:
    for asked, seconds in (("", 5), ("?connect_timeout=9", 9)):
        config = database(f"postgres://me@db.example.com/rooms{asked}", sqlite_file=FILE)
        assert config["OPTIONS"] == {"connect_timeout": seconds, "tcp_user_timeout": 10_000}


@pytest.mark.parametrize(
    "address",
    [
        "mysql://me:hunter-two@db.example.com/rooms",
        "oracle://me:hunter-two@db.example.com/rooms",
        "unheard-of://me:hunter-two@db.example.com/rooms",
        "postgres://me:hunter-two@db.example.com:port/rooms",
        "postgres://me:hunter-two@[db.example.com/rooms",
        "hunter-two",
    ],
)
def test_other_addresses_are_refused_without_being_shown(address: str) -> None:
    with pytest.raises(SettingError, match=r"^DATABASE_URL ") as caught:
        database(address, sqlite_file=FILE)
    assert "hunter-two" not in str(caught.value)
    assert caught.value.__cause__ is None
