"""What `doctor` finds on the machine: keys, files, disk, addresses, clock, Roblox, mail."""

import shutil
import socket
import stat
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.http.request import validate_host

from dashboard import probe
from secretsapp.opencloud.answers import NothingSent
from secretsapp.opencloud.client import Timeouts
from secretsapp.opencloud.reach import look
from secretsapp.operation import diagnosis_database, installation, key_proof, ring_contents
from secretsapp.operation.encrypted import Kind
from secretsapp.operation.findings import Finding, Findings, ok, warning, wrong
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring

GIBIBYTE = 1024**3
LEAST_FREE_BYTES = GIBIBYTE
LEAST_FREE_SHARE = 0.05
SKEW_SECONDS = 5
WRONG_SKEW_SECONDS = 60
CONNECT_SECONDS = 5
HTTP_PORT = 80


def secret_key() -> Findings:
    """Whether Django has its key; raises KeyTrouble, whose sentence says what to do."""
    keys.check_secret_key()
    yield ok("found")


def master_keys() -> Findings:
    """Whether the master keys are there and well formed; raises KeyTrouble."""
    return _ring(Ring.MASTER)


def audit_keys() -> Findings:
    """Whether the audit keys are there and well formed; raises KeyTrouble."""
    return _ring(Ring.AUDIT)


def checkpoint_keys() -> Findings:
    """Whether there is a key that signs checkpoints, and it is well formed; raises KeyTrouble."""
    if keys.is_configured(Ring.CHECKPOINT):
        yield from _ring(Ring.CHECKPOINT)
    else:
        found, to_do = installation.checkpoint_notice().split(". ", 1)
        yield warning(f"{found}.", to_do)


def _ring(ring: Ring) -> Findings:
    ids, source = keys.key_ids(ring), keys.source_of(ring)
    yield ok(f"{', '.join(ids)}, from {source}")
    if source.unused:
        yield warning(
            f"{source.unused} is not used, because {ring} comes from {source}.",
            "Move that file to where you keep copies of keys.",
        )


def strength() -> Findings:
    """Whether each key that writes is random and serves for one thing; raises KeyTrouble."""
    keys.check_strength()
    yield ok("each key used for writing is random and has one purpose")


def stored() -> Findings:
    """Whether the master keys are those of this database; raises KeyTrouble."""
    key_proof.check()
    here, uses = keys.key_ids(Ring.MASTER), ring_contents.uses(Ring.MASTER)
    lost = {key_id: use for key_id, use in uses.items() if use.encrypted and key_id not in here}
    if lost:
        kinds = dict.fromkeys(str(kind) for use in lost.values() for kind in use.encrypted)
        what = ", ".join(kinds)
        yield wrong(
            f"{what[0].upper()}{what[1:]} need master keys that are missing: "
            f"{', '.join(sorted(lost))}.",
            "Add them to MASTER_KEYS again.",
        )
    else:
        count = sum(use.encrypted.get(Kind.API_KEYS, 0) for use in uses.values())
        yield ok(f"the master keys decrypt this database; API keys: {count}")


def disk() -> Findings:
    """Whether there is room where the data lies."""
    place = _nearest(Path(settings.DATA_DIR))
    usage = shutil.disk_usage(place)
    told = f"{usage.free / GIBIBYTE:.1f} GiB free of {usage.total / GIBIBYTE:.1f} at {place}"
    if usage.free < LEAST_FREE_BYTES or usage.free < LEAST_FREE_SHARE * usage.total:
        yield warning(f"Only {told}.", "Free some space: without it nothing can be recorded.")
    else:
        yield ok(told)


def _nearest(path: Path) -> Path:
    return next(found for found in (path, *path.parents) if found.exists())


def permissions() -> Findings:
    """Whether the files are closed to others."""
    database = diagnosis_database.file()
    files = [Path(f"{database}{end}") for end in ("", "-wal")] if database else []
    data, own = Path(settings.DATA_DIR), Path(settings.KEYS_DIR)
    open_to_others = [
        *_open(data, stat.S_IWGRP | stat.S_IWOTH, "755"),
        *_open(own, stat.S_IRWXG | stat.S_IRWXO, "700"),
        *[found for file in files for found in _open(file, stat.S_IRWXG | stat.S_IRWXO, "600")],
    ]
    yield from open_to_others
    if not open_to_others:
        yield ok(f"others have no access to {data}")


def _open(path: Path, refused: int, mode: str) -> list[Finding]:
    if not path.exists() or not path.stat().st_mode & refused:
        return []
    return [wrong(f"Others can access {path}.", f"Run: chmod {mode} {path}")]


def passwords() -> Findings:
    """Whether blanks stand around a password of the settings: they are sent as they are."""
    for name in settings.PADDED_SETTINGS:
        yield warning(
            f"{name} starts or ends with spaces, which are sent as part of it.",
            "Remove them, unless they belong to it.",
        )
    if not settings.PADDED_SETTINGS:
        yield ok("no spaces around them")


def addresses() -> Findings:
    """Whether the settings of the address fit each other, and where links lead."""
    findings = [*_debug(), *_hosts(), *_proxies(), *_unanswered()]
    yield from findings or [ok(_links("links"))]


def _debug() -> Findings:
    if settings.DEBUG:
        yield wrong("DEBUG is on, so error pages show the code to strangers.", "Set DEBUG to off.")


def _hosts() -> Findings:
    host = urlsplit(settings.SITE_URL).hostname or ""
    if not validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        yield wrong(
            f"ALLOWED_HOSTS is missing {host}, the host of SITE_URL: no page works there.",
            "Add it, or leave ALLOWED_HOSTS out.",
        )


def _proxies() -> Findings:
    proxies = settings.TRUSTED_PROXIES
    if settings.SITE_URL.startswith("https://") and not proxies:
        yield warning(
            "SITE_URL is https but TRUSTED_PROXIES is not set, so behind a proxy every page "
            "redirects forever.",
            "Set TRUSTED_PROXIES to the address of the proxy.",
        )
    if any(network.prefixlen == 0 for network in proxies):
        yield warning(
            "TRUSTED_PROXIES contains every address, so anyone can pretend to come from anywhere.",
            "Enter only the proxy.",
        )


def _links(word: str) -> str:
    return f"{word} lead to {settings.SITE_URL}, from {settings.SITE_URL_SOURCE}"


def _unanswered() -> Findings:
    """On this machine Sealroom can be asked itself; another address may lead here by many ways."""
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "http" or site.hostname not in (probe.HOST, "localhost"):
        return
    port, seconds = site.port or HTTP_PORT, CONNECT_SECONDS
    if probe.status_of(port, probe.ALIVE, host=site.netloc, seconds=seconds) != probe.WELL:
        yield warning(
            f"{_links('Links')}, but Sealroom doesn't answer there.",
            "Start it (`make run`), or set SITE_URL to the address that people type.",
        )


def clock() -> Findings:
    """Whether this machine's clock goes as the database's does."""
    if connection.vendor != "postgresql":
        yield ok("the database is on this machine")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        yield _skew(cursor.fetchone()[0], "the database's")


def _skew(there: datetime, whose: str) -> Finding:
    seconds = (datetime.now(UTC) - there).total_seconds()
    told = f"{abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'} {whose} clock"
    to_do = "Synchronize this machine's clock with a time server (NTP)."
    if abs(seconds) > WRONG_SKEW_SECONDS:
        return wrong(f"This machine is {told}, so outcomes of changes can't be found out.", to_do)
    if abs(seconds) > SKEW_SECONDS:
        return warning(f"This machine is {told}.", to_do)
    return ok(f"this machine and {whose} clock agree")


def roblox() -> Findings:
    """Whether Roblox answers, and its clock; asked without a key."""
    url, proxy = settings.OPEN_CLOUD_URL, settings.OPEN_CLOUD_PROXY
    seconds: float = settings.OPEN_CLOUD_TIMEOUT_SECONDS
    way = " by way of OPEN_CLOUD_PROXY" if proxy else ""
    try:
        sight = look(url, proxy=proxy, timeouts=Timeouts(read=seconds, answer=seconds))
    except NothingSent as failure:
        yield wrong(
            f"Couldn't reach {url}{way}. {failure}",
            "Check this server's connection, DNS and firewall, and OPEN_CLOUD_PROXY.",
        )
        return
    yield ok(f"{url} answers{way} (status {sight.status})")
    if sight.time:
        yield _skew(sight.time, "Roblox's")


def mail() -> Findings:
    """Whether the mail server, if there is one, takes connections; nothing is sent."""
    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    if not host:
        yield ok("no mail server is set, so admins give out password links")
        return
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        yield wrong(
            f"Couldn't reach {host}, port {port}: {reason}.", "Check MAIL_HOST and MAIL_PORT."
        )
    else:
        yield ok(f"{host} accepts connections on port {port}")
