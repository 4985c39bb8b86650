"""Several secrets in the shell: comparing universes, and one command for many names."""

import json

import pytest
from django.utils import timezone

from emulator import Universe as EmulatedUniverse
from secretsapp.models import AuditEvent, Secret, Universe
from secretsapp.secrets import absences
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, STAGEHAND, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def quay(universe: Universe) -> Universe:
    """A second universe of Harbor's group, with an older PAY_KEY alone."""
    quay = Universe.objects.create(
        id=42, name="Quay", owner=universe.owner, api_key=universe.api_key, environment="staging"
    )
    Secret.objects.update(update_time="2026-11-01T10:00:00Z")
    Secret.objects.create(
        universe=quay, name="PAY_KEY", domain="api.pay.example", update_time="2026-03-01T10:00:00Z"
    )
    return quay


def told(tag: str) -> list[str]:
    """The secrets of which the log was told so."""
    events = AuditEvent.objects.filter(tag=tag).order_by("sequence")
    return list(events.values_list("secret_name", flat=True))


@pytest.mark.usefixtures("quay")
def test_universes_are_compared_with_the_words_of_the_page(shell: Shell) -> None:
    said = shell.run("compare_secrets", "--name", "pay_*").output.splitlines()
    assert [" ".join(line.split()) for line in said] == [
        "NAME UNIVERSE CHANGED (UTC) ALLOWED HOST STATE",
        "PAY_KEY Harbor (Production) 2026-11-01 10:00 api.pay.example –",
        "PAY_KEY Quay (Staging) 2026-03-01 10:00 api.pay.example older",
        "PAY_WEBHOOK Harbor (Production) 2026-11-01 10:00 * –",
        "PAY_WEBHOOK Quay (Staging) – – missing",
        "2 shown; 0 of those found are the same everywhere.",
    ]


def test_what_is_not_needed_is_the_same_and_says_who_said_so(shell: Shell, quay: Universe) -> None:
    absences.accept(STAGEHAND, [(quay, "SIGNING_SEED")])
    assert "SIGNING_SEED" not in shell.run("compare_secrets").output
    said = shell.run("compare_secrets", "--all").output
    assert f"not needed, says {STAGEHAND.name}, {timezone.now():%Y-%m-%d}" in said
    data = json.loads(shell.run("compare_secrets", "--json", "--environment", "staging").output)
    assert [each["universe"] for each in data["universes"]] == [42]
    assert data["names"] == []
    assert data["same"] == 1


@pytest.mark.usefixtures("quay")
def test_a_person_compares_what_they_can_list(shell: Shell, cast: Cast) -> None:
    said = shell.run("compare_secrets", "--all", "--as", "viewer@example.com").output
    assert "Quay" not in said
    assert "PAY_KEY" in said


def test_too_many_universes_are_not_compared_at_once(shell: Shell, universe: Universe) -> None:
    Universe.objects.bulk_create(
        Universe(id=number, name="Quay", api_key=universe.api_key) for number in range(1, 201)
    )
    refused = shell.refuse("compare_secrets")
    assert "These are 201 universes; at most 200 are compared." in refused


def test_the_note_of_several_is_set_at_once(shell: Shell, universe: Universe) -> None:
    said = shell.run("set_details", HARBOR_ID, "PAY_KEY", "PAY_WEBHOOK", "--note", "x", "--json")
    assert [each["note"] for each in json.loads(said.output)["secrets"]] == ["x", "x"]
    assert told("secret.details.changed") == ["PAY_KEY", "PAY_WEBHOOK"]
    shell.refuse("set_details", HARBOR_ID, "PAY_KEY", "NOPE", "--note", "y")
    assert not Secret.objects.filter(note="y").exists()


def test_several_changes_outside_are_reviewed_at_once(shell: Shell, universe: Universe) -> None:
    Secret.objects.exclude(name="PAY_KEY").update(drifted_at=timezone.now())
    said = shell.run("acknowledge_drift", HARBOR_ID, "PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED")
    assert said.output.splitlines() == [
        "Nothing to review: PAY_KEY in Harbor.",
        "Marked as reviewed: PAY_WEBHOOK in Harbor.",
        "Marked as reviewed: SIGNING_SEED in Harbor.",
    ]
    assert told("secret.drift.acknowledged") == ["PAY_WEBHOOK", "SIGNING_SEED"]


def test_several_are_not_deleted_unless_it_is_confirmed_and_all_can_be(
    shell: Shell, universe: Universe
) -> None:
    asked = ("delete_secrets", HARBOR_ID, "PAY_KEY", "PAY_WEBHOOK")
    assert "2 would be, and this can't be undone. Add --yes" in shell.refuse(*asked)
    refused = shell.refuse(*asked, "NOPE", "--yes")
    assert "1 of 3 can't be. NOPE: There is no such secret" in refused
    assert Secret.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_several_are_deleted_as_a_batch_that_is_followed_to_its_end(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    said = shell.run("delete_secrets", HARBOR_ID, "PAY_KEY", "PAY_WEBHOOK", "--yes")
    assert "2 of 2" in said.output
    assert set(harbor.secrets) == {"SIGNING_SEED"}
    assert sorted(told("secret.delete.succeeded")) == ["PAY_KEY", "PAY_WEBHOOK"]
