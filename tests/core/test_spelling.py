"""What is proposed for a name that is not there."""

import pytest

from secretsapp.core.spelling import proposal

KNOWN = {name: f"“{name}”" for name in ("automation", "Nightly", "NIGHTLY", "ab", "6930499524")}


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("Automation", "“automation”"),
        (" automation ", "“automation”"),
        ("nightly", "“NIGHTLY” or “Nightly”"),
        ("automaton", "“automation”"),
        ("automationn", "“automation”"),
        ("xutomation", "“automation”"),
        ("auotmation", "“automation”"),
        ("6930499542", "“6930499524”"),
        ("AB", "“ab”"),
    ],
)
def test_what_differs_in_capitals_or_by_one_slip_is_proposed(typed: str, proposed: str) -> None:
    assert proposal(typed, KNOWN) == f" Did you mean {proposed}?"


@pytest.mark.parametrize("typed", ["", "ac", "auto", "autumnation", "uatomatino", "6930499"])
def test_what_is_further_off_is_not(typed: str) -> None:
    assert proposal(typed, KNOWN) == ""
