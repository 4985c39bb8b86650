"""Times as people write them and as Roblox sends them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput
from secretsapp.core.times import (
    CLOCK_TOLERANCE,
    credible,
    parse_end,
    parse_roblox_time,
    sentence_time,
)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-21T10:00:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("2026-11-21T10:00:00.1234567Z", datetime(2026, 11, 21, 10, 0, 0, 123456, UTC)),
        ("2026-11-21T10:00:00.5+02:00", datetime(2026, 11, 21, 8, 0, 0, 500000, UTC)),
        ("2026-11-21T10:00:00", datetime(2026, 11, 21, 10, tzinfo=UTC)),
    ],
)
def test_a_time_of_roblox_is_read_as_utc(text: str, time: datetime) -> None:
    found = parse_roblox_time(text)
    assert found == time
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-01:00"],
)
def test_a_time_that_cannot_be_read_is_missing(text: str) -> None:
    assert parse_roblox_time(text) is None


NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "is_evidence"),
    [
        ("", True),
        ("2020-01-01T00:00:00Z", True),
        ((NOON + CLOCK_TOLERANCE).isoformat(), True),
        ((NOON + CLOCK_TOLERANCE + timedelta(microseconds=1)).isoformat(), False),
        ("9999-12-31T23:59:59Z", False),
    ],
)
def test_a_time_that_is_to_come_is_no_evidence(text: str, is_evidence: bool) -> None:
    assert credible(text, NOON) == (text if is_evidence else "")


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_no_end_is_no_end(text: str) -> None:
    assert parse_end(text) is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-12-03", datetime(2026, 12, 3, 23, 59, 59, 999999, UTC)),
        (" 20261203\n", datetime(2026, 12, 3, 23, 59, 59, 999999, UTC)),
        ("2026-12-03T00:00", datetime(2026, 12, 3, tzinfo=UTC)),
        ("9999-12-31", datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
        (" 2026-12-03T18:00 ", datetime(2026, 12, 3, 18, tzinfo=UTC)),
        ("2026-12-03 18:00", datetime(2026, 12, 3, 18, tzinfo=UTC)),
        ("2026-12-03T18:00+02:00", datetime(2026, 12, 3, 16, tzinfo=UTC)),
        ("2026-12-03T18:00Z", datetime(2026, 12, 3, 18, tzinfo=UTC)),
    ],
)
def test_an_end_is_in_utc_unless_it_says_otherwise(text: str, time: datetime) -> None:
    assert parse_end(text) == time


@pytest.mark.parametrize(
    "text", ["tomorrow", "03.12.2026", "2026-02-30", "18:00", "9999-12-31T23:59-01:00"]
)
def test_an_end_that_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="2026-12-03T18:00") as refusal:
        parse_end(text)
    assert refusal.value.field == "until"


@given(st.text(max_size=40))
def test_any_text_is_a_time_in_utc_or_missing(text: str) -> None:
    found = parse_roblox_time(text)
    assert found is None or found.utcoffset() == timedelta(0)


zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones))  # noqa: DTZ001 - hypothesis wants bounds without a zone
def test_every_moment_survives_being_written_and_read(time: datetime) -> None:
    assert parse_roblox_time(time.isoformat()) == time
    assert parse_end(time.isoformat()) == time


def test_a_sentence_tells_a_time_to_the_minute() -> None:
    assert sentence_time(datetime(2026, 12, 3, 18, 0, 59, tzinfo=UTC)) == "3 Dec 2026, 18:00 UTC"
