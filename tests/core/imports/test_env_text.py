"""The dialect of .env: the value that comes out, and what is told, asked or refused."""

import pytest

from tests.core.imports.reading import only, rows, value_of, values

WRITTEN = r"\n"


@pytest.mark.parametrize(
    ("line", "value", "told"),
    [
        ("A=plain", "plain", ""),
        ("A=", "", "It has no value"),
        ("export A=x", "x", ""),
        ("  A=x", "x", ""),
        ("A = x", "x", "Spaces around the value were left out."),
        ("A=x  ", "x", "Spaces around the value were left out."),
        ("A=two words", "two words", ""),
        ("A=pa#ss", "pa#ss", "The # belongs to the value."),
        ("A=O'Brien", "O'Brien", "The quotes in it belong to the value."),
        ("A='x y'", "x y", ""),
        ('A="x y"', "x y", ""),
        ("A='x' # note", "x", "The comment after the closing quote was left out."),
        ("A='pa #ss'", "pa #ss", ""),
        ("A='it\"s'", 'it"s', ""),
        ("A='one\ntwo'", "one\ntwo", ""),
        ('A="one\ntwo"', "one\ntwo", ""),
        (f"A=x{WRITTEN}y", rf"x{WRITTEN}y", "stays as two characters"),
        (f"A='x{WRITTEN}y'", rf"x{WRITTEN}y", "Backslashes in single quotes stay."),
        (f'A="x{WRITTEN}y"', "x\ny", "became a line break"),
        (r'A="say \"x\" \\ \$y"', r'say "x" \ $y', "A backslash before a quote"),
        (r'A="\d+"', r"\d+", "A backslash before any other character stays."),
        ("A=${HOME}/x", "${HOME}/x", "nothing is filled in"),
        ("A=$HOME", "$HOME", "nothing is filled in"),
        ('A="$(id)"', "$(id)", "nothing is filled in"),
        ("A='$HOME'", "$HOME", ""),
        ("A=5$", "5$", ""),
        ("A=x\\", "x\\", "doesn’t go on in the next line"),
        ("A=abc==", "abc==", ""),
    ],
)
def test_a_value_comes_out_as_the_dialect_says_and_what_was_decided_is_told(
    line: str, value: str, told: str
) -> None:
    row = only(line)
    assert value_of(row) == value
    assert told in " ".join((*row.notes, row.fault))
    assert bool(told) == bool(row.notes or row.fault)
    assert not row.doubts


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("A=#x", "Tools read a # right after = in different ways."),
        ("A= # note", "Tools read a # right after = in different ways."),
        ('A="""x"""', "Tools read three quotes in different ways."),
        ("A='''x\nB=1'''", "Tools read three quotes in different ways."),
        ("A='x", "isn’t closed"),
        ('A="x', "isn’t closed"),
        (r"A='it\'s'", "something follows the closing one"),
        ("A='x'y", "something follows the closing one"),
        ("A='x'#note", "with a space before #"),
        ("A=-----BEGIN KEY-----\nabcd==\n-----END KEY-----", "The value has several lines."),
        ("A=-----BEGIN KEY-----\nabcd==", "The value has several lines."),
        ("just text", "There is no name and = in this line."),
        ("abcdefgh==", "There is no name and = in this line."),
        ("=x", "There is no name. Write NAME=value."),
    ],
)
def test_what_tools_read_in_different_ways_is_refused_with_what_to_do(
    line: str, fault: str
) -> None:
    row = only(line)
    assert fault in row.fault
    assert not row.is_clear


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("A=pass #word", "Everything from “ #” on was read as a comment."),
        ("A='\"x\"'", "It is in quotation marks."),
        ("A=B=c", "It looks like a line from a settings file"),
        ("A=changeme", "It looks like a placeholder"),
        ("A=' x'", "It starts or ends with spaces"),
    ],
)
def test_what_is_rarely_meant_is_asked(line: str, doubt: str) -> None:
    row = only(line)
    assert any(doubt in each for each in row.doubts)
    assert not row.is_clear
    assert not row.fault


def test_a_forgotten_quote_takes_no_other_rows_with_it() -> None:
    assert values("A='x\nB=1\nC='y'\n") == {"B": "1", "C": "y"}
    assert values('A="x\nB="1"\nC=2\n') == {"B": "1", "C": "2"}


def test_the_lines_of_a_value_without_quotes_never_pass_for_names() -> None:
    text = "A=first\nsecondpart\nthirdpart==\nB=1\n"
    first, nameless, last = rows(text)
    assert (nameless.line, nameless.name) == (2, "")
    assert "The line after it has no name." in first.doubts[0]
    assert value_of(last) == "1"


def test_comments_and_empty_lines_are_skipped_and_lines_are_counted_over_them() -> None:
    text = "# a\n\n   # b\nA='1\n2'\n\nB=3"
    assert [(row.name, row.line) for row in rows(text)] == [("A", 4), ("B", 7)]


def test_the_allowed_host_of_a_comment_right_above_is_taken() -> None:
    text = "# Allowed host: API.example.com\nA=1\nB=2\n# Allowed host: none\nC=3\n"
    assert [row.host for row in rows(text)] == ["api.example.com", None, ""]


def test_an_allowed_host_that_is_none_is_left_out_and_that_is_told() -> None:
    row = only("# Allowed host: https://api.example.com/x\nA=1\n")
    assert row.host is None
    assert "so it was left out" in row.notes[0]
