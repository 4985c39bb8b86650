"""A slip of the finger: what the index is asked for leads to each text that has it."""

import re
from collections.abc import Iterator

import pytest

from secretsapp.home.search import slips

OTHER = "0"


def with_a_slip(word: str) -> Iterator[str]:
    """The word as it is typed with each slip that leaves its first letter."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + OTHER + word[at:]
        yield word[:at] + OTHER + word[at + 1 :]
        yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


@pytest.mark.parametrize("word", ["connection", "moderation", "translation", "hooks.example.net"])
def test_the_index_leads_to_a_long_word_by_whatever_slip_it_was_typed(word: str) -> None:
    for typed in with_a_slip(word):
        ways = slips.holding(typed).ways
        assert any(all(part in word for part in parts) for parts in ways), typed
        assert re.search(slips.regex(typed), word), typed


def test_the_index_is_asked_for_three_ways_of_a_long_word_at_most() -> None:
    assert len(slips.holding("inventory").ways) == 3
    assert all(len(part) >= 3 for parts in slips.holding("inventory").ways for part in parts)
