"""What Roblox accepts, by tables: whatever is refused, the sentence names the rule."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import (
    SECRETS_PER_UNIVERSE,
    check_api_key,
    check_name,
    check_value,
    parse_universe_id,
)
from secretsapp.core.labels import check_label, check_person_name, check_remark
from secretsapp.core.plaintext import Plaintext
from tests.core.chains import chain_of, words_of
from tests.core.values import REFUSED


def refusal_of(check: Callable[[], object]) -> InvalidInput | None:
    """The refusal, or None where there is none."""
    try:
        check()
    except InvalidInput as refusal:
        return refusal
    return None


@pytest.mark.parametrize("name", ["A", "_", "a1", "API_KEY", "_9", "x" * 64])
def test_names_that_roblox_takes_are_accepted(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "Enter a name"),
        ("x" * 65, "at most 64 characters; this one has 65"),
        ("1A", "can’t start with a digit"),
        ("API-KEY", "can only have the letters"),
        ("API.KEY", "can only have the letters"),
        ("API KEY", "can only have the letters"),
        ("KEY\n", "can only have the letters"),
        ("ключ", "can only have the letters"),
        ("KEY٣", "can only have the letters"),
        ("K\u00c9Y", "can only have the letters"),
        ("../KEY", "can only have the letters"),
    ],
)
def test_names_that_roblox_refuses_are_refused_with_the_rule(name: str, rule: str) -> None:
    with pytest.raises(InvalidInput, match=rule) as refusal:
        check_name(name)
    assert refusal.value.field == "name"


def is_documented_name(text: str) -> bool:
    """Letters, digits and underscore, 1 to 64, not starting with a digit."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
    known = all(character in letters + "0123456789" for character in text)
    return 1 <= len(text) <= 64 and known and text[0] in letters


@given(st.text(st.sampled_from("Az_09-é.\n"), max_size=70) | st.text(max_size=70))
def test_a_name_is_accepted_exactly_if_the_rule_is_kept(name: str) -> None:
    refusal = refusal_of(lambda: check_name(name))
    assert (refusal is None) == is_documented_name(name)


@pytest.mark.parametrize("value", [b"v", b"\n", b"\x01", b"x" * 1024, ("ß" * 512).encode()])
def test_values_up_to_the_limit_are_accepted(value: bytes) -> None:
    check_value(Plaintext(value))


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (b"", "Enter the value"),
        (b"m" * 1025, r"at most 1,024 bytes; this one has 1,025"),
        (("ß" * 513).encode(), r"this one has 1,026"),
    ],
)
def test_values_beyond_the_limit_are_refused_with_the_rule(value: bytes, rule: str) -> None:
    with pytest.raises(InvalidInput, match=rule) as refusal:
        check_value(Plaintext(value))
    assert refusal.value.field == "value"
    assert "mmm" not in words_of(refusal.value)
    assert "ß" not in words_of(refusal.value)


@given(st.binary(max_size=1100) | st.text(max_size=400).map(lambda text: text.encode()))
def test_a_value_is_accepted_exactly_if_it_is_text_of_1_to_1024_bytes(value: bytes) -> None:
    refusal = refusal_of(lambda: check_value(Plaintext(value)))
    assert (refusal is None) == (1 <= len(value) <= 1024 and is_text(value))


def is_text(value: bytes) -> bool:
    """UTF-8 without what shows that it was something else."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return False
    return "\0" not in text and "\ufffd" not in text and not text.startswith("\ufeff")


@pytest.mark.parametrize(("value", "why"), REFUSED.items())
def test_what_is_no_text_is_refused_with_the_reason(value: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refusal:
        check_value(Plaintext(value))
    assert refusal.value.field == "value"
    assert list(chain_of(refusal.value)) == [refusal.value]
    assert "abc" not in words_of(refusal.value)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("6930499524", 6930499524), (" 42\n", 42), (str(2**63 - 1), 2**63 - 1), ("007", 7)],
)
def test_a_universe_id_is_read(text: str, number: int) -> None:
    assert parse_universe_id(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " ", "0", "-1", "+1", "1.0", "1e3", "1_000", "٣", "²", "abc", str(2**63), "9" * 20, "1 2"],
)
def test_what_is_no_universe_id_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="whole number such as") as refusal:
        parse_universe_id(text)
    assert refusal.value.field == "universe"


@given(st.text(max_size=25) | st.integers().map(str))
def test_whatever_is_taken_for_a_universe_id_has_63_bits(text: str) -> None:
    found: list[int] = []
    if refusal_of(lambda: found.append(parse_universe_id(text))) is None:
        assert 0 < found[0] < 2**63
        assert int(text.strip()) == found[0]


@pytest.mark.parametrize("key", [b"k", b"!~", b"k" * 4096, b"abc/+=="])
def test_an_api_key_of_visible_ascii_is_accepted(key: bytes) -> None:
    check_api_key(Plaintext(key))


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        (b"", "Enter the API key"),
        (b"marker key", "isn’t an API key"),
        (b"marker\r\nx-other: 1", "isn’t an API key"),
        (b"marker\n", "isn’t an API key"),
        (b"marker\x00", "isn’t an API key"),
        (b"marker\x7f", "isn’t an API key"),
        ("markér".encode(), "isn’t an API key"),
        (b"m" * 4097, "isn’t an API key"),
    ],
)
def test_what_no_header_carries_is_no_api_key(key: bytes, rule: str) -> None:
    with pytest.raises(InvalidInput, match=rule) as refusal:
        check_api_key(Plaintext(key))
    assert refusal.value.field == "api_key"
    assert "mark" not in words_of(refusal.value)


@given(st.binary(max_size=20))
def test_every_api_key_that_is_accepted_fits_into_a_header(key: bytes) -> None:
    refusal = refusal_of(lambda: check_api_key(Plaintext(key)))
    assert (refusal is None) == (bool(key) and all(33 <= byte <= 126 for byte in key))


@pytest.mark.parametrize("text", ["Harbor", " padded ", "Größe 鍵 🔑", "x" * 100, "a\tb"])
def test_a_label_is_one_line_of_text(text: str) -> None:
    check_label(text, field="name", what="a name")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "Enter a name for it"),
        (" \t\n", "Enter a name for it"),
        ("x" * 101, "Keep it to 100 characters; this has 101"),
        ("a\nb", "one line"),
        ("a\n", "one line"),
        ("a\rb", "one line"),
        ("a\u2028b", "one line"),
        ("a\x85b", "control characters"),
        ("a\u202eb", "direction of text"),
        ("a\u2066b", "direction of text"),
        ("a\x00b", "control characters"),
        ("a\x1bb", "control characters"),
        ("a\ud800b", "control characters"),
    ],
)
def test_what_is_no_label_is_refused_with_the_rule(text: str, rule: str) -> None:
    with pytest.raises(InvalidInput, match=rule) as refusal:
        check_label(text, field="environment", what="a name for it")
    assert refusal.value.field == "environment"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("admin@example.com", "could be mistaken for an email address"),
        ("admin\N{FULLWIDTH COMMERCIAL AT}example.com", "could be mistaken for an email address"),
        ("ad\N{ZERO WIDTH SPACE}min", "invisible characters"),
        ("\N{RIGHT-TO-LEFT MARK}admin", "invisible characters"),
        (" ", "Enter a name"),
    ],
)
def test_a_name_cannot_pass_for_an_address_or_another_name(text: str, rule: str) -> None:
    check_person_name("Zoë O\N{RIGHT SINGLE QUOTATION MARK}Neill-鍵", field="name")
    with pytest.raises(InvalidInput, match=rule):
        check_person_name(text, field="name")


@pytest.mark.parametrize("text", ["", "a\nb\r\nc\td", "x" * 2000])
def test_a_remark_may_be_empty_and_have_lines(text: str) -> None:
    check_remark(text, field="note", limit=2000)


@pytest.mark.parametrize(
    ("text", "rule"),
    [("x" * 2001, "2,000 characters; this has 2,001"), ("a\x00", "control"), ("\udfff", "control")],
)
def test_a_remark_that_cannot_be_stored_is_refused_with_the_rule(text: str, rule: str) -> None:
    with pytest.raises(InvalidInput, match=rule) as refusal:
        check_remark(text, field="note", limit=2000)
    assert refusal.value.field == "note"


@given(st.text(max_size=30))
def test_every_remark_that_is_accepted_can_be_stored(text: str) -> None:
    if refusal_of(lambda: check_remark(text, field="note", limit=20)) is None:
        assert len(text) <= 20
        assert "\x00" not in text
        assert text.encode().decode() == text


def test_a_universe_holds_500_secrets() -> None:
    assert SECRETS_PER_UNIVERSE == 500
