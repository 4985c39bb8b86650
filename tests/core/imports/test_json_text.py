"""JSON: its shapes, and what is no text in it."""

import pytest

from secretsapp.core.errors import InvalidInput
from tests.core.imports.reading import only, reading, rows, values


@pytest.mark.parametrize(
    "text",
    [
        '{"A": "x", "B": "y"}',
        '{"A": {"value": "x"}, "B": "y"}',
        '[{"name": "A", "value": "x"}, {"KEY": "B", "Value": "y"}]',
        '{"universe": 1, "secrets": [{"name": "A", "value": "x"}, {"name": "B", "value": "y"}]}',
        ' \n {"A" : "x" ,\n"B" :"y" } \n',
    ],
)
def test_every_shape_gives_names_and_values(text: str) -> None:
    assert values(text) == {"A": "x", "B": "y"}


def test_an_allowed_host_is_taken() -> None:
    text = '{"A": {"value": "x", "domain": "*"}, "B": {"value": "x", "allowed_host": "none"}}'
    assert [row.host for row in rows(text)] == ["*", ""]


@pytest.mark.parametrize("value", ["1", "1e999", "true", "null", "[]", "9" * 5000])
def test_what_is_no_text_is_refused_with_what_to_do(value: str) -> None:
    assert "isn’t text in quotes" in only(f'{{"A": {value}}}').fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"A": {}}', "This object has no value."),
        ('{"A": {"value": "x", "VALUE": "y"}}', "has a key twice"),
        ('{"A": {"value": {"value": "x"}}}', "isn’t text in quotes"),
        ("[3]", "no object with a name"),
        ('[{"value": "x"}]', "no object with a name"),
    ],
)
def test_an_entry_without_a_name_or_one_value_is_refused(text: str, fault: str) -> None:
    assert fault in only(text).fault


def test_rows_have_the_lines_where_they_begin() -> None:
    text = '{\n  "A": "x",\n  "B": {\n    "value": "y"\n  },\n  "C": "z"}'
    assert [row.line for row in rows(text)] == [2, 3, 6]


def test_a_name_twice_is_seen_also_in_one_line() -> None:
    first, second = rows('{"A": "x", "A": "y"}')
    assert (first.rivals, second.rivals) == ((1,), (1,))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"A": "x",}', "This isn’t JSON: line 1, character 11 can’t be there."),
        ('{"A": "x"} x', "This isn’t JSON"),
        ("[" * 20_000, "nested too deep"),
    ],
)
def test_what_is_no_json_is_refused_as_a_whole(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        reading(text)
