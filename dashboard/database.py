"""From a database address to Django's settings for it: SQLite for one machine, PostgreSQL else."""

from pathlib import Path

import dj_database_url
from dj_database_url import DBConfig

from dashboard.env import SettingError

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"

# Writers queue at BEGIN instead of failing half-way, and a commit is on the disk when it returns.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": ("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"),
}

CONNECTION_SECONDS = 60

# Someone who waits for a page learns within seconds that the database is down: when it cannot be
# reached, and when it goes without a word (in milliseconds). An address may say otherwise.
POSTGRESQL_OPTIONS = {"connect_timeout": 5, "tcp_user_timeout": 10_000}


def database(address: str | None, *, sqlite_file: Path, password: str | None = None) -> DBConfig:
    """The settings for the database at `address`, or for `sqlite_file` where there is none.

    `password` is that of an address which holds none: so it can come from a file of its own.
    """
    if address is None:
        return {"ENGINE": SQLITE, "NAME": str(sqlite_file), "OPTIONS": dict(SQLITE_OPTIONS)}
    config = _parse(address)
    if config["ENGINE"] == SQLITE:
        return {"ENGINE": SQLITE, "NAME": config["NAME"], "OPTIONS": dict(SQLITE_OPTIONS)}
    if config["ENGINE"] == POSTGRESQL:
        config["OPTIONS"] = POSTGRESQL_OPTIONS | config.get("OPTIONS", {})
        return _with_password(config, password)
    raise SettingError("DATABASE_URL must begin with sqlite:// or postgres://.")


def _with_password(config: DBConfig, password: str | None) -> DBConfig:
    if password is None:
        return config
    if config.get("PASSWORD"):
        raise SettingError("DATABASE_URL already has a password. Remove DATABASE_PASSWORD.")
    config["PASSWORD"] = password
    return config


def _parse(address: str) -> DBConfig:
    try:
        return dj_database_url.parse(
            address.strip(), conn_max_age=CONNECTION_SECONDS, conn_health_checks=True
        )
    except ValueError:
        # The address may hold a password, so the parser's own words stay inside.
        raise SettingError(
            "DATABASE_URL is not a usable address. It looks like "
            "postgres://user:password@host:5432/name, with unusual characters percent-encoded."
        ) from None
