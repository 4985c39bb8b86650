"""What the commands write, checked by code of others: Go's note and tlog, as the documents show."""

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from secretsapp.log import witnessing
from secretsapp.models import Universe
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID
from tests.support import go_programs
from tests.support.aging import age
from tests.support.long_log import lengthen
from tests.support.witness import Witness

pytestmark = pytest.mark.django_db

# Reads the key of a witness and a note, and says whether the note has its cosignature.
WITNESSED = """
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

type witness struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }

%s

func main() {
	line, _ := os.ReadFile(os.Args[1])
	text, _ := os.ReadFile(os.Args[2])
	key := strings.SplitN(string(line), "+", 3)
	hash, _ := strconv.ParseUint(key[1], 16, 32)
	public, _ := base64.StdEncoding.DecodeString(key[2])
	known := note.VerifierList(&witness{key[0], uint32(hash), public[1:]})
	opened, err := note.Open(text, known)
	if err != nil {
		fmt.Println("REFUSED:", err)
		return
	}
	fmt.Println("cosigned by", opened.Sigs[0].Name)
}
"""


def changed(path: Path) -> Path:
    """A copy of the file in which one letter or digit in its middle is another."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle] ^= 1
    made = path.with_suffix(".changed")
    made.write_bytes(content)
    return made


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.long
def test_checkpoints_and_both_proofs_hold_and_a_changed_byte_or_a_forked_log_is_refused(
    shell: Shell, universe: Universe, tmp_path: Path
) -> None:
    program = go_programs.build(go_programs.documented("// Usage: check"), tmp_path)
    lengthen(300)
    old = written(tmp_path / "old", shell.run("make_checkpoint").output)
    size = shell.run("make_checkpoint", "--json").json["size"]
    place = transaction.savepoint()
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    fork = written(tmp_path / "fork", shell.run("make_checkpoint").output)
    forked_size = shell.run("make_checkpoint", "--json").json["size"]
    transaction.savepoint_rollback(place)

    lengthen(700)
    new = written(tmp_path / "new", shell.run("make_checkpoint").output)
    key = written(tmp_path / "key", shell.run("make_checkpoint", "--key").output)
    proof, entry = tmp_path / "300.tlog-proof", tmp_path / "300.entry"
    shell.run("make_proof", 300, f"--proof={proof}", f"--entry={entry}")

    def growth(since: int) -> Path:
        said = shell.run("make_checkpoint", f"--consistency={since}").output
        return written(tmp_path / f"since-{since}", said)

    files = [key, new, growth(size), old, proof, entry]
    said = go_programs.run(program, *files)
    assert said == "The log has only grown, and event 300 is in it."
    for number, file in enumerate(files):
        files[number] = changed(file)
        assert "REFUSED: " in go_programs.run(program, *files), file
        files[number] = file
    files[2:4] = [growth(forked_size), fork]
    assert "REFUSED: " in go_programs.run(program, *files)


@pytest.mark.long
def test_evidence_of_both_forms_holds_and_with_a_changed_event_hash_or_checkpoint_it_is_refused(
    shell: Shell, universe: Universe, tmp_path: Path
) -> None:
    program = go_programs.build(go_programs.documented("// Usage: bundle"), tmp_path)
    lengthen(20)
    first_form = age(days=0)
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    bundle = tmp_path / "bundle.json"
    shell.run("make_evidence", bundle, "--from=2000-01-01")
    key = written(tmp_path / "key", shell.run("make_checkpoint", "--key").output)
    said = go_programs.run(program, key, bundle)
    assert said.startswith(f"{first_form + 1} events are in the log")
    assert "from=2000-01-01" in said
    content = bundle.read_text()
    first = content.partition('"proof":[\n"')[2][:1]
    for part, other in (
        ('"secret_name":"PAY_KEY"', '"secret_name":"PAY_KEX"'),
        (f'"proof":[\n"{first}', f'"proof":[\n"{"B" if first == "A" else "A"}'),
        ('"checkpoint":"', '"checkpoint":"x'),
    ):
        assert part in content
        edited = written(tmp_path / "edited.json", content.replace(part, other, 1))
        assert "REFUSED: " in go_programs.run(program, key, edited), part


def test_a_cosignature_holds_for_the_key_of_its_witness_alone(
    shell: Shell, universe: Universe, settings: Settings, tmp_path: Path
) -> None:
    code = WITNESSED.replace("%s", go_programs.documented("// witness is a note.Verifier"))
    program = go_programs.build(code, tmp_path)
    with Witness.at(tmp_path / "tides") as tides:
        tides.receiver.allow(settings)
        shell.run("add_witness", "Tides", tides.address, tides.verifier)
        shell.run("make_checkpoint")
        tides.knows(shell.run("make_checkpoint", "--key").output.strip())
        witnessing.ask_due()
        note = written(tmp_path / "note", shell.run("make_checkpoint").output)
        other = Witness(tides.receiver).verifier
    key = written(tmp_path / "key", tides.verifier)
    assert go_programs.run(program, key, note) == f"cosigned by {tides.name}"
    edited = written(tmp_path / "edited", note.read_text().replace("/audit/", "/audot/", 1))
    assert "REFUSED: " in go_programs.run(program, key, edited)
    assert "REFUSED: " in go_programs.run(program, written(tmp_path / "other", other), note)
