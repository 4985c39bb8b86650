"""Which lanes this machine can run: the engine's and the journeys'.

They need PostgreSQL and Chromium. A missing lane is skipped where people can see it, and is a
failure under CI=true.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

# The first has no windows to draw, which is half the work; its pages are the same.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
SERVER_PROGRAMS = ("initdb", "pg_ctl")
DEBIAN_SERVERS = Path("/usr/lib/postgresql")


def under_ci() -> bool:
    """Whether a missing lane is a failure."""
    return os.environ.get("CI") == "true"


def chromium() -> Path | None:
    """The browser that the journeys drive."""
    found = (shutil.which(name) for name in BROWSERS)
    return next((Path(path) for path in found if path), None)


def postgresql() -> Path | None:
    """The directory of PostgreSQL's server programs, the newest where Debian has several."""
    first = shutil.which(SERVER_PROGRAMS[0])
    candidates = [Path(first).resolve().parent] if first else []
    candidates += sorted(DEBIAN_SERVERS.glob("*/bin"), key=_version, reverse=True)
    return next((path for path in candidates if _has_server(path)), None)


def _version(path: Path) -> int:
    name = path.parent.name
    return int(name) if name.isdigit() else 0


def _has_server(directory: Path) -> bool:
    return all((directory / program).is_file() for program in SERVER_PROGRAMS)


def has_engine_lane() -> bool:
    """Whether a PostgreSQL database can be had."""
    return bool(os.environ.get("TEST_DATABASE_URL")) or postgresql() is not None


def missing_lanes() -> list[str]:
    """What this machine lacks, in words; empty where every lane can run."""
    lacks = []
    if not has_engine_lane():
        lacks.append("PostgreSQL (initdb and pg_ctl, or TEST_DATABASE_URL)")
    if chromium() is None:
        lacks.append("Chromium")
    return lacks


def leave(reason: str) -> NoReturn:
    """End the running test: skipped for `reason`, or failed under CI=true."""
    if under_ci():
        pytest.fail(reason)
    pytest.skip(reason)
