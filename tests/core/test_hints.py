"""What is worth a look though nothing is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from secretsapp.core.hints import is_any_host, is_nearly_full, is_old, is_stale

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("update_time", "verdict"),
    [
        ("2023-04-01T08:00:00Z", True),
        ("2025-11-26T23:59:59.123Z", True),
        ("2025-11-27T00:00:00Z", False),
        ("2026-11-27T11:00:00Z", False),
        ("", False),
        ("not a time", False),
    ],
)
def test_a_value_is_old_after_a_year(update_time: str, verdict: bool) -> None:
    assert is_old(update_time, NOW) is verdict


def test_only_a_star_lets_a_secret_go_to_any_host() -> None:
    assert [
        text for text in ("*", "api.example.com", "*.example.com", "") if is_any_host(text)
    ] == ["*"]


def test_a_universe_is_nearly_full_at_nine_tenths() -> None:
    assert [is_nearly_full(secrets) for secrets in (0, 449, 450, 500)] == [False, False, True, True]


def test_what_was_read_more_than_a_day_ago_is_stale() -> None:
    assert [is_stale(NOW - timedelta(hours=hours), NOW) for hours in (0, 23, 25)] == [
        False,
        False,
        True,
    ]
