"""Any file: its form and encoding, names and values that are refused, and names twice."""

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput
from secretsapp.core.imports.reading import MOST_ROWS, form_of, read
from secretsapp.core.imports.rows import Form
from tests.core.imports.reading import only, reading, rows, value_of, values

TEXT = "A=größer\nB=y\n"
MARK = "a-value-nobody-may-see"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("A=1", Form.ENV),
        ("# note\nexport A=1", Form.ENV),
        ("A=1,2;3", Form.ENV),
        ("just text", Form.ENV),
        ('{"A": "1"}', Form.JSON),
        ("\n[]", Form.JSON),
        ("name,value\nA,b=c", Form.CSV),
        ("A;b=c", Form.CSV),
    ],
)
def test_the_form_is_recognized(text: str, form: Form) -> None:
    assert form_of(text) is form


def test_a_form_that_is_chosen_is_not_recognized_again() -> None:
    assert [row.name for row in read(b"A,b=c\n", Form.ENV).rows] == ["A,b"]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (TEXT.encode(), ""),
        (codecs.BOM_UTF8 + TEXT.encode(), "byte order mark"),
        (TEXT.encode("utf-16"), "in UTF-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "in UTF-16"),
        (TEXT.replace("\n", "\r\n").encode(), "Windows line breaks"),
    ],
)
def test_encodings_that_name_themselves_are_read_and_that_is_told(
    content: bytes, note: str
) -> None:
    assert values(content) == {"A": "größer", "B": "y"}
    assert note in " ".join(reading(content).notes)


def test_only_the_rows_in_another_encoding_are_refused() -> None:
    first, last = rows(TEXT.encode("latin-1"))
    assert "isn’t valid text" in first.fault
    assert value_of(last) == "y"


def test_a_value_with_a_nul_character_is_refused() -> None:
    first, last = rows(b"A=abc\0def\nB=y\n")
    assert "has a NUL character" in first.fault
    assert value_of(last) == "y"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "It is empty"),
        (b"\xef\xbb\xbf \n", "It is empty"),
        (b"# only a comment\n", "There is no name with a value in it"),
        (b"{}", "There is no name with a value in it"),
        (TEXT.encode("utf-16-le"), "in UTF-16 without a mark"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "in UTF-32"),
        (b"\0" * 100, "isn’t text"),
        (b"x" * 10_000_000, "it has 9.6 MB, and an import can have 1 MB"),
        (b"".join(b"K%d=x\n" % each for each in range(5000)), "it has 5,000 names or lines"),
        (b"\n".join(b"K%d=x\n" % each for each in range(502)), "in line 1,001 belongs"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read(content)


@pytest.mark.long
def test_as_many_of_the_longest_as_a_universe_can_have_are_read() -> None:
    lines = [f"{'N' * 60}{each:03}='{'v1' * 512}'\n" for each in range(MOST_ROWS)]
    assert len(values("".join(lines))) == MOST_ROWS


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("my-key", "Did you mean my_key?"),
        ("my.key", "Did you mean my_key?"),
        ("2FA", "A name can’t start with a digit. Did you mean _2FA?"),
        ("N" * 65, "at most 64 characters; this one has 65."),
        ("größe", "A name can only have the letters"),
    ],
)
def test_a_name_that_roblox_refuses_is_refused_with_the_nearest_one(name: str, fault: str) -> None:
    assert fault in only(f"{name}=x").fault


def test_what_may_be_a_piece_of_a_value_is_not_shown_as_a_name() -> None:
    row = only("postgres://u:p@h/?a=x")
    assert row.shown_name == ""
    assert "Did you mean" not in row.fault


def test_a_value_that_is_too_long_is_refused_with_its_length() -> None:
    assert "at most 1,024 bytes; this one has 1,025" in only("A=" + "x" * 1025).fault


def test_of_a_name_twice_with_one_value_the_first_is_used() -> None:
    first, second = rows("A=1\nB=2\nA=1\n")[::2]
    assert first.is_clear
    assert second.fault == "Line 1 has the same name and value: one is enough."


def test_of_a_name_twice_with_two_values_someone_has_to_choose() -> None:
    first, second, third = rows("A=1\nA=2\nA=1\n")
    assert (first.rivals, second.rivals) == ((2,), (1,))
    assert "one is enough" in third.fault


def test_names_that_differ_only_in_case_are_asked_about() -> None:
    first, second = rows("Pay_Key=1\nPAY_KEY=1\n")
    assert first.doubts == ("Line 2 has a name that differs only in upper and lower case.",)
    assert second.doubts == ("Line 1 has a name that differs only in upper and lower case.",)


names = st.from_regex(r"[A-Z_][A-Z0-9_]{0,9}", fullmatch=True)


@given(st.dictionaries(names, st.from_regex(r"[a-z0-9./+-]{1,40}", fullmatch=True), min_size=1))
def test_names_with_ordinary_values_come_back_from_every_form(wanted: dict[str, str]) -> None:
    env = "".join(f"{name}='{value}'\n" for name, value in wanted.items())
    table = "name,value\n" + "".join(f"{name},{value}\n" for name, value in wanted.items())
    for text in (env, table, json.dumps(wanted)):
        assert {row.name: value_of(row) for row in rows(text)} == wanted


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_no_content_ends_in_anything_but_rows_or_a_refusal(content: bytes) -> None:
    assert "".join(_sentences(content)) or any(row.is_clear for row in read(content).rows)


fragments = st.sampled_from(
    [
        "A",
        "=",
        "'",
        '"',
        "\\",
        "\n",
        "\n",
        " #",
        "#",
        ",",
        ";",
        "{",
        "}",
        ":",
        "export ",
        "[",
        MARK,
        MARK,
    ]
)


@given(st.lists(fragments, max_size=30).map("".join))
def test_no_sentence_and_no_repr_has_a_value_in_it(text: str) -> None:
    assert MARK not in " ".join(_sentences(text.encode()))


def _sentences(content: bytes) -> list[str]:
    """Everything that is said of a file and of its values."""
    try:
        found = read(content)
    except InvalidInput as refusal:
        return [str(refusal)]
    of_rows = ((row.fault, *row.doubts, *row.notes, repr(row.value)) for row in found.rows)
    return [*found.notes, *(sentence for each in of_rows for sentence in each)]
