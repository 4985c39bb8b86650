"""Name patterns: what they match, and which of them is not above another."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import NAME_LIMIT, is_storable
from secretsapp.core.patterns import EVERY_NAME, covers, matches, matching, parse_pattern

LETTERS = "aB_"
STEMS = ["".join(letters) for size in (1, 2) for letters in product(LETTERS, repeat=size)]
NAMES = ["".join(letters) for size in (1, 2, 3) for letters in product(LETTERS, repeat=size)]
PATTERNS = [EVERY_NAME, *STEMS, *(f"{stem}*" for stem in STEMS)]

stems = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True)
patterns = st.just(EVERY_NAME) | stems | stems.map(lambda stem: f"{stem}*")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("", ""),
        ("  ", ""),
        ("*", ""),
        (" * ", ""),
        ("PAY_*", "PAY_*"),
        (" PAY_KEY ", "PAY_KEY"),
        ("_*", "_*"),
        ("x" * 64, "x" * 64),
        ("x" * 64 + "*", "x" * 64 + "*"),
    ],
)
def test_a_pattern_is_a_name_a_beginning_or_everything(text: str, pattern: str) -> None:
    assert parse_pattern(text) == pattern


@pytest.mark.parametrize(
    "text", ["**", "*A", "A*B", "A**", "1A", "1*", "A-*", "A B", "ключ*", "x" * 65, "x" * 65 + "*"]
)
def test_any_other_pattern_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"PAY_\*") as refusal:
        parse_pattern(text)
    assert refusal.value.field == "names"


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("", "ANYTHING", True),
        ("PAY_KEY", "PAY_KEY", True),
        ("PAY_KEY", "PAY_KEY2", False),
        ("PAY_KEY", "pay_key", False),
        ("PAY_*", "PAY_", True),
        ("PAY_*", "PAY_KEY", True),
        ("PAY_*", "PAY", False),
        ("PAY_*", "pay_key", False),
        ("PAY_*", "MY_PAY_KEY", False),
    ],
)
def test_a_pattern_matches_names_with_capitals_counting(
    pattern: str, name: str, expected: bool
) -> None:
    assert matches(pattern, name) is expected


def covers_by_names(pattern: str, other: str) -> bool:
    """Whether every name that `other` matches is matched by `pattern`, by looking at them all.

    Names of one letter more than the longest stem are enough to tell two patterns apart.
    """
    return all(matches(pattern, name) for name in NAMES if matches(other, name))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_covers_another_exactly_if_it_matches_all_its_names(pattern: str) -> None:
    assert [covers(pattern, other) for other in PATTERNS] == [
        covers_by_names(pattern, other) for other in PATTERNS
    ]


@given(patterns, patterns, stems)
def test_what_is_covered_never_matches_more(pattern: str, other: str, ending: str) -> None:
    names = [other.removesuffix("*"), other.removesuffix("*") + ending, ending]
    if covers(pattern, other):
        assert all(matches(pattern, name) for name in names if matches(other, name))


@given(patterns, patterns, patterns)
def test_covering_is_an_order(one: str, two: str, three: str) -> None:
    assert covers(one, one)
    assert covers(EVERY_NAME, one)
    if covers(one, two) and covers(two, three):
        assert covers(one, three)
    if covers(one, two) and covers(two, one):
        assert one == two


@given(patterns)
def test_a_pattern_that_was_parsed_parses_to_itself(pattern: str) -> None:
    assert parse_pattern(pattern) == pattern


@given(name=st.text(max_size=80), near=patterns, length=st.integers(0, NAME_LIMIT))
def test_the_patterns_that_match_a_name_are_told(name: str, near: str, length: int) -> None:
    told = matching(name)
    assert all(is_storable(pattern) for pattern in told)
    for pattern in (near, name[:NAME_LIMIT], f"{name[:length]}*", EVERY_NAME):
        if is_storable(pattern):
            assert (pattern in told) == matches(pattern, name)
