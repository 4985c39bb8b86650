"""`export_secrets` prints what the page exports, and logs it the same."""

import json
from pathlib import Path

import pytest

from secretsapp.models import AuditEvent, Universe
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID

pytestmark = pytest.mark.django_db


def test_it_prints_the_list_in_each_form(shell: Shell, universe: Universe) -> None:
    assert shell.run("export_secrets", HARBOR_ID).output.startswith("name,allowed_host,created,")
    told = json.loads(shell.run("export_secrets", HARBOR_ID, "--format", "json").output)
    assert [secret["name"] for secret in told["secrets"]] == [
        "PAY_KEY",
        "PAY_WEBHOOK",
        "SIGNING_SEED",
    ]
    assert "\nPAY_KEY=\n" in shell.run("export_secrets", HARBOR_ID, "--format", "env").output
    told_by = AuditEvent.objects.filter(tag="universe.exported")
    assert [event.door for event in told_by] == ["shell"] * 3


def test_it_writes_a_new_file_that_only_its_owner_reads(
    shell: Shell, universe: Universe, tmp_path: Path
) -> None:
    path = tmp_path / "harbor.env"
    shell.run("export_secrets", HARBOR_ID, "--format", "env", "--output", path)
    assert "PAY_KEY=" in path.read_text("utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    shell.refuse("export_secrets", HARBOR_ID, "--output", path)
    assert AuditEvent.objects.filter(tag="universe.exported").count() == 1


def test_json_of_commands_is_refused_beside_the_form_of_the_list(
    shell: Shell, universe: Universe
) -> None:
    refused = shell.refuse("export_secrets", HARBOR_ID, "--json")
    assert "Use --format json for JSON." in refused
