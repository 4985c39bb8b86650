"""Cosignatures of witnesses: a vector that Go's `note` has verified, and what is none."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from secretsapp.core import cosignatures
from secretsapp.core.cosignatures import answered, read_key
from secretsapp.core.errors import BadNote, InvalidInput
from tests.support.witness import NAME, verifier_line

KEY = "witness.example.com/tides+363ef258+BAGq/JYgomu7P++jWHtMk6DHdcg51YgNu1DfsU8zED1U"
NOTE = (
    "127.0.0.1:8000/audit/837a29fd9286\n"
    "24\n"
    "xR3uRJBDF/1TjNlpS81bvIK/ZVePaqOODzbXTnu/ows=\n"
    "\n"
    "— 127.0.0.1:8000/audit/837a29fd9286 PHHcrgaOww2JJCzZqOLY0Z3goIgJ8qAg/kkVXd3qTI4+"
    "S69yMTPSeiHGeiFc4ms8J89FJclm8dhjN0QkP+clYfDecgU=\n"
)
LINE = (
    "— witness.example.com/tides Nj7yWAAAAABrCiiWtdtlifzwtPEkhoDvXACWhswYt1ReUSZf9N9C"
    "2Y7yyp8nKn4iSQCmFFcZMAI1yQKys6BII/uVmpTpf8gv61rXAg=="
)
SEEN = datetime.fromtimestamp(1795827862, UTC)
KEY_ID = base64.b64decode(LINE.split()[2])[:4]


def encoded(content: bytes) -> str:
    """The bytes in base64."""
    return base64.b64encode(content).decode()


def taken(line: str = LINE, note: str = NOTE, now: datetime = SEEN) -> cosignatures.Cosignature:
    """What is taken of a witness that answers so, among what others have signed."""
    return answered(f"— other.example AAAAAAAA\n{line}\n".encode(), note, read_key(KEY), now)


def test_a_cosignature_is_verified_with_its_time() -> None:
    assert taken().time == SEEN
    assert taken().line == LINE
    assert taken(now=SEEN + timedelta(minutes=59)).time == SEEN
    assert read_key(f" {KEY}\n").text == KEY


@pytest.mark.parametrize(
    "line",
    [
        "",
        LINE.removeprefix("— "),
        LINE[:-8] + "AAAAAAA=",
        LINE.replace(NAME, "witness.example.com/ebb"),
        f"— {NAME} {encoded(KEY_ID + bytes(9))}",
        f"— {NAME} {encoded(KEY_ID + bytes(500))}",
        f"— {NAME} {encoded(KEY_ID + b'x' * 72)}",
    ],
)
def test_what_does_not_fit_is_refused(line: str) -> None:
    with pytest.raises(BadNote):
        taken(line)


def test_another_note_another_time_and_no_text_are_refused() -> None:
    for note, now in ((NOTE.replace("24", "25", 1), SEEN), (NOTE, SEEN + timedelta(hours=2))):
        with pytest.raises(BadNote):
            taken(note=note, now=now)
    with pytest.raises(BadNote):
        answered(b"\xff\xfe", NOTE, read_key(KEY), SEEN)


def test_a_kind_that_is_not_known_is_kept_and_that_of_a_log_is_refused() -> None:
    key = read_key(verifier_line("w", b"\x06", bytes(1312)))
    signed = f"— w {encoded(key.key_id + bytes(2428))}"
    found = answered(f"{signed}\n".encode(), NOTE, key, SEEN)
    assert (found.line, found.time) == (signed, None)
    with pytest.raises(InvalidInput) as refused:
        read_key(verifier_line("w", b"\x01", bytes(32)), field="key")
    assert refused.value.field == "key"
    # It stands in notes, pages and terminals, which it must not steer.
    for name in ("w\x1b[2J", "w\x00", "w\u202e"):
        with pytest.raises(InvalidInput):
            read_key(verifier_line(name, b"\x04", bytes(32)))
    with pytest.raises(InvalidInput):
        read_key(KEY.replace("tides", "\udcff"))
