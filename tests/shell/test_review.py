"""`review` in the shell: started, listed, shown, answered and stopped."""

import pytest

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import Grant, ReviewItem, Universe
from tests.granting import Terms
from tests.shell.conftest import Shell
from tests.stage import STAGEHAND, Cast

pytestmark = pytest.mark.django_db


def test_a_review_from_start_to_stop(shell: Shell, universe: Universe, cast: Cast) -> None:
    assert "No reviews yet." in shell.run("review").output
    started = shell.run(*("review", "--universe", universe.pk, "--days", 7, "--every", 6, "--json"))
    number = started.json["id"]
    assert started.json["every_months"] == 6
    shown = shell.run("review", number)
    assert "viewer@example.com: Viewer of Harbor, for all secrets  Not answered" in shown.output
    item = ReviewItem.objects.get(grant__person=cast["viewer"].user).pk
    as_manager = ("--as", "manager@example.com")
    said = shell.run("review", number, item, "revoke", *as_manager)
    assert "Revoked: viewer@example.com: Viewer of Harbor" in said.output
    assert not Grant.objects.filter(person=cast["viewer"].user).exists()
    assert "has answered for this grant" in shell.refuse("review", number, item, "keep")
    other = ReviewItem.objects.get(grant__person=cast["editor"].user).pk
    assert "--until goes with shorten" in shell.refuse("review", number, other, "shorten")
    shell.run("review", number, other, "shorten", "--until", "2099-01-01")
    assert "3 left" in shell.run("review").output
    assert "doesn't come back" in shell.run("review", number, "--stop").output
    assert "no such grant" in shell.refuse("review", number, 10**5, "keep")
    assert "doesn’t exist" in shell.refuse("review", 10**5)
    assert "add keep, shorten or revoke" in shell.refuse("review", number, other)
    assert "has no ID yet" in shell.refuse("review", number, "--all")


def test_a_manager_of_some_names_is_shown_no_others(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    grants.give(STAGEHAND, cast["viewer"].user, universe, Terms(Role.VIEWER, "SIGNING_SEED"))
    grants.give(STAGEHAND, cast["editor"].user, universe, Terms(Role.MANAGER, "PAY_*"))
    number = shell.run("review", "--universe", universe.pk, "--json").json["id"]
    for options in ((), ("--json",)):
        told = shell.run("review", number, "--as", "editor@example.com", *options).output
        assert "viewer@example.com: Viewer of Harbor, for names you can" in told
        assert "SIGNING_SEED" not in told
    assert "SIGNING_SEED" in shell.run("review", number, "--as", "manager@example.com").output
