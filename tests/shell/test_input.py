"""What comes in: bounded, hidden, and never from the command line."""

import getpass
import io
import sys
from collections.abc import Callable

import pytest

from secretsapp.core.errors import InvalidInput, LooksUnintended
from secretsapp.management.input import LIMIT_BYTES, read_hidden, read_new_password, read_value


class Terminal(io.TextIOWrapper):
    """Standard input that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


class BrokenPipe(io.RawIOBase):
    """Standard input that cannot be read."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise OSError("unreadable")


class Endless(io.RawIOBase):
    """Standard input that never ends, and counts what is taken from it."""

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        assert isinstance(buffer, memoryview)
        self.taken += len(buffer)
        return len(buffer)


def pipe(patch: pytest.MonkeyPatch, raw: io.RawIOBase | io.BytesIO) -> None:
    """Make `raw` the standard input."""
    buffered = raw if isinstance(raw, io.BytesIO) else io.BufferedReader(raw)
    patch.setattr(sys, "stdin", io.TextIOWrapper(buffered))


def type_in(patch: pytest.MonkeyPatch, answer: Callable[[str], str]) -> None:
    """Make standard input a terminal at which the prompts are answered."""
    patch.setattr(sys, "stdin", Terminal(io.BytesIO()))
    patch.setattr(getpass, "getpass", answer)


def test_most_that_is_read_is_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, io.BytesIO(b"x" * LIMIT_BYTES))
    assert len(read_hidden("Value: ")) == LIMIT_BYTES


def test_endless_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Endless()
    pipe(monkeypatch, endless)
    with pytest.raises(InvalidInput, match="more than 64 KiB"):
        read_hidden("Value: ")
    assert endless.taken <= 2 * LIMIT_BYTES


def test_unreadable_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, BrokenPipe())
    with pytest.raises(InvalidInput, match="can't be read"):
        read_hidden("Value: ")


def test_missing_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InvalidInput, match="no standard input"):
        read_hidden("Value: ")
    with pytest.raises(InvalidInput, match="no standard input"):
        read_new_password()


def test_terminal_is_asked_with_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts: list[str] = []

    def answer(prompt: str) -> str:
        prompts.append(prompt)
        return " größer "

    type_in(monkeypatch, answer)
    assert read_hidden("Value: ").expose() == " größer ".encode()
    assert prompts == ["Value: "]


def test_new_password_is_typed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["one password", "one password", "one password", "another"])
    type_in(monkeypatch, lambda _prompt: next(answers))
    assert read_new_password().expose() == b"one password"
    with pytest.raises(InvalidInput, match="The two passwords don't match"):
        read_new_password()


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (getpass.GetPassWarning("echo"), "can't hide what you type"),
        (EOFError(), "Nothing was typed"),
        (UnicodeDecodeError("utf-8", b"marker\xff", 6, 7, "marker"), "not UTF-8 text"),
    ],
)
def test_terminal_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, words: str
) -> None:
    def answer(_prompt: str) -> str:
        raise raised

    type_in(monkeypatch, answer)
    with pytest.raises(InvalidInput, match=words) as refusal:
        read_hidden("Value: ")
    assert "marker" not in str(refusal.value)


def test_a_value_that_is_typed_meets_the_same_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, lambda _prompt: "Bearer abc")
    with pytest.raises(LooksUnintended) as question:
        read_value("Value: ", is_meant=False)
    assert "abc" not in " ".join(question.value.reasons)
    assert read_value("Value: ", is_meant=True).expose() == b"Bearer abc"
    type_in(monkeypatch, lambda _prompt: "\ufeffabc")
    with pytest.raises(InvalidInput, match="byte order mark"):
        read_value("Value: ", is_meant=True)


def test_what_is_typed_must_be_text(monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, lambda _prompt: "half a \udce4")
    with pytest.raises(InvalidInput, match="isn’t valid text"):
        read_hidden("Value: ")
