"""A value stays hidden from everything that prints, copies or stores it."""

import copy
import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import HIDDEN, Plaintext
from tests.core.chains import chain_of, words_of

MARKER = "marker-4f1c ß"
LONE_SURROGATE = "\ud800"


@dataclass
class Envelope:
    """Something of ours that carries a value."""

    value: Plaintext


def value() -> Plaintext:
    """A value to look for."""
    return Plaintext.from_text(MARKER)


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        format,
        ascii,
        lambda hidden: f"{hidden}",
        lambda hidden: f"{hidden!r:>40}",
        lambda hidden: f"{hidden:>40}",
        lambda hidden: "%s" % hidden,  # noqa: UP031 - the old way must hide it too
        lambda hidden: "%r" % hidden,  # noqa: UP031 - the old way must hide it too
        lambda hidden: f"{[hidden]} {Envelope(hidden)}",
        lambda hidden: str({"value": hidden}),
        lambda hidden: json.dumps({"value": hidden}, default=str),
    ],
)
def test_every_way_to_show_a_value_hides_it(show: Callable[[Plaintext], str]) -> None:
    shown = show(value())
    assert HIDDEN in shown
    assert "marker" not in shown


@pytest.mark.parametrize(
    "take",
    [
        json.dumps,
        pickle.dumps,
        lambda hidden: pickle.dumps(hidden, protocol=0),
        copy.copy,
        copy.deepcopy,
        lambda hidden: copy.deepcopy({"value": hidden}),
        lambda hidden: hidden.__getstate__(),
        lambda hidden: hidden.__reduce__(),
        vars,
        bytes,
        iter,
        hash,
        memoryview,
    ],
)
def test_every_way_to_carry_a_value_off_is_refused(take: Callable[[Plaintext], object]) -> None:
    with pytest.raises(TypeError) as refusal:
        take(value())
    assert "marker" not in words_of(refusal.value)


def test_a_value_takes_no_further_attributes() -> None:
    with pytest.raises(AttributeError):
        value().note = "something"  # type: ignore[attr-defined]  # the refusal is the test


def test_logging_hides_a_value() -> None:
    written = io.StringIO()
    logger = logging.getLogger("tests.core.plaintext")
    logger.addHandler(logging.StreamHandler(written))
    logger.warning("stored %s and %r and %s", value(), value(), Envelope(value()))
    assert written.getvalue().count(HIDDEN) == 3
    assert "marker" not in written.getvalue()


def test_a_traceback_with_its_variables_hides_a_value() -> None:
    def fail(hidden: Plaintext) -> None:
        raise ValueError(hidden)

    with pytest.raises(ValueError, match="hidden") as failure:
        fail(value())
    report = traceback.TracebackException.from_exception(failure.value, capture_locals=True)
    text = "".join(report.format())
    assert f"hidden = {HIDDEN}" in text
    assert "marker" not in text


def test_exposing_is_the_one_way_to_the_bytes() -> None:
    assert value().expose() == MARKER.encode()
    assert len(value()) == len(MARKER.encode())


def test_values_compare_by_their_bytes_and_with_values_alone() -> None:
    assert value() == value()
    assert value() != Plaintext(b"another")
    assert value() != MARKER
    assert value() != MARKER.encode()


def test_an_empty_value_is_empty() -> None:
    assert not Plaintext(b"")
    assert not Plaintext.from_form("")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd")))
def test_text_becomes_its_utf8_bytes(text: str) -> None:
    assert Plaintext.from_text(text).expose() == text.encode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\r\ntwo\r\n", b"one\ntwo\n"),
        ("one\ntwo", b"one\ntwo"),
        ("carriage\rreturn", b"carriage\rreturn"),
        ("\r\r\n", b"\r\n"),
        (" spaces stay ", b" spaces stay "),
    ],
)
def test_a_form_gets_the_line_breaks_that_were_typed(typed: str, kept: bytes) -> None:
    assert Plaintext.from_form(typed).expose() == kept


@pytest.mark.parametrize(
    ("piped", "kept"),
    [
        (b"value\n", b"value"),
        (b"value\n\n", b"value\n"),
        (b"value", b"value"),
        (b"value\r\n", b"value"),
        (b"value\r\n\r\n", b"value\r\n"),
        (b"value\n\r", b"value\n\r"),
        (b"value\r", b"value\r"),
        (b"\r\n", b""),
        (b"\n", b""),
        (b"", b""),
        (b"\nvalue\n", b"\nvalue"),
    ],
)
def test_a_stream_loses_exactly_one_line_ending(piped: bytes, kept: bytes) -> None:
    assert Plaintext.from_stream(piped).expose() == kept


@pytest.mark.parametrize("read", [Plaintext.from_text, Plaintext.from_form])
@pytest.mark.parametrize("broken", [LONE_SURROGATE, "\ufffd"])
def test_text_that_was_damaged_is_refused_without_being_shown(
    read: Callable[[str], Plaintext], broken: str
) -> None:
    with pytest.raises(InvalidInput, match="UTF-8") as refusal:
        read(MARKER + broken)
    assert refusal.value.field == "value"
    assert list(chain_of(refusal.value)) == [refusal.value]
    assert "marker" not in words_of(refusal.value)
