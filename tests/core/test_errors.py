"""Refusals carry the sentence, and what a door needs to translate them."""

import pytest

from secretsapp.core import errors, upkeep_errors
from secretsapp.core.errors import Correctable, Forbidden, RobloxBusy, SealroomError

TREES = " ".join(f"{module.__doc__}" for module in (errors, upkeep_errors))
ERRORS = [
    found
    for found in (vars(errors) | vars(upkeep_errors)).values()
    if isinstance(found, type) and issubclass(found, SealroomError)
]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_refusal_stands_in_the_tree_at_the_top_of_its_file(kind: type) -> None:
    assert f"{kind.__name__} " in TREES.replace("\n", " ")
    assert kind.__doc__


@pytest.mark.parametrize("kind", [kind for kind in ERRORS if issubclass(kind, Correctable)])
def test_what_a_person_can_fix_may_name_the_input(kind: type[Correctable]) -> None:
    assert kind("Do it.").field is None
    assert str(kind("Do it.")) == "Do it."
    if kind is not RobloxBusy:
        assert kind("Do it.", field="name").field == "name"


def test_a_busy_roblox_says_for_how_long() -> None:
    assert RobloxBusy("Wait.", retry_after=30).retry_after == 30
    assert RobloxBusy("Wait.").retry_after is None


def test_what_is_forbidden_names_right_and_subject() -> None:
    refusal = Forbidden("No.", permission="delete_secret", universe_id=1, secret_name="KEY")
    assert (refusal.permission, refusal.universe_id, refusal.secret_name) == (
        "delete_secret",
        1,
        "KEY",
    )
    assert str(refusal) == "No."
