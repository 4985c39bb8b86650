"""What looks unintended about a value is told, and nothing of the value with it."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.plaintext import Plaintext
from secretsapp.core.warnings import Suspicion, suspicions
from tests.core.values import SUSPECTED

NOT_TOLD = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1)


def found(text: str) -> set[str]:
    """The names of what is suspected of the text."""
    return {suspicion.name for suspicion in suspicions(Plaintext(text.encode()))}


@pytest.mark.parametrize(("text", "names"), SUSPECTED.items())
def test_each_is_found_where_it_is_and_nowhere_else(text: str, names: str) -> None:
    assert found(text) == set(names.split())


@given(NOT_TOLD, st.sampled_from([" ", "\n", "\t", "\r\n", " \n "]), st.booleans())
def test_space_at_either_end_is_found_and_never_inside(text: str, space: str, first: bool) -> None:
    assert "ENDS" in found(space + text if first else text + space)
    assert "ENDS" not in found(f"{text}{space}{text}")


@given(NOT_TOLD, st.sampled_from(["''", '""', "``", "“”", "\u2018\u2019"]))
def test_quotation_marks_are_found_where_they_match(text: str, marks: str) -> None:
    assert "QUOTES" in found(f"{marks[0]}{text}{marks[1]}")
    assert "QUOTES" not in found(f"{marks[0]}{text}x")


@given(st.binary(max_size=60))
def test_base64_is_never_taken_for_an_assignment(content: bytes) -> None:
    assert found(b64encode(content).decode()) == set()


@given(st.text())
def test_any_text_can_be_looked_at_and_is_ascii_or_not(text: str) -> None:
    names = {suspicion.name for suspicion in suspicions(Plaintext(text.encode("utf-8", "replace")))}
    beyond = names & {"NOT_ASCII", "UNSEEN", "ODD_SPACES"}
    assert bool(beyond) or text.encode("utf-8", "replace").isascii()


def test_bytes_that_are_no_text_are_looked_at_too() -> None:
    assert suspicions(Plaintext(b"\xff")) == [Suspicion.NOT_ASCII]


def test_what_has_no_cure_is_only_told() -> None:
    assert [suspicion for suspicion in Suspicion if not suspicion.stops] == [Suspicion.NOT_ASCII]
