"""Domains have one form before anything compares them, and what was pasted may hold a host."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import (
    check_domain,
    host_within,
    is_domain,
    is_same_domain,
    likeness,
    one_form,
)
from tests.core.domains import HOPELESS, INTERNATIONAL, ONE_FORM, PROPOSED

typed = st.text(max_size=12) | st.text(st.sampled_from("*.aZ-:/@,ü ß。\u200b"), max_size=12)


@pytest.mark.parametrize(("text", "form"), (ONE_FORM | INTERNATIONAL).items())
def test_a_domain_has_one_form(text: str, form: str) -> None:
    assert one_form(text) == form
    assert is_same_domain(text, form)
    check_domain(form)


@pytest.mark.parametrize(("text", "host"), (PROPOSED | INTERNATIONAL).items())
def test_the_refusal_offers_the_host_and_nothing_else_of_what_was_pasted(
    text: str, host: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_domain(text)
    assert str(refusal.value).endswith(f" Did you mean {host}?")
    assert "password" not in str(refusal.value)


@pytest.mark.parametrize("text", HOPELESS)
def test_where_no_host_is_found_none_is_offered(text: str) -> None:
    assert not is_domain(one_form(text))
    assert host_within(text) == ""


@given(typed)
@example("0。.")
@example("0。..")
def test_the_one_form_has_itself_for_one(text: str) -> None:
    assert one_form(one_form(text)) == one_form(text)


@given(typed)
def test_nothing_but_a_star_is_every_domain_and_nothing_but_blanks_none(text: str) -> None:
    if one_form(text) == "*":
        assert text.strip() == "*"
    if one_form(text) == "":
        assert text.strip() == ""


@given(typed)
def test_what_is_offered_is_a_host_that_would_be_taken(text: str) -> None:
    host = host_within(text)
    assert host == "" or (is_domain(host) and one_form(host) == host)


def test_names_are_alike_that_differ_in_capitals_or_in_hyphen_and_underscore() -> None:
    assert likeness("Pay-Key") == likeness("PAY_KEY")
    assert likeness("PAYKEY") != likeness("PAY_KEY")
