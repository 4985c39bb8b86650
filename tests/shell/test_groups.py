"""Who could have changed secrets, shown, read and reviewed in the shell."""

import pytest

from emulator import Emulator
from secretsapp.models import GroupNotice, RobloxGroup, Universe
from tests.shell.conftest import Shell
from tests.stage import GROUP_ID, HARBOR_ID

pytestmark = pytest.mark.django_db


def test_the_shell_reads_and_shows_the_group(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    said = shell.run("show_group", str(HARBOR_ID))
    assert "Nobody has looked yet" in said.output
    group = emulator.add_group(GROUP_ID, name="Works", owner_id=700)
    group.assign(701, group.add_role("Developer\x1b[31m", 50).role_id)
    said = shell.run("show_group", str(HARBOR_ID), "--read")
    assert "700 (owns the group)" in said.output
    assert "\x1b" not in said.output
    assert "legacy-group:manage" in said.errors
    data = shell.run("show_group", str(HARBOR_ID), "--json").json
    assert (data["group"], data["name"]) == (GROUP_ID, "Works")
    assert {"account": 700, "why": "owns the group"} in data["accounts"]
    assert [701] in [role["accounts"] for role in data["roles"]]


def test_the_shell_marks_what_changed_as_reviewed(shell: Shell, universe: Universe) -> None:
    group = RobloxGroup.objects.create(pk=GROUP_ID)
    group.notices.create(kind="role_added", role="Release", noticed_at=universe.created_at, what="")
    said = shell.run("show_group", str(HARBOR_ID), "--reviewed").output
    assert "New role: Release" in said
    assert not GroupNotice.objects.exists()
