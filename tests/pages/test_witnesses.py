"""Witnesses are added, shown and removed on the pages of the log, and at the shell."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.html import escape
from pytest_django import Settings

from secretsapp.core.errors import StaleVersion
from secretsapp.log import checkpoints, witnesses, witnessing
from secretsapp.models import Checkpoint, Cosignature
from secretsapp.models import Witness as Row
from tests.pages.conftest import ClientFor
from tests.pages.reading import field, words
from tests.stage import STAGEHAND, Cast
from tests.support.witness import Witness

pytestmark = pytest.mark.django_db

PAGE, NEWEST, ADD = reverse("checkpoints"), reverse("checkpoint"), reverse("witness_add")


@pytest.fixture
def tides(tmp_path: Path, cast: Cast, settings: Settings) -> Iterator[Witness]:
    """A witness that nobody has told of the log."""
    with Witness.at(tmp_path / "tides") as running:
        running.receiver.allow(settings)
        yield running


def test_a_witness_is_added_told_the_key_cosigns_and_is_removed(
    client_for: ClientFor, tides: Witness
) -> None:
    admin = client_for("admin")
    assert "No one outside Sealroom remembers the log." in words(admin.get(PAGE))
    sent = {"name": "Tides", "address": "http://here", "key": tides.verifier}
    refused = admin.post(ADD, sent)
    assert refused.status_code == 422
    assert "The address must begin with https://." in words(refused)
    sent["address"] = tides.address
    assert "Added the witness Tides." in words(admin.post(ADD, sent, follow=True))
    assert "already a witness named “Tides”" in words(admin.post(ADD, sent))
    assert "Waiting for the first checkpoint." in words(admin.get(PAGE))
    made = checkpoints.make(STAGEHAND)
    assert "Waiting for the newest checkpoint" in words(admin.get(PAGE))
    witnessing.ask_due()
    assert "It doesn’t know this log. Give its operator" in words(admin.get(PAGE))
    tides.knows(made.verifier)
    row = Row.objects.get()
    told = admin.post(reverse("witness_try", args=[row.pk]), follow=True)
    assert "The worker asks Tides within a minute." in words(told)
    witnessing.ask_due()
    page = words(admin.get(PAGE))
    assert "Cosigned the newest checkpoint" in page
    assert "cosigned by Tides" in page
    line, signed_at = Cosignature.objects.values_list("line", "signed_at").get()
    assert admin.get(NEWEST).content.decode() == f"{made.note}{line}\n"
    assert escape(line) in admin.get(PAGE).content.decode()
    Cosignature.objects.update(signed_at=None)
    page = words(admin.get(PAGE))
    assert "cosigned by Tides" not in page
    assert "Waiting for the newest checkpoint" in page
    Cosignature.objects.update(signed_at=signed_at)
    done = admin.post(reverse("witness_remove", args=[row.pk]), follow=True)
    assert "Removed the witness Tides." in words(done)
    assert "cosigned by Tides" in words(admin.get(PAGE))
    assert admin.get(reverse("witness_edit", args=[row.pk])).status_code == 404


def test_who_edits_what_another_has_changed_is_shown_that(
    client_for: ClientFor, tides: Witness
) -> None:
    admin = client_for("admin")
    words_of = {"name": "Tides", "address": tides.address, "key": tides.verifier}
    row = witnesses.add(STAGEHAND, **words_of)
    address = reverse("witness_edit", args=[row.pk])
    seen = field(admin.get(address), "seen")
    witnesses.edit(STAGEHAND, row, **words_of | {"name": "Ebb"})
    answer = admin.post(address, words_of | {"name": "Flow", "seen": seen})
    assert answer.status_code == 422
    assert "Someone else changed this witness" in words(answer)
    with pytest.raises(StaleVersion):
        witnesses.edit(STAGEHAND, row, **words_of, seen_version=seen)
    assert "Changes saved." in words(admin.post(address, words_of, follow=True))
    assert Row.objects.get().name == "Tides"


def test_a_witness_that_saw_another_log_is_told_on_the_pages_of_the_log_and_at_home(
    client_for: ClientFor, tides: Witness
) -> None:
    tides.knows(checkpoints.make(STAGEHAND).verifier)
    tides.memory.size = Checkpoint.objects.get().size + 9
    witnesses.add(STAGEHAND, name="Tides", address=tides.address, key=tides.verifier)
    witnessing.ask_due()
    admin, home = client_for("admin"), reverse("home")
    for address in (PAGE, reverse("audit"), home):
        page = words(admin.get(address))
        assert "A witness has seen another audit log." in page, address
        assert "the log was cut off, or is an older copy." in page
    told = words(admin.get(home))
    assert "1 Needs attention" in told
    assert "Nothing else needs attention" in told
    for address in (reverse("audit"), home):
        assert "another audit log" not in words(client_for("auditor").get(address))
    assert "All clear" in words(client_for("auditor").get(home))
