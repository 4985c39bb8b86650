"""What someone can do and who can use a secret, asked from the shell."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import Universe
from tests.granting import Terms
from tests.shell.conftest import Shell
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch

VIEWER, MANAGER = "viewer@example.com", "manager@example.com"


def test_both_questions_are_answered_as_a_table_as_json_and_as_a_file(
    shell: Shell, cast: Cast, universe: Universe
) -> None:
    grants.add(STAGEHAND, cast["viewer"].user, None, Terms(Role.ROTATOR, "PAY_*"))
    table = shell.run("what_can", VIEWER, "--universe", universe.pk).output
    assert table.startswith("PERSON ")
    assert "Rotator  PAY_*" in table
    assert "all universes" in table
    found = shell.run("who_can", universe.pk, "PAY_KEY", "--json", "--as", MANAGER).json["access"]
    of_viewer = [each for each in found if each["person"] == VIEWER]
    assert {each["role"] for each in of_viewer} == {"Viewer", "Rotator"}
    watch = Watch()
    said = shell.run("what_can", VIEWER, "--csv").output
    rows = list(csv.DictReader(io.StringIO(said)))
    assert {row["can"] for row in rows} == {"List", "List, rotate"}
    shell.run("who_can", universe.pk, "PAY_KEY", "--csv")
    assert watch.tags == ["access.exported", "access.exported"]
    assert "no account with that" in shell.refuse("what_can", MANAGER, "--as", VIEWER)
    refused = shell.refuse("who_can", universe.pk, "PAY_KEY", "--as", VIEWER)
    assert "You can’t manage access" in refused
    assert shell.run("what_can", "stranger@example.com").output.endswith("has no access now.\n")


def test_ended_access_ends_to_the_second_in_the_shell(
    shell: Shell, cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, person = timezone.now() + timedelta(hours=8), "stranger@example.com"
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.MANAGER, until=end))
    acting = ("--as", person)
    asked: list[tuple[object, ...]] = [("who_can", universe.pk, "PAY_KEY"), ("what_can", VIEWER)]
    monkeypatch.setattr(timezone, "now", lambda: end - timedelta(seconds=1))
    for name, *about in asked:
        assert "Harbor" in shell.run(str(name), *about, *acting).output
    assert "Harbor" in shell.run("what_can", person).output
    monkeypatch.setattr(timezone, "now", lambda: end)
    assert "Harbor" not in shell.run("what_can", person).output
    for name, *about in asked:
        assert shell.refuse(str(name), *about, *acting)
