"""Judging from a reading whether a write took effect; the judgement claims no more than is seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.settlement import Attempt, Judgement, Reading, Verdict, judge
from secretsapp.core.times import CLOCK_TOLERANCE

STARTS = datetime(2026, 11, 21, 10, tzinfo=UTC)
ENDS = STARTS + timedelta(seconds=40)
LONG_BEFORE = "2026-11-01T08:00:00.1234567Z"
BEFORE = "2026-11-02T09:00:00.1234567Z"
DURING = "2026-11-21T10:00:20.1234567Z"
LATER = "2026-11-21T12:00:00.1234567Z"
DOMAIN = "api.example.com"

SEEN = Reading(create_time=LONG_BEFORE, update_time=BEFORE, domain="old.example.com")
NEW = Reading(create_time=DURING, update_time=DURING, domain=DOMAIN)
ROTATED = replace(SEEN, update_time=DURING, domain=DOMAIN)

CREATE = Attempt("create", DOMAIN, None, STARTS, ENDS, overlapped=False)
ROTATE = Attempt("rotate", DOMAIN, SEEN, STARTS, ENDS, overlapped=False)
DELETE = Attempt("delete", "", SEEN, STARTS, ENDS, overlapped=False)

SUCCEEDED, FAILED, UNDETERMINED = Verdict.SUCCEEDED, Verdict.FAILED, Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("found", "verdict", "reason"),
    [
        (NEW, SUCCEEDED, "created at the time of this write"),
        (replace(NEW, update_time=LATER), SUCCEEDED, "created at the time of this write"),
        (replace(NEW, domain="API.Example.COM."), SUCCEEDED, "created at the time of this write"),
        (None, FAILED, "no secret with that name"),
        (replace(NEW, create_time=LONG_BEFORE), UNDETERMINED, "not created at the time"),
        (replace(NEW, create_time=LATER), UNDETERMINED, "not created at the time"),
        (replace(NEW, create_time=""), UNDETERMINED, "not created at the time"),
        (replace(NEW, domain="other.example.com"), UNDETERMINED, "different allowed host"),
    ],
)
def test_a_create_is_judged_by_what_is_there(
    found: Reading | None, verdict: Verdict, reason: str
) -> None:
    judgement = judge(CREATE, found)
    assert judgement.verdict is verdict
    assert reason in judgement.reason


@pytest.mark.parametrize(
    ("found", "verdict", "reason"),
    [
        (ROTATED, SUCCEEDED, "changed at the time of this write"),
        (replace(ROTATED, domain="API.Example.COM"), SUCCEEDED, "changed at the time of this"),
        (SEEN, FAILED, "as it was before"),
        (None, UNDETERMINED, "no longer lists"),
        (replace(ROTATED, update_time=""), UNDETERMINED, "no times to compare"),
        (replace(ROTATED, create_time=DURING), UNDETERMINED, "deleted and created again"),
        (replace(ROTATED, domain="other.example.com"), UNDETERMINED, "different allowed host"),
        (replace(ROTATED, update_time=LATER), UNDETERMINED, "changed again later"),
        (replace(ROTATED, update_time="some time"), UNDETERMINED, "changed again later"),
    ],
)
def test_a_rotation_is_judged_by_what_moved(
    found: Reading | None, verdict: Verdict, reason: str
) -> None:
    judgement = judge(ROTATE, found)
    assert judgement.verdict is verdict
    assert reason in judgement.reason


@pytest.mark.parametrize(
    ("found", "verdict", "reason"),
    [
        (None, SUCCEEDED, "no longer lists"),
        (SEEN, FAILED, "still lists"),
        (replace(SEEN, update_time=LATER), FAILED, "still lists"),
        (replace(SEEN, create_time=DURING), UNDETERMINED, "may be a new one"),
        (replace(SEEN, create_time=""), UNDETERMINED, "may be a new one"),
    ],
)
def test_a_deletion_is_judged_by_what_is_left(
    found: Reading | None, verdict: Verdict, reason: str
) -> None:
    judgement = judge(DELETE, found)
    assert judgement.verdict is verdict
    assert reason in judgement.reason


@pytest.mark.parametrize(
    ("attempt", "found"),
    [
        (CREATE, None),
        (CREATE, NEW),
        (ROTATE, ROTATED),
        (DELETE, None),
        (DELETE, replace(SEEN, create_time=DURING)),
    ],
)
def test_another_write_at_the_same_time_leaves_it_undetermined(
    attempt: Attempt, found: Reading | None
) -> None:
    judgement = judge(replace(attempt, overlapped=True), found)
    assert judgement.verdict is UNDETERMINED
    assert "another write" in judgement.reason


@pytest.mark.parametrize("attempt", [ROTATE, DELETE])
def test_what_nobody_touched_failed_even_beside_another_write(attempt: Attempt) -> None:
    assert judge(replace(attempt, overlapped=True), SEEN).verdict is FAILED


@pytest.mark.parametrize("attempt", [ROTATE, DELETE])
@pytest.mark.parametrize("found", [None, SEEN, ROTATED])
def test_without_the_reading_from_before_nothing_can_be_told(
    attempt: Attempt, found: Reading | None
) -> None:
    judgement = judge(replace(attempt, seen=None), found)
    assert judgement == Judgement(
        UNDETERMINED, "there is no record of the secret before the change"
    )


def test_without_any_time_before_a_rotation_cannot_be_told() -> None:
    timeless = replace(ROTATE, seen=replace(SEEN, update_time=""))
    assert judge(timeless, ROTATED).verdict is UNDETERMINED
    assert judge(timeless, replace(SEEN, update_time="")).verdict is UNDETERMINED


@pytest.mark.parametrize(
    ("time", "possible"),
    [
        (STARTS - CLOCK_TOLERANCE, True),
        (STARTS - CLOCK_TOLERANCE - timedelta(microseconds=1), False),
        (ENDS + CLOCK_TOLERANCE, True),
        (ENDS + CLOCK_TOLERANCE + timedelta(microseconds=1), False),
    ],
)
def test_the_clocks_may_differ_by_a_minute(time: datetime, possible: bool) -> None:
    assert ROTATE.could_have_set(time.isoformat()) is possible


# Every attempt and every reading there is, of a few times and domains.
TIMES = ["", BEFORE, DURING, LATER]
READINGS = [None, *(Reading(*words) for words in product(TIMES, TIMES, ["", DOMAIN]))]
CASES = [
    (Attempt(kind, domain, seen, STARTS, ENDS, overlapped), found)
    for kind, domain, seen, overlapped, found in product(
        ["create", "rotate", "delete"], ["", DOMAIN], READINGS, [False, True], READINGS
    )
    # A name that was taken before a create is no sign of the create.
    if kind != "create" or seen is None
]


def has_moved(attempt: Attempt, found: Reading | None) -> bool:
    """Whether the reading now differs from the one before in what the write would have moved."""
    if attempt.kind == "rotate" and attempt.seen and found:
        return found.update_time != attempt.seen.update_time
    return (found is None) != (attempt.seen is None)


def claims(verdict: Verdict) -> list[tuple[Attempt, Reading | None]]:
    """The cases that are judged so, of which there are some."""
    judged = [
        (attempt, found) for attempt, found in CASES if judge(attempt, found).verdict is verdict
    ]
    assert judged
    return judged


def test_nothing_that_another_write_could_have_done_is_claimed() -> None:
    assert not [attempt for attempt, _ in claims(SUCCEEDED) if attempt.overlapped]


def test_what_moved_has_never_failed() -> None:
    assert not [case for case in claims(FAILED) if has_moved(*case)]


def test_what_did_not_move_has_never_succeeded() -> None:
    assert all(has_moved(*case) for case in claims(SUCCEEDED))


def test_every_judgement_has_its_reason() -> None:
    assert all(judge(*case).reason for case in CASES)


@given(
    st.sampled_from([CREATE, ROTATE, DELETE]),
    st.booleans(),
    st.floats(0, 40),
    st.floats(-60, 60),
)
def test_a_write_that_nobody_disturbed_is_judged_as_it_was(
    attempt: Attempt, took_effect: bool, seconds: float, clock_error: float
) -> None:
    moment = STARTS + timedelta(seconds=seconds + clock_error)
    found = effect_of(attempt, moment.isoformat()) if took_effect else attempt.seen
    assert judge(attempt, found).verdict is (SUCCEEDED if took_effect else FAILED)


def effect_of(attempt: Attempt, time: str) -> Reading | None:
    """What Roblox lists after the write took effect at that time."""
    if attempt.kind == "delete":
        return None
    create_time = attempt.seen.create_time if attempt.seen else time
    return Reading(create_time, time, attempt.domain)
