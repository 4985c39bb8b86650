"""Blanks at the ends of passwords and API keys: told, and none of it shown."""

import pytest

from secretsapp.core.blanks import about_password, without_blanks
from secretsapp.core.plaintext import Plaintext


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u200b", "\ufeff", "\x07"])
def test_what_nobody_sees_at_an_end_of_a_password_is_told(blank: str) -> None:
    for password in (f"{blank}pass", f"pass{blank}"):
        told = about_password(Plaintext(password.encode()))
        assert told.startswith("The password starts or ends with a space")
    assert about_password(Plaintext(f"pass{blank}word".encode())) == ""


@pytest.mark.parametrize("password", [b"", b"password", "größer".encode()])
def test_nothing_is_told_of_other_passwords(password: bytes) -> None:
    assert about_password(Plaintext(password)) == ""


@pytest.mark.parametrize("typed", [b" key", b"key \t", b"\r\nkey\r\n", "\u00a0key".encode()])
def test_an_api_key_loses_the_blanks_around_it_and_that_is_told(typed: bytes) -> None:
    key, told = without_blanks(Plaintext(typed))
    assert key.expose() == b"key"
    assert told == "Spaces around the API key were removed: no key has any."


@pytest.mark.parametrize("typed", [b"", b"key", b"two words", b"\xffkey\xfe"])
def test_an_api_key_without_blanks_around_it_stays_as_it_is(typed: bytes) -> None:
    key, told = without_blanks(Plaintext(typed))
    assert (key.expose(), told) == (typed, "")
