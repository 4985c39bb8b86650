"""Checkpoints and proofs at the shell: printed as other people's tools read them."""

from pathlib import Path

import pytest
from pytest_django import Settings

from secretsapp.core import signed_notes
from secretsapp.models import AuditEvent, Checkpoint, Universe
from secretsapp.models import Witness as Row
from secretsapp.operation import diagnosis_log
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID
from tests.support.rings import use_copies
from tests.support.witness import Witness

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def test_a_checkpoint_is_printed_and_verified_by_the_key_that_is_printed(
    shell: Shell, universe: Universe
) -> None:
    assert "make_checkpoint" in shell.refuse("make_checkpoint", "--key")
    note = shell.run("make_checkpoint").output
    key = signed_notes.verifier(shell.run("make_checkpoint", "--key").output)
    text, _ = signed_notes.opened(note, [key])
    size = signed_notes.checkpoint(text).size
    assert size == AuditEvent.objects.count() - 1
    assert shell.run("make_checkpoint").output == note
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    told = shell.run("make_checkpoint", "--json").json
    assert told["size"] > size
    assert shell.run("make_checkpoint", f"--consistency={size}").output
    assert shell.run("make_checkpoint", f"--consistency={told['size']}").output.strip() == ""
    assert "Give the size of an earlier" in shell.refuse("make_checkpoint", "--consistency=9999")


def test_a_proof_is_two_new_files(shell: Shell, universe: Universe, tmp_path: Path) -> None:
    proof, entry = tmp_path / "3.tlog-proof", tmp_path / "3.entry"
    files = (f"--proof={proof}", f"--entry={entry}")
    assert "No checkpoint was signed yet" in shell.refuse("make_proof", 3, *files)
    note = shell.run("make_checkpoint").output
    shell.run("make_proof", 3, *files)
    assert proof.read_text().startswith("c2sp.org/tlog-proof@v1\nindex 2\n")
    assert proof.read_text().endswith(f"\n\n{note}")
    assert entry.read_bytes().hex() == AuditEvent.objects.get(sequence=3).content
    assert "can't be written: File exists" in shell.refuse("make_proof", 3, *files)
    proof.unlink()
    assert f"{entry} can't be written" in shell.refuse("make_proof", 3, *files)
    assert not proof.exists()
    assert "can't prove event 999" in shell.refuse("make_proof", 999, *files)


def test_another_key_signs_once_it_was_announced(
    shell: Shell, universe: Universe, settings: Settings, tmp_path: Path
) -> None:
    use_copies(settings, tmp_path / "keys")
    first = shell.run("make_checkpoint", "--json").json
    added = shell.run("add_key", "checkpoint", "--json").json["key_id"]
    assert "signs already" in shell.refuse("rotate_checkpoint_key")
    old = Checkpoint.objects.get().key_id
    assert "used for writing" in shell.refuse("drop_key", "checkpoint", old)
    said = shell.run("rotate_checkpoint_key", added, "--json").json
    known = [signed_notes.verifier(each["verifier"]) for each in (first, said)]
    assert len(signed_notes.opened(said["note"], known)[1]) == 2
    shell.run("drop_key", "checkpoint", old)
    rings = {ring["ring"]: ring["keys"] for ring in shell.run("list_keys", "--json").json["rings"]}
    assert [(key["key_id"], key["checkpoints"]) for key in rings["checkpoint"]] == [(added, 1)]
    assert "intact" in shell.run("verify_audit").output


def findings() -> list[str]:
    """What `doctor` finds of the witnesses."""
    return [each.found for each in diagnosis_log.witnesses_of_log()]


@pytest.mark.django_db(transaction=True)
def test_a_witness_is_added_asked_by_the_worker_listed_and_removed(
    shell: Shell, universe: Universe, settings: Settings, tmp_path: Path
) -> None:
    assert shell.run("list_witnesses").output == "There are no witnesses.\n"
    assert findings() == ["none: nobody else remembers the log"]
    with Witness.at(tmp_path / "tides") as tides:
        tides.receiver.allow(settings)
        words = ("Tides", tides.address, tides.verifier)
        assert "verifier key" in shell.refuse("add_witness", "Tides", tides.address, "a+b+c")
        assert shell.run("add_witness", *words).output.startswith("Added the witness Tides.")
        shell.run("work", "--once")
        assert "It doesn’t know this log" in shell.run("list_witnesses").output
        assert "Tides doesn't cosign: It doesn’t know" in findings()[0]
        tides.knows(shell.run("make_checkpoint", "--key").output.strip())
        Row.objects.update(next_try_at=None)
        shell.run("work", "--once")
    [told] = shell.run("list_witnesses", "--json").json["witnesses"]
    assert (told["name"], told["checkpoint"], told["failure"]) == ("Tides", 1, "")
    assert findings() == ["1 of 1 have cosigned the newest checkpoint"]
    Row.objects.update(alarm="Tides refuses it.", failure="it remembers more")
    assert "Tides refuses it." in findings()[0]
    assert shell.run("remove_witness", "Tides").output == "Removed the witness Tides.\n"
    assert "no such witness" in shell.refuse("remove_witness", "Tides")
