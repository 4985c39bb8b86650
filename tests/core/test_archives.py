"""The head of an archive: written in one form, and read in no other."""

from dataclasses import replace

import pytest

from secretsapp.core import archives, signed_notes
from secretsapp.core.archives import Head
from secretsapp.core.errors import BadNote

HASH = "ab" * 32
HEAD = Head(
    origin="sealroom.example.com/audit/5f0c3a9be1d2",
    number=2,
    first=1025,
    last=3072,
    before=HASH,
    link="cd" * 32,
    edge=(HASH,),
    root=HASH,
    sha256=HASH,
    previous=archives.NO_ARCHIVE,
    keys=(HASH,),
    protected=(),
)
TEXT = str(HEAD)


def test_a_head_is_read_as_it_was_written_and_names_itself_by_a_hash() -> None:
    assert archives.parse(TEXT) == HEAD
    assert TEXT.startswith("sealroom audit archive 1\norigin sealroom.example.com/")
    assert TEXT.endswith("\nprotected\n")
    assert HEAD.count == 2048
    assert HEAD.digest != replace(HEAD, number=3).digest
    assert (HEAD.tree().size, HEAD.tree().root().hex()) == (1024, HASH)
    several = replace(HEAD, first=1, edge=(), protected=("7", "77"))
    assert archives.parse(str(several)) == several


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT.replace("archive 1", "archive 2"),
        TEXT.replace("number 2", "number two"),
        TEXT.replace("number 2", "number 02"),
        TEXT.replace("number 2", f"number {'9' * 30}"),
        TEXT.replace("last 3072", "last 1024"),
        TEXT.replace("first 1025", "first 0"),
        TEXT.replace("first 1025", "first 1026"),
        TEXT.replace(f"before {HASH}", f"before {HASH[2:]}"),
        TEXT.replace(f"root {HASH}", f"root {HASH.upper()}"),
        TEXT.replace(f"edge {HASH}", "edge"),
        TEXT.replace("protected\n", ""),
        f"{TEXT}more 1\n",
        TEXT.replace("origin", "origin "),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadNote, match="no head of an archive"):
        archives.parse(text)


def test_a_head_is_no_checkpoint() -> None:
    with pytest.raises(BadNote, match="no checkpoint of a log"):
        signed_notes.checkpoint(TEXT)
