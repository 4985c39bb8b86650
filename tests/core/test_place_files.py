"""Which files are place files, and what is told of one."""

import hashlib

import pytest

from secretsapp.core import place_files
from secretsapp.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<roblox!\x89\xff", "application/octet-stream"),
        (b'<roblox version="4"></roblox>', "application/xml"),
    ],
)
def test_both_forms_that_studio_saves_are_told_apart(content: bytes, media_type: str) -> None:
    file = place_files.read(content)
    assert (file.media_type, file.size) == (media_type, len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert "roblox" not in repr(file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "isn’t a place file"),
        (b"<roblox>", "isn’t a place file"),
        (b" <roblox!", "isn’t a place file"),
        (b"<?xml version='1.0'?>", "isn’t a place file"),
        (b"<roblox!".ljust(place_files.MOST_BYTES + 1), "up to 10 MiB"),
    ],
)
def test_anything_else_is_refused_with_a_reason(content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        place_files.read(content)
    assert refused.value.field == "file"


def test_as_much_as_roblox_takes_is_taken() -> None:
    assert place_files.read(b"<roblox!".ljust(place_files.MOST_BYTES)).size == 10 * 1024 * 1024
