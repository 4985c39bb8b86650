"""Teams from the shell."""

import pytest

from secretsapp.models import Grant, Membership, Team, Universe
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast

VIEWER, EDITOR, MANAGER = "viewer@example.com", "editor@example.com", "manager@example.com"


def test_a_team_is_made_given_access_and_listed(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    said = shell.run("create_team", "Build", "--note", "They ship", "--as", MANAGER)
    assert said.output == "Created the team Build, with nobody in it yet.\n"
    where = ("--universe", HARBOR_ID, "--pattern", "PAY_*", "--as", MANAGER)
    week = ("--until", "2099-01-01")
    assert "No one active is in the team Build" in shell.refuse(
        "grant", "--team", "build", "rotator", *where, *week
    )
    both = ("BUILD", VIEWER, "Editor@example.com")
    said = shell.run("add_to_team", *both, "--json", "--as", MANAGER)
    assert said.json == {"team": "Build", "added": [VIEWER, EDITOR]}
    assert "already in the team" in shell.refuse("add_to_team", *both)
    said = shell.run("grant", "--team", "build", "rotator", *where, *week)
    assert said.output.startswith("Build is now Rotator of Harbor, for PAY_*")
    why = ("--reason", "They look on.")
    said = shell.run("grant", "Build", "--universe", HARBOR_ID, "viewer", "--team", "--add", *why)
    assert said.errors == ""
    (team,) = shell.run("list_teams", "--json", "--as", MANAGER).json["teams"]
    assert (team["name"], team["note"]) == ("Build", "They ship")
    assert team["people"] == [EDITOR, VIEWER]
    assert [(each["role"], each["patterns"]) for each in team["grants"]] == [
        ("rotator", ["PAY_*"]),
        ("viewer", []),
    ]
    lines = shell.run("list_teams").output.splitlines()
    assert lines[:3] == [
        "Build",
        f"  {EDITOR}, {VIEWER}",
        "  Rotator of Harbor, for PAY_*, until 1 Jan 2099, 23:59 UTC",
    ]
    data = shell.run("revoke", "--team", "Build", "--universe", HARBOR_ID, "--json").json
    assert data == {"team": "Build", "universe": HARBOR_ID}
    assert not Grant.objects.filter(team__isnull=False).exists()


def test_people_leave_and_a_team_is_deleted_once_that_is_meant(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    shell.run("create_team", "Build", VIEWER, EDITOR, VIEWER)
    shell.run("grant", "--team", "Build", "auditor", "--all", "--reason", "Audits.")
    for command in (
        ("add_to_team", "Build", "stranger@example.com"),
        ("remove_from_team", "Build", VIEWER),
        ("delete_team", "Build", "--yes"),
    ):
        assert "You can’t change the team Build." in shell.refuse(*command, "--as", MANAGER)
    left = shell.run("remove_from_team", "Build", EDITOR, "--as", EDITOR)
    assert left.output == f"Removed {EDITOR} from the team Build.\n"
    assert "no team with that name" in shell.refuse(
        "remove_from_team", "Build", EDITOR, "--as", EDITOR
    )
    shell.run("remove_from_team", "Build", VIEWER)
    assert not Membership.objects.exists()
    assert "Add --yes" in shell.refuse("delete_team", "Build")
    assert shell.run("delete_team", "Build", "--yes").output == "Deleted the team Build.\n"
    assert not Team.objects.exists()
    assert shell.run("list_teams").output == "There are no teams that you can see.\n"


@pytest.mark.parametrize("command", ["create_team", "list_teams"])
def test_who_gives_no_access_has_nothing_to_do_with_teams(
    shell: Shell, universe: Universe, cast: Cast, command: str
) -> None:
    named = ("Build",) if command == "create_team" else ()
    assert "Ask a manager or an admin" in shell.refuse(command, *named, "--as", EDITOR)
