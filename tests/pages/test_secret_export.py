"""The list of a universe's secrets as a file: names and what is known of them, never a value."""

import csv
import io
import json

import pytest
from django.test import Client
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import AuditEvent, Secret, Universe
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast

NOTE = "=HYPERLINK(1)\nrotate at the provider"


@pytest.fixture
def address(address_of: AddressOf, cast: Cast) -> str:
    """Where Harbor's secrets are exported; one has an owner, and a note that a cell might run."""
    Secret.objects.filter(name="PAY_KEY").update(owner=cast["editor"].user, note=NOTE)
    return f"{address_of('universe')}export/"


def exported(client: Client, address: str, form: str) -> str:
    """The file in that form."""
    answer = client.post(address, {"format": form})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
    return body(answer)


def test_the_list_leads_to_it(client_for: ClientFor, address_of: AddressOf, address: str) -> None:
    client = client_for("viewer")
    assert f'href="{address}">Export</a>' in body(client.get(address_of("universe")))
    assert "Never values: Roblox gives them to nobody." in words(client.get(address))


def test_csv_has_what_is_known_and_no_cell_that_runs(client_for: ClientFor, address: str) -> None:
    text = exported(client_for("viewer"), address, "csv")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert set(rows) == {"PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"}
    found = rows["PAY_KEY"]
    stored = Secret.objects.get(name="PAY_KEY")
    assert (found["allowed_host"], found["changed"]) == (stored.domain, stored.update_time)
    assert (found["owner"], found["note"]) == ("editor@example.com", f"'{NOTE}")


def test_json_says_of_which_universe_and_when_it_was_read(
    client_for: ClientFor, address: str, universe: Universe
) -> None:
    told = json.loads(exported(client_for("viewer"), address, "json"))
    universe.refresh_from_db()
    assert universe.synced_at is not None
    assert (told["universe"], told["name"]) == (universe.pk, "Harbor")
    assert told["as_of"] == universe.synced_at.isoformat()
    assert [secret["note"] for secret in told["secrets"]] == [NOTE, "", ""]


def test_env_has_the_names_alone_to_be_filled_in(
    client_for: ClientFor, address: str, universe: Universe
) -> None:
    Universe.objects.update(name="Harbor\nEVIL=1")
    Secret.objects.create(universe=universe, name="a b\nEVIL=2", domain="x\x1b[2J\nEVIL=3")
    lines = exported(client_for("viewer"), address, "env").splitlines()
    assert lines[0].startswith("# Secrets of Harbor EVIL=1 (Production), ")
    assert [line for line in lines if not line.startswith("#")] == [
        "PAY_KEY=",
        "PAY_WEBHOOK=",
        "SIGNING_SEED=",
    ]
    assert "# a b EVIL=2" in lines
    assert "# Allowed host: x [2J EVIL=3" in lines, "nothing that a terminal obeys"


def test_names_that_one_cannot_list_are_not_in_it(
    client_for: ClientFor, address: str, universe: Universe, cast: Cast
) -> None:
    grants.give(STAGEHAND, cast["viewer"].user, universe, Terms(Role.VIEWER, "PAY_*"))
    text = exported(client_for("viewer"), address, "env")
    assert ("PAY_KEY=" in text, "SIGNING" in text) == (True, False)
    told = AuditEvent.objects.latest("sequence")
    assert (told.tag, told.universe_name) == ("universe.exported", "Harbor")
    assert json.loads(told.detail) == {"count": "2", "format": "env"}


def test_what_is_only_being_created_is_not_in_it_and_what_is_missing_says_so(
    client_for: ClientFor, address: str
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(missing_since=timezone.now())
    told = json.loads(exported(client_for("viewer"), address, "json"))
    assert [bool(secret["missing_since"]) for secret in told["secrets"]] == [True, False, False]


def test_another_form_is_refused_and_exports_nothing(client_for: ClientFor, address: str) -> None:
    before = AuditEvent.objects.count()
    answer = client_for("viewer").post(address, {"format": "xlsx"})
    assert answer.status_code == 400
    assert "Choose one of these forms: csv, json, env." in words(answer)
    assert AuditEvent.objects.count() == before
