"""Receivers that the operator allows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.support.receiver import Receiver, SyslogReceiver


@pytest.fixture
def receiver(tmp_path: Path, settings: Settings) -> Iterator[Receiver]:
    """A receiver of webhooks."""
    with Receiver(tmp_path, "localhost") as running:
        running.allow(settings)
        yield running


@pytest.fixture
def syslog(tmp_path: Path, settings: Settings) -> Iterator[SyslogReceiver]:
    """A receiver of syslog."""
    with SyslogReceiver(tmp_path, "localhost") as running:
        running.allow(settings)
        yield running
