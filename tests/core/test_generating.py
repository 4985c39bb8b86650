"""Generated values: their alphabet, their length, and that nothing about them looks unintended."""

from collections import Counter

import pytest

from secretsapp.core import generating, value_gate
from secretsapp.core.errors import InvalidInput
from secretsapp.core.generating import Alphabet


@pytest.mark.parametrize("alphabet", Alphabet)
@pytest.mark.parametrize("length", [16, 32, 1024])
def test_a_value_has_the_length_and_is_drawn_from_all_of_the_alphabet(
    alphabet: Alphabet, length: int
) -> None:
    drawn = [generating.generate(length, alphabet).expose().decode() for _ in range(128)]
    assert {len(value) for value in drawn} == {length}
    assert len(set(drawn)) == len(drawn)
    counts = Counter("".join(drawn))
    assert set(counts) == set(alphabet.characters)
    expected = 128 * length / len(alphabet.characters)
    # Six standard deviations: once in millions of runs by chance, and each time by a mistake.
    assert max(abs(count - expected) for count in counts.values()) < 6 * expected**0.5 + 6


@pytest.mark.parametrize("alphabet", Alphabet)
def test_no_door_asks_whether_a_generated_value_is_meant(alphabet: Alphabet) -> None:
    for length in (16, 32, 1024):
        value_gate.admit(generating.generate(length, alphabet), is_meant=False)


@pytest.mark.parametrize("length", [-1, 0, 15, 1025])
def test_a_length_that_is_guessable_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(InvalidInput, match="from 16 to 1,024") as refusal:
        generating.generate(length)
    assert refusal.value.field == "length"


def test_an_alphabet_has_a_word() -> None:
    assert [generating.alphabet_of(each.word) for each in Alphabet] == list(Alphabet)
    with pytest.raises(InvalidInput, match="letters, symbols, hex, base64url"):
        generating.alphabet_of("emoji")
