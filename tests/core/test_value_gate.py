"""What looks unintended about a value is told, and nothing of the value with it."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput, LooksUnintended
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.value_gate import Suspicion, admit, cautions, suspicions
from tests.core.chains import words_of
from tests.core.values import ASKED, MADE_UP_KEY, PASSED, REFUSED, SUSPECTED

NOT_TOLD = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1)
CLOSING = str.maketrans("\u201c\u2018", "\u201d\u2019")


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


@given(
    NOT_TOLD.filter(lambda text: not set("\"'`") & set(text)), st.sampled_from("\"'`\u201c\u2018")
)
def test_half_a_pair_of_quotation_marks_is_found_at_either_end(text: str, mark: str) -> None:
    assert "HALF_QUOTES" in found(f"{mark}{text}")
    assert "HALF_QUOTES" in found(f"{text}{mark.translate(CLOSING)}")
    assert "HALF_QUOTES" not in found(f"{text}{mark}{text}")
    assert "HALF_QUOTES" not in found(f"{mark}{text}{mark.translate(CLOSING)}")


@given(st.binary(max_size=60))
def test_base64_is_never_taken_for_an_assignment(content: bytes) -> None:
    assert found(b64encode(content).decode()) <= {"PLACEHOLDER"}


@given(st.text())
def test_any_text_can_be_looked_at_and_is_ascii_or_not(text: str) -> None:
    names = {suspicion.name for suspicion in suspicions(Plaintext(text.encode("utf-8", "replace")))}
    beyond = names & {"NOT_ASCII", "UNSEEN", "ODD_SPACES"}
    assert bool(beyond) or text.encode("utf-8", "replace").isascii()


@pytest.mark.parametrize("is_meant", [False, True])
@pytest.mark.parametrize(("value", "why"), REFUSED.items())
def test_what_is_no_text_is_refused_whatever_someone_says(
    value: bytes, why: str, is_meant: bool
) -> None:
    with pytest.raises(InvalidInput, match=why):
        admit(Plaintext(value), is_meant=is_meant)


@pytest.mark.parametrize(("text", "why"), ASKED.items())
def test_what_looks_unintended_is_asked_about_and_passes_when_it_is_meant(
    text: str, why: str
) -> None:
    value = Plaintext(text.encode())
    with pytest.raises(LooksUnintended) as question:
        admit(value, is_meant=False)
    assert why in " ".join(question.value.reasons)
    assert text not in words_of(question.value) + " ".join(question.value.reasons)
    admit(value, is_meant=True)


@pytest.mark.parametrize("text", [*PASSED, "größer"])
def test_what_looks_as_it_should_passes(text: str) -> None:
    admit(Plaintext(text.encode()), is_meant=False)


def test_only_keys_of_roblox_and_letters_outside_ascii_are_told_and_not_asked_about() -> None:
    told = [suspicion for suspicion in Suspicion if not suspicion.stops]
    assert told == [Suspicion.ROBLOX_KEY, Suspicion.NOT_ASCII]


@pytest.mark.parametrize("before", [b"", b"x", b"xx"])
def test_a_key_of_roblox_is_told_wherever_its_token_begins(before: bytes) -> None:
    token = b"eyJhbGciOiJSUzI1NiJ9." + b"made-up-" * 9
    value = Plaintext(b64encode(b"made up bytes" * 3 + before + token))
    assert suspicions(value) == [Suspicion.ROBLOX_KEY]
    assert suspicions(Plaintext(token)) == []


def test_a_key_of_roblox_belongs_to_one_host() -> None:
    value = Plaintext(MADE_UP_KEY.encode())
    assert "should be apis.roblox.com" in cautions(value, "api.pay.example")
    assert cautions(value, "APIS.roblox.com") == Suspicion.ROBLOX_KEY.sentence
