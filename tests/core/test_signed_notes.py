"""Notes and checkpoints are those of C2SP, and nothing else is taken for one."""

import hashlib
import json
from pathlib import Path

import pytest

from secretsapp.core import signed_notes
from secretsapp.core.errors import BadNote
from secretsapp.core.signed_notes import Checkpoint

VECTORS = json.loads((Path(__file__).parent / "vectors" / "tlog.json").read_text())

# The example of the specification, c2sp.org/signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
NAME = "sealroom.example.com/audit/0123456789ab"
SIGNER = signed_notes.signer(NAME, hashlib.sha256(b"a seed for tests").digest())
OTHER = signed_notes.signer(NAME, bytes(range(32)))
TEXT = "log.example.com\n5\n" + "A" * 43 + "=\n"


def test_the_example_of_the_specification_opens() -> None:
    key = signed_notes.verifier(EXAMPLE_KEY)
    assert signed_notes.opened(EXAMPLE, [key]) == ("This is an example message.\n", [key])
    assert str(key) == EXAMPLE_KEY


def test_a_checkpoint_is_signed_byte_for_byte_as_other_peoples_code_signs_it() -> None:
    text, signed_by = signed_notes.opened(VECTORS["note"], [SIGNER.verifier])
    assert str(SIGNER.verifier) == VECTORS["verifier"]
    assert signed_notes.sign(text, [SIGNER]) == VECTORS["note"]
    assert signed_by == [SIGNER.verifier]
    found = signed_notes.checkpoint(text)
    assert str(found) == text
    assert (found.origin, found.size) == (NAME, 130)
    assert signed_notes.hash_lines([found.root]) == [VECTORS["roots"]["130"]]


def test_signatures_of_others_are_ignored_and_sixteen_of_them_are_borne() -> None:
    others = [signed_notes.signer(f"witness.example.com/{n}", bytes([n] * 32)) for n in range(20)]
    note = signed_notes.sign(TEXT, [*others, SIGNER, OTHER])
    # What another type of key has signed may be of any length.
    note += "— witness.example.com/pq " + "AAAA" * 800 + "\n"
    known = [OTHER.verifier, SIGNER.verifier]
    assert signed_notes.opened(note, known) == (TEXT, [SIGNER.verifier, OTHER.verifier])
    with pytest.raises(BadNote, match="more than 100"):
        signed_notes.opened(signed_notes.sign(TEXT, [SIGNER] * 101), known)


def test_a_known_signature_that_does_not_fit_refuses_the_note() -> None:
    changed = signed_notes.sign(TEXT, [OTHER, SIGNER]).replace("\n5\n", "\n6\n")
    with pytest.raises(BadNote, match="does not fit"):
        signed_notes.opened(changed, [SIGNER.verifier])
    with pytest.raises(BadNote, match="no signature by a key"):
        signed_notes.opened(EXAMPLE, [SIGNER.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no signatures\n",
        "no signatures\n\n",
        EXAMPLE.rstrip("\n"),
        EXAMPLE.replace("—", "-"),
        EXAMPLE.replace("Uw2Q", "!!!!"),
        EXAMPLE.replace("example message", "example\rmessage"),
        EXAMPLE + "\n",
        # The same bytes with bits that are in none, which other people's tools refuse.
        EXAMPLE.replace("yaQM=", "yaQN="),
        "x" * 70_000 + EXAMPLE,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(BadNote):
        signed_notes.opened(note, [signed_notes.verifier(EXAMPLE_KEY)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log.example.com\n",
        TEXT.replace("5", "-5"),
        TEXT.replace("5", "05"),
        TEXT.replace("5", "9" * 20),
        TEXT.replace("5", "\u0665"),
        TEXT.replace("log.example.com", ""),
        TEXT.replace("A=", "="),
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        signed_notes.checkpoint(text)


def test_further_lines_of_a_checkpoint_are_left_alone() -> None:
    found = signed_notes.checkpoint(TEXT + "an extension\n")
    assert found == Checkpoint("log.example.com", 5, bytes(32))


@pytest.mark.parametrize(
    "key",
    ["", EXAMPLE_KEY.replace("530d", "530e"), EXAMPLE_KEY[:-4], EXAMPLE_KEY.replace("foo", "f o")],
)
def test_a_key_that_is_written_wrong_is_refused(key: str) -> None:
    with pytest.raises(BadNote):
        signed_notes.verifier(key)


def test_what_no_note_can_hold_is_not_signed() -> None:
    for name in ("", "a b", "a+b", "a\u2003b"):
        with pytest.raises(BadNote):
            signed_notes.signer(name, bytes(32))
    for text in ("", "no end", "a bell \a\n"):
        with pytest.raises(BadNote):
            signed_notes.sign(text, [SIGNER])
