"""The pace of a lane: as many calls as Roblox says are left, and none before its minute is over."""

import pytest

from secretsapp.batches.pacing import Pace
from secretsapp.opencloud.answers import Allowance

CALL, OTHER = "update_secret", "create_secret"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock of the pace."""
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    """A pace that knows nothing yet."""
    return Pace(clock)


def answered(pace: Pace, remaining: int, reset: int, call: str = CALL) -> None:
    """Let a call be made and answered so."""
    pace.begin(call)
    pace.end(call, Allowance(remaining, reset))


def test_nothing_waits_while_nothing_is_known_of_a_limit(pace: Pace) -> None:
    pace.begin(CALL)
    pace.end(CALL, None)
    assert pace.wait(CALL) == 0


def test_calls_wait_for_the_end_of_a_minute_that_is_used_up(pace: Pace, clock: Clock) -> None:
    answered(pace, 0, 40)
    assert pace.wait(CALL) == 40
    clock.now += 39
    assert pace.wait(CALL) == 1
    clock.now += 1
    assert pace.wait(CALL) == 0


def test_calls_under_way_use_what_is_left(pace: Pace) -> None:
    answered(pace, 2, 40)
    pace.begin(CALL)
    assert pace.wait(CALL) == 0
    pace.begin(CALL)
    assert pace.wait(CALL) == 40


def test_an_answer_that_comes_late_does_not_give_back_what_was_used(pace: Pace) -> None:
    answered(pace, 0, 40)
    answered(pace, 5, 41)
    assert pace.wait(CALL) == 41


def test_a_new_minute_counts_for_itself(pace: Pace, clock: Clock) -> None:
    answered(pace, 0, 10)
    clock.now += 11
    answered(pace, 119, 60)
    assert pace.wait(CALL) == 0


def test_each_call_has_a_limit_of_its_own(pace: Pace) -> None:
    answered(pace, 0, 40)
    assert pace.wait(OTHER) == 0


def test_a_refusal_is_waited_for_as_long_as_it_says(pace: Pace, clock: Clock) -> None:
    pace.refuse(CALL, 7)
    assert pace.wait(CALL) == 7
    pace.refuse(OTHER, None)
    assert pace.wait(OTHER) == 10


@pytest.mark.parametrize(
    ("remaining", "reset", "allowance"),
    [
        ("119", "60", Allowance(119, 60)),
        ("0", "1", Allowance(0, 1)),
        ("", "60", None),
        ("many", "60", None),
        ("-1", "60", None),
    ],
)
def test_what_roblox_says_of_a_limit_is_read_or_left(
    remaining: str, reset: str, allowance: Allowance | None
) -> None:
    headers = {"x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    assert Allowance.read(headers) == allowance
