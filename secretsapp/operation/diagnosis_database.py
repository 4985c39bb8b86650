"""What `doctor` finds in the database: engine, tables, guards, the log's head, the workers."""

import sqlite3
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.db.models import F
from django.utils import timezone

from secretsapp.api_keys.key_ends import WARN_BEFORE, end_at
from secretsapp.channels import listing
from secretsapp.core import chain
from secretsapp.log import wiped
from secretsapp.mail import outbox
from secretsapp.models import ApiKey, AuditEvent, AuditHead, Channel, Worker
from secretsapp.operation import workers
from secretsapp.operation.findings import Findings, ok, warning, wrong
from secretsapp.rules import keys, pending_migrations, schema, search_index, triggers

SET_UP = "Run `manage.py setup`."
MEGABYTE = 1024 * 1024
NAMES_SHOWN = 5
MAIL_WAITS_FOR = timedelta(hours=1)


def file() -> Path | None:
    """The file of an SQLite database; None on PostgreSQL."""
    return None if connection.vendor == "postgresql" else Path(connection.settings_dict["NAME"])


def database() -> Findings:
    """Whether it can be asked, and whether what it commits stays; raises DatabaseError."""
    path = file()
    if path is None:
        yield from _postgres()
    elif not path.exists() or not path.stat().st_size:
        yield wrong(f"There is no database at {path}.", f"{SET_UP} Or restore a backup.")
    else:
        yield from _sqlite(path)


def _sqlite(path: Path) -> Findings:
    mode, synchronous = _value("PRAGMA journal_mode"), _value("PRAGMA synchronous")
    size = path.stat().st_size / MEGABYTE
    told = f"SQLite {sqlite3.sqlite_version}, {size:.1f} MiB, journal {mode}"
    if mode == "wal" and int(synchronous) >= 2:
        yield ok(f"{told}, commits reach the disk")
    else:
        yield warning(f"{told}, synchronous {synchronous}.", "Keep it on a local disk.")


def _postgres() -> Findings:
    version, size = _value("SHOW server_version"), _value(_SIZE)
    told = f"PostgreSQL {version}, {int(size) / MEGABYTE:.1f} MiB"
    off = [name for name in ("fsync", "synchronous_commit") if _value(f"SHOW {name}") == "off"]
    if off:
        yield warning(
            f"{told}; {' and '.join(off)} off, so a power failure loses committed data.",
            "Turn it on in the server's settings.",
        )
    else:
        yield ok(f"{told}, commits reach the disk")


_SIZE = "SELECT pg_database_size(current_database())"


def _value(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])


def tables() -> Findings:
    """Whether the tables are those of this version."""
    newer, missing = pending_migrations.newer(), pending_migrations.missing()
    if newer:
        yield wrong(
            f"The tables are from a newer version of Sealroom ({newer[-1]}).", "Run that version."
        )
    if missing:
        yield wrong(f"{len(missing)} migrations have not been applied.", SET_UP)
    if not newer and not missing:
        yield ok("the tables match this version")


def guards() -> Findings:
    """Whether the triggers that protect the log are in place, and everything else as it was made.

    Of tables of another version it is only told what acts by itself.
    """
    absent = triggers.missing()
    of_this_version = not pending_migrations.newer() and not pending_migrations.missing()
    differences = schema.compare() if of_this_version else schema.Differences(schema.foreign(), [])
    told = differences.told("The database")
    if absent:
        yield wrong(
            f"Triggers that protect the audit log are missing: {', '.join(absent)}.",
            "Run `manage.py setup`, then `manage.py verify_audit`, and find out who removed them.",
        )
    if told:
        yield wrong(
            told,
            "It can change what is written and read. Fix it or restore a backup, and find "
            "out who did it.",
        )
    if not absent and not told:
        yield ok("the triggers that protect the audit log are in place, and nothing else is")


def indexes() -> Findings:
    """Whether SQLite's indexes show what the tables hold; raises SchemaChanged, which says it."""
    schema.check_indexes()
    if file() is not None:
        yield ok("they hold what the tables hold")


def search() -> Findings:
    """Whether what is searched for is looked up in an index that is right."""
    if not search_index.is_kept():
        yield warning(
            "Search has no index and reads every secret: it finds the same, but is slow with many.",
            "On PostgreSQL install its extension pg_trgm, or ask the database's owner to "
            f"create it; on SQLite use version 3.34 or newer with FTS5. {SET_UP}",
        )
    elif differing := search_index.differing():
        yield wrong(f"The search index is wrong about {differing:,} secrets.", SET_UP)
    else:
        yield ok("the search index is in place and correct")


def head() -> Findings:
    """Whether the newest event is ours and is the head of the log; not the whole of it.

    Raises LogBroken, whose sentence is the finding, where the log was wiped.
    """
    wiped.check()
    found = AuditHead.objects.first()
    if found is None:
        yield wrong("The audit log has no head.", f"{SET_UP} If it had one, restore a backup.")
        return
    last = AuditEvent.objects.order_by("-sequence").first()
    if _is_whole(found, last):
        yield ok(f"event {found.sequence} verifies; `manage.py verify_audit` checks them all")
    else:
        yield wrong(
            f"The head of the audit log does not verify at event {found.sequence}.",
            "Run `manage.py verify_audit` to see where it breaks, and restore a backup.",
        )


def _is_whole(found: AuditHead, last: AuditEvent | None) -> bool:
    if last is None:
        return (found.sequence, found.link) == (0, chain.START_OF_CHAIN)
    return (
        (found.sequence, found.link) == (last.sequence, last.link)
        and chain.content_hash(last.chained_fields()) == last.content
        and keys.audit_ring().verifies(last.link, mac=last.mac, key_id=last.key_id)
    )


def api_keys() -> Findings:
    """Whether an API key of Roblox has expired or soon will, as far as that is known."""
    found = ApiKey.objects.order_by(F("ends_at").asc(nulls_last=True), "name")
    keys_of = [(each.name, end_at(each.ends_at)) for each in found.only("name", "ends_at")]
    for name, end in keys_of:
        if end.to_do:
            level = wrong if end.is_over else warning
            yield level(f"“{name}”: {end.sentence}", f"{end.to_do}: `manage.py replace_api_key`.")
    if not any(end.to_do for _, end in keys_of):
        yield ok(f"none of {len(keys_of)} is known to expire within {WARN_BEFORE.days} days")
    unknown = [name for name, end in keys_of if end.ends_at is None]
    if unknown:
        others = f" and {len(unknown) - NAMES_SHOWN} more" if len(unknown) > NAMES_SHOWN else ""
        names = ", ".join(f"“{name}”" for name in unknown[:NAMES_SHOWN])
        yield ok(
            f"Roblox doesn't say when these expire: {names}{others}; set it with `manage.py "
            "edit_api_key --ends`"
        )


def background() -> Findings:
    """Whether something works in the background."""
    newest = Worker.objects.order_by("-seen_at").first()
    start = "Start `manage.py work`, or check its log."
    if newest is None:
        yield wrong("No worker is running, so open changes are not settled.", start)
        return
    since = timezone.now() - newest.seen_at
    count = workers.at_work().count()
    if count:
        yield ok(f"running: {count}, last seen {since.total_seconds():.0f} seconds ago")
    else:
        yield wrong(f"The last worker was seen {_rounded(since)} ago.", start)


def mail() -> Findings:
    """Whether mail waits for long, or was given up: what someone should know may not reach them."""
    found = outbox.backlog()
    check = "Check MAIL_HOST and its password, and the worker's log."
    if found.oldest and timezone.now() - found.oldest > MAIL_WAITS_FOR:
        since = _rounded(timezone.now() - found.oldest)
        yield warning(f"Mails waiting: {found.waiting}, the oldest for {since}.", check)
    if found.given_up:
        days = outbox.GIVEN_UP_SHOWN_FOR.days
        yield warning(f"Mails given up within {days} days: {found.given_up}.", check)
    elif not found.oldest or timezone.now() - found.oldest <= MAIL_WAITS_FOR:
        yield ok(f"waiting: {found.waiting}; none for long, and none was given up")


def _rounded(time: timedelta) -> str:
    return str(timedelta(seconds=round(time.total_seconds())))


def channels() -> Findings:
    """Whether what happens reaches those who are to be told."""
    stopped = list(listing.stopped_channels().values_list("name", flat=True)[:NAMES_SHOWN])
    failing = Channel.objects.filter(state="on").exclude(failing_since=None)
    if stopped:
        yield wrong(f"Channels were stopped: {', '.join(stopped)}.", "See why under Channels.")
    elif names := list(failing.values_list("name", flat=True)[:NAMES_SHOWN]):
        yield warning(f"Channels fail: {', '.join(names)}.", "See why under Channels.")
    else:
        yield ok(f"{Channel.objects.filter(state='on').count()} channels are told what happens")
