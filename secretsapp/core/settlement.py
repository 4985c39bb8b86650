"""Judges from a reading whether a write whose outcome is open took effect.

The judgement never claims more than the reading shows: where overlapping writes or missing
times make it impossible to tell, the verdict is that it cannot be told.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secretsapp.core.input_rules import is_same_domain
from secretsapp.core.times import CLOCK_TOLERANCE, parse_roblox_time


class Verdict(StrEnum):
    """What the reading shows of the write."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Reading:
    """What Roblox lists of one secret: its times in Roblox's own text, and its domain."""

    create_time: str
    update_time: str
    domain: str


@dataclass(frozen=True)
class Attempt:
    """The write in question.

    `seen` is the reading just before it, None if the name was free. `starts` and `ends` bound
    the time in which the request can have reached Roblox. `overlapped` says that another write
    to the same name was under way since it began.
    """

    kind: str
    domain: str
    seen: Reading | None
    starts: datetime
    ends: datetime
    overlapped: bool

    def could_have_set(self, time: str) -> bool:
        """Whether `time` lies where this write would have put it, give or take the clocks."""
        parsed = parse_roblox_time(time)
        earliest, latest = self.starts - CLOCK_TOLERANCE, self.ends + CLOCK_TOLERANCE
        return parsed is not None and earliest <= parsed <= latest


@dataclass(frozen=True)
class Judgement:
    """The verdict, and the reason for it in words."""

    verdict: Verdict
    reason: str


def judge(attempt: Attempt, found: Reading | None) -> Judgement:
    """Whether the attempt took effect, given what Roblox lists of the name now."""
    if attempt.kind == "create":
        return _judge_create(attempt, found)
    if attempt.seen is None:
        return _undetermined("there is no record of the secret before the change")
    if attempt.kind == "rotate":
        return _judge_rotate(attempt, attempt.seen, found)
    return _judge_delete(attempt, attempt.seen, found)


def _judge_create(attempt: Attempt, found: Reading | None) -> Judgement:
    if attempt.overlapped:
        return _undetermined("another write to the same name was in progress")
    if found is None:
        return _failed("Roblox lists no secret with that name")
    if not attempt.could_have_set(found.create_time):
        return _undetermined("the listed secret was not created at the time of this write")
    if not is_same_domain(found.domain, attempt.domain):
        return _undetermined("the listed secret has a different allowed host than was sent")
    return _succeeded("Roblox lists the secret, created at the time of this write")


def _judge_rotate(attempt: Attempt, seen: Reading, found: Reading | None) -> Judgement:
    if found is None:
        return _undetermined("Roblox no longer lists the secret")
    if not (seen.update_time and found.update_time):
        return _undetermined("Roblox gave no times to compare")
    if found.update_time == seen.update_time:
        return _failed("Roblox lists the secret as it was before")
    if attempt.overlapped:
        return _undetermined("another write to the same name was in progress")
    return _judge_moved(attempt, seen, found)


def _judge_moved(attempt: Attempt, seen: Reading, found: Reading) -> Judgement:
    if found.create_time != seen.create_time:
        return _undetermined("the secret was deleted and created again")
    if not is_same_domain(found.domain, attempt.domain):
        return _undetermined("the secret has a different allowed host than was sent")
    if not attempt.could_have_set(found.update_time):
        return _undetermined("the secret was changed again later")
    return _succeeded("Roblox lists the secret as changed at the time of this write")


def _judge_delete(attempt: Attempt, seen: Reading, found: Reading | None) -> Judgement:
    if found is not None and seen.create_time and found.create_time == seen.create_time:
        return _failed("Roblox still lists the secret")
    if attempt.overlapped:
        return _undetermined("another write to the same name was in progress")
    if found is not None:
        return _undetermined("Roblox lists a secret with that name, which may be a new one")
    return _succeeded("Roblox no longer lists the secret")


def _succeeded(reason: str) -> Judgement:
    return Judgement(Verdict.SUCCEEDED, reason)


def _failed(reason: str) -> Judgement:
    return Judgement(Verdict.FAILED, reason)


def _undetermined(reason: str) -> Judgement:
    return Judgement(Verdict.UNDETERMINED, reason)
