"""Batches at the shell: what the pages do, with the same care, words and events."""

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.models import ApiKey, Batch, Universe
from tests.batches.batching import SECOND_ID, add_universe, batch_of
from tests.installation import Installation
from tests.shell.conftest import Shell
from tests.stage import GROUP_ID, HARBOR_ID, STAGEHAND, Cast
from tests.support.watch import Watch, writes

pytestmark = pytest.mark.django_db


@pytest.fixture
def staging(emulator: Emulator, universe: Universe, api_key: ApiKey) -> EmulatedUniverse:
    """A second universe with the same secret."""
    return add_universe(emulator, api_key, secrets={"PAY_KEY": b"old"})[0]


def test_a_dry_run_shows_what_would_happen_and_sends_nothing(
    shell: Shell, emulator: Emulator, staging: EmulatedUniverse
) -> None:
    said = shell.run("rotate_everywhere", "PAY_KEY", "--dry-run").output
    assert "Harbor" in said
    assert "Staging" in said
    assert said.endswith("Nothing was sent.\n")
    told = shell.run("rotate_everywhere", "PAY_KEY", "--dry-run", "--json").json["planned"]
    assert [(each["universe"], each["change"]) for each in told] == [
        (HARBOR_ID, "rotate"),
        (SECOND_ID, "rotate"),
    ]
    assert writes(emulator) == []
    assert not Batch.objects.exists()


def test_what_cannot_be_done_is_refused_before_a_value_is_read(
    shell: Shell, emulator: Emulator, staging: EmulatedUniverse
) -> None:
    assert "no such secret" in shell.refuse("rotate_everywhere", "NOT_THERE")
    said = shell.refuse("rotate_everywhere", "NEW_ONE", "--where", "missing")
    assert "Choose the allowed host" in said
    said = shell.refuse("rotate_everywhere", "bad name", "--where", "missing", "--domain", "*")
    assert "2 of 2 can't be done" in said
    assert writes(emulator) == []


@pytest.fixture
def batch(cast: Cast, universe: Universe) -> Batch:
    """A batch that a command made and nobody has begun."""
    return batch_of(STAGEHAND, [universe], {"PAY_KEY": b"new", "PAY_WEBHOOK": b"new"}, "it leaked")


def test_batches_are_listed_shown_paused_resumed_and_cancelled(
    shell: Shell, emulator: Emulator, batch: Batch
) -> None:
    watch, pk = Watch(), str(batch.pk)
    assert "it leaked" in shell.run("list_batches").output
    assert "0 of 2" in shell.run("show_batch", pk).output
    assert "Paused." in shell.run("pause_batch", pk).output
    assert "You changed nothing" in shell.refuse("pause_batch", pk)
    assert "goes on" in shell.run("resume_batch", pk).output
    said = shell.run("cancel_batch", pk, "--json").json
    assert (said["state"], said["counts"]) == ("cancelled", {"cancelled": 2})
    assert "nothing to try again" in shell.refuse("retry_batch", pk)
    assert watch.tags == ["batch.paused", "batch.resumed", "batch.cancelled"]
    assert writes(emulator) == []


def test_others_batches_are_not_there_for_who_acts_as_a_person(
    shell: Shell, cast: Cast, batch: Batch
) -> None:
    said = shell.refuse("show_batch", str(batch.pk), "--as", "editor@example.com")
    assert "no such batch" in said
    assert shell.run("list_batches", "--as", "editor@example.com").output == "No batches.\n"
    assert "list_batches" in shell.refuse("show_batch", "nonsense")


@pytest.mark.process
def test_a_value_goes_into_every_universe_and_the_command_says_what_came_of_each(
    stocked: Installation, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    staging = emulator.add_universe(SECOND_ID, name="Staging", group_id=GROUP_ID)
    staging.put("PAY_KEY", b"old", "api.pay.example")
    stocked.succeed("add_universe", str(SECOND_ID), "--api-key", "automation")
    done = stocked.run("rotate_everywhere", "PAY_KEY", stdin=b"the new value\n")
    assert done.returncode == 0, done.stderr.decode()
    assert "2 of 2: 2 succeeded." in done.stdout.decode()
    assert {each.values["PAY_KEY"] for each in (harbor, staging)} == {b"the new value"}
    emulator.inject(faults.status(400), method="PATCH", path=str(SECOND_ID))
    done = stocked.run("rotate_everywhere", "PAY_KEY", "--generate", "20")
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "Staging" in said
    assert "1 of 2 were not changed: see `manage.py show_batch " in said
