"""Which lanes this machine can run: the engine's and the journeys'.

They need PostgreSQL and Chromium. A missing lane is skipped where people can see it, and is a
failure under CI=true.
"""

import os
from typing import NoReturn

import pytest

from harness import programs


def under_ci() -> bool:
    """Whether a missing lane is a failure."""
    return os.environ.get("CI") == "true"


def has_engine_lane() -> bool:
    """Whether a PostgreSQL database can be had."""
    return bool(os.environ.get("TEST_DATABASE_URL")) or programs.postgresql() is not None


def missing_lanes() -> list[str]:
    """What this machine lacks, in words; empty where every lane can run."""
    lacks = []
    if not has_engine_lane():
        lacks.append("PostgreSQL (initdb and pg_ctl, or TEST_DATABASE_URL)")
    if programs.chromium() is None:
        lacks.append("Chromium")
    return lacks


def leave(reason: str) -> NoReturn:
    """End the running test: skipped for `reason`, or failed under CI=true."""
    if under_ci():
        pytest.fail(reason)
    pytest.skip(reason)
