"""What changed from version to version: CHANGELOG.md, which ships beside the code, as its parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

# So many notes of a version are read at a glance.
FIRST = 12

_HEADING = re.compile(r"^## ", re.MULTILINE)
_NOTE = re.compile(r"^- (.+(?:\n  .+)*)", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
# What is only emphasized or leads to a document of the repository is told as the words alone.
_AROUND_WORDS = re.compile(r"\[([^\]]+)\]\([^)]*\)|\*([^*]+)\*")


@dataclass(frozen=True)
class Words:
    """A piece of a note; code is what people type or see as it is."""

    text: str
    is_code: bool


@dataclass(frozen=True)
class Release:
    """A version as its heading names it, and what changed in it, a note each."""

    heading: str
    notes: list[list[Words]]

    @property
    def first(self) -> list[list[Words]]:
        """The notes that are read at once; the rest is unfolded."""
        return self.notes[:FIRST]

    @property
    def rest(self) -> list[list[Words]]:
        """Those that stand below."""
        return self.notes[FIRST:]


def releases() -> list[Release]:
    """Every version, the newest first; none where the file isn't part of the installation."""
    try:
        text = (settings.BASE_DIR / "CHANGELOG.md").read_text("utf-8")
    except OSError:
        return []
    return read(text)


def read(text: str) -> list[Release]:
    """The versions that a changelog tells of."""
    return [_release(part) for part in _HEADING.split(text)[1:]]


def _release(text: str) -> Release:
    notes = (" ".join(note.split()) for note in _NOTE.findall(text))
    return Release(text.partition("\n")[0].strip(), [list(_words(note)) for note in notes])


def _words(note: str) -> Iterator[Words]:
    """The pieces of a note: every other one is what stood between backticks."""
    for place, piece in enumerate(_CODE.split(note)):
        is_code = place % 2 == 1
        text = piece if is_code else _AROUND_WORDS.sub(r"\1\2", piece)
        if text:
            yield Words(text, is_code)
