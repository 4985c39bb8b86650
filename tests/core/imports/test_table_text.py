"""CSV: what its columns are, and what a spreadsheet does to values."""

import pytest

from secretsapp.core.errors import InvalidInput
from tests.core.imports.reading import only, reading, rows, value_of, values


@pytest.mark.parametrize(
    ("separator", "words"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")]
)
def test_columns_are_told_apart_by_what_separates_them(separator: str, words: str) -> None:
    text = f"Name{separator}VALUE\nA{separator}x\n"
    assert values(text) == {"A": "x"}
    assert reading(text).notes == [f"The columns are separated by {words}."]


def test_a_table_without_a_header_is_read_by_position_and_that_is_told() -> None:
    assert values("A,x\nB,y z\n") == {"A": "x", "B": "y z"}
    assert "There is no header" in reading("A,x\nB,y\n").notes[-1]


def test_columns_are_found_by_their_heads_in_any_order() -> None:
    row = only("note,value,Allowed Host,key\nold,x,api.example.com,A\n")
    assert (row.name, value_of(row), row.host) == ("A", "x", "api.example.com")


def test_a_value_can_have_separators_quotes_and_line_breaks() -> None:
    assert values('name,value\nA,"x,""y"\nB,"1\n2"\nC,z\n') == {"A": 'x,"y', "B": "1\n2", "C": "z"}
    assert [row.line for row in rows('name,value\nA,"1\n2"\n\nC,z\n')] == [2, 5]


@pytest.mark.parametrize("cell", ["1.23457E+15", "1,2E+10", "4E5"])
def test_a_number_that_a_spreadsheet_has_rounded_is_asked_about(cell: str) -> None:
    assert "a spreadsheet has rounded" in only(f"name;value\nA;{cell}\n").doubts[0]


def test_the_error_of_a_formula_is_asked_about() -> None:
    assert "error of a spreadsheet" in only("name,value\nA,#NAME?\n").doubts[0]


def test_a_row_with_another_number_of_columns_is_refused_alone() -> None:
    first, last = rows("name,value\nA,x,y\nB,z\n")
    assert "another number of columns" in first.fault
    assert value_of(last) == "z"


def test_nothing_is_read_from_where_the_quotes_do_not_fit_and_that_is_told() -> None:
    first, last = rows('name,value\nA,x\nB,"y"z\nC,1\n')
    assert value_of(first) == "x"
    assert last.line == 3
    assert "nothing from here on was read" in last.fault


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b;c\nd,e;f\n", "it isn’t clear what separates its columns"),
        ("a,b,c\n", "it isn’t clear what separates its columns"),
        ("name,allowed_host\nA,x\n", "no column for the values"),
        ("name,value,value\nA,x,y\n", "has a column twice"),
    ],
)
def test_a_table_whose_columns_are_not_clear_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        reading(text)
