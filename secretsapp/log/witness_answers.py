"""What the answer of a witness means: it has cosigned, knows another size, or refuses, and why."""

from dataclasses import dataclass

from django.utils import timezone

from secretsapp.core import cosignatures
from secretsapp.core.cosignatures import Cosignature, WitnessKey
from secretsapp.core.errors import BadNote
from secretsapp.models import Checkpoint
from secretsapp.outgoing.posting import Answer

OK, BAD_REQUEST, FORBIDDEN, UNKNOWN, CONFLICT, REFUSED = 200, 400, 403, 404, 409, 422

_GIVE_KEY = "Give its operator the log’s verifier key, which is on this page."
_WORDS = {
    BAD_REQUEST: "It couldn’t read the request.",
    FORBIDDEN: f"It trusts none of the keys that signed the checkpoint. {_GIVE_KEY}",
    UNKNOWN: f"It doesn’t know this log. {_GIVE_KEY}",
}
_LONGEST_SIZE = 18


@dataclass(frozen=True)
class Asked:
    """What a witness was given: a checkpoint, and the proof from the size it was taken to know.

    `newest` is the size of the newest checkpoint of all, which can be another by now.
    """

    checkpoint: Checkpoint
    known: int
    newest: int


@dataclass(frozen=True)
class Reply:
    """What came of asking: one of a cosignature, another size that it knows, and a failure.

    An `alarm` is a failure that says that this isn't the log which the witness has seen.
    """

    cosignature: Cosignature | None = None
    knows: int | None = None
    failure: str = ""
    is_alarm: bool = False
    retry_after: int | None = None


def judged(answer: Answer, asked: Asked, key: WitnessKey) -> Reply:
    """What the answer means."""
    if answer.status == OK:
        return _signed(answer, asked, key)
    if answer.status == CONFLICT:
        return _conflict(_size_in(answer.body), asked)
    if answer.status == REFUSED:
        return _alarm(
            f"It remembers {asked.known} events that aren’t the first ones of this log, which was "
            "edited or rebuilt."
        )
    words = _WORDS.get(answer.status, "")
    told = f"It answered {answer.status}{f': {answer.words}' if answer.words else '.'}"
    return Reply(failure=" ".join(filter(None, (words, told))), retry_after=answer.retry_after)


def _signed(answer: Answer, asked: Asked, key: WitnessKey) -> Reply:
    try:
        found = cosignatures.answered(answer.body, asked.checkpoint.note, key, timezone.now())
    except BadNote as error:
        return Reply(failure=f"It answered without a usable cosignature. {error}")
    return Reply(cosignature=found)


def _conflict(told: int | None, asked: Asked) -> Reply:
    """It knows another size; or, of the size that it was given, another log."""
    size = asked.checkpoint.size
    if asked.known == size and told in (None, size):
        return _alarm(
            f"It has cosigned another checkpoint of {size} events, so there are two versions of "
            "this log."
        )
    if told is None or told == asked.known:
        return Reply(failure="It says that it knows another checkpoint, and not which.")
    if told > asked.newest:
        return _alarm(
            f"It has cosigned {told} events, and the newest checkpoint here is of {asked.newest}: "
            "the log was cut off, or is an older copy."
        )
    return Reply(knows=told)


def _size_in(body: bytes) -> int | None:
    text = body.decode("ascii", "replace").strip()
    is_size = text.isascii() and text.isdigit() and len(text) <= _LONGEST_SIZE
    return int(text) if is_size else None


def _alarm(failure: str) -> Reply:
    return Reply(failure=failure, is_alarm=True)
