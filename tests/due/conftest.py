"""What is due depends on the day: a test ends on the one on which it began."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

A_TEST_TAKES = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def one_day() -> Iterator[None]:
    """Just before midnight in UTC, let it be just after."""
    now = timezone.now()
    later = now + A_TEST_TAKES
    if later.date() == now.date():
        yield
        return
    with time_machine.travel(later.replace(hour=0, minute=0, second=1)):
        yield
