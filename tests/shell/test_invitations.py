"""Invitations from the shell."""

import pytest

from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Grant, Invitation, Universe
from secretsapp.people import accepting
from tests.actions.of_ways_in import NOBODY
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast

GUEST, OTHER, MANAGER = "guest@example.com", "other@example.com", "manager@example.com"
ROLE = ("--role", "Rotator", "--universe", HARBOR_ID, "--pattern", "PAY_*", "--until", "2126-12-03")


def test_people_are_invited_listed_and_revoked(
    shell: Shell, cast: Cast, universe: Universe
) -> None:
    said = shell.run("invite", GUEST.upper(), OTHER, *ROLE, "--as", MANAGER, "--greeting", "Hi")
    link, words, *others = said.output.splitlines()
    assert "/invitation/#" in link
    assert words.startswith(f"It invites {GUEST} once, until ")
    assert len(others) == 2
    assert said.errors == ""
    listed = shell.run("list_invitations").output.splitlines()
    assert listed[0].split() == ["ID", "ADDRESS", "ACCESS", "WORKS", "UNTIL", "INVITED", "BY"]
    assert "Rotator of Harbor for PAY_*" in listed[1]
    assert link.partition("#")[2] not in "".join(listed)
    first = shell.run("list_invitations", "--as", MANAGER, "--json").json["invitations"][-1]
    assert (first["email"], first["invited_by"], first["expired"]) == (GUEST, MANAGER, False)
    (access,) = first["access"]
    assert (access["role"], access["universe"], access["patterns"]) == (
        "rotator",
        HARBOR_ID,
        ["PAY_*"],
    )
    assert shell.run("list_invitations", "--as", "viewer@example.com").output == "No invitations.\n"
    refused = shell.refuse("revoke_invitation", first["id"], "--as", "viewer@example.com")
    assert refused.startswith("This invitation isn’t here")
    revoked = shell.run("revoke_invitation", first["id"]).output
    assert revoked == f"Revoked the invitation of {GUEST}.\n"
    assert len(shell.run("list_invitations", "--json").json["invitations"]) == 1


def test_one_invitation_is_to_several_universes(
    shell: Shell, cast: Cast, universe: Universe
) -> None:
    Universe.objects.create(pk=7, name="Quay", api_key=universe.api_key)
    shell.run("grant", MANAGER, "manager", "--universe", "7", "--reason", "runs it")
    shell.run("invite", GUEST, *ROLE, "--universe", "7", "--as", MANAGER)
    assert {each.universe_id for each in Invitation.objects.get().grants.all()} == {7, HARBOR_ID}
    Universe.objects.create(pk=8, name="Pier", api_key=universe.api_key)
    shell.refuse("invite", OTHER, *ROLE, "--universe", "8", "--as", MANAGER)
    assert Invitation.objects.count() == 1


def test_a_command_stands_for_the_installation(shell: Shell, cast: Cast) -> None:
    (made,) = shell.run("invite", GUEST, *ROLE, "--json").json["invitations"]
    code = Plaintext.from_text(made["link"])
    password = Plaintext(b"a sentence nobody guesses")
    user = accepting.join(NOBODY, code, name="Gus", password=password)
    grant = Grant.objects.get(person=user)
    assert (grant.giver, grant.given_by.endswith("(command invite)")) == (None, True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--role", "viewer"], "--role needs --universe, --environment"),
        (["--all"], "add --role"),
        (["--role", "viewer", "--all", "--until", "2020-01-01"], "The end is in the past"),
        (["--role", "admin", "--universe", str(HARBOR_ID)], "The Admin role covers all"),
        (["--as", MANAGER], "You can’t manage people"),
        (
            ["--as", MANAGER, "--role", "viewer", "--all", "--reason", "x"],
            "You can’t grant Viewer",
        ),
    ],
)
def test_what_is_refused_invites_no_one(
    shell: Shell, cast: Cast, options: list[str], words: str
) -> None:
    assert words in shell.refuse("invite", GUEST, *options)
    assert not Invitation.objects.exists()
