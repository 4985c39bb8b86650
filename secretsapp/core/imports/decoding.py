"""Bytes as text: what encoding they are in, told where it isn't plain UTF-8."""

import codecs
from math import ceil

from secretsapp.core.errors import InvalidInput

# 500 secrets of 1,024 bytes with names and hosts, and as much again for quotes and comments.
MOST_BYTES = 1024 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

_MARKED = "The invisible byte order mark at the start was left out."
_WAS_UTF_16 = "The file is in UTF-16, and was read as that."
_WINDOWS = "Windows line breaks (CRLF) were read as LF."
_SAVE_AGAIN = "Nothing was read. Save the file as UTF-8 and choose it again."


def text_of(content: bytes) -> tuple[str, list[str]]:
    """The text, with LF alone as line break, and sentences about what was decided.

    Bytes that aren't UTF-8 become replacement characters, so that only their rows are refused.
    Raises InvalidInput where there is too much, nothing, or text in an encoding that isn't known.
    """
    _check_size(len(content))
    text, notes = _decoded(content)
    if not text.strip():
        raise InvalidInput("It is empty: there is nothing to import.", field="file")
    if "\r\n" in text:
        notes.append(_WINDOWS)
    return text.replace("\r\n", "\n"), notes


def too_large(size: int) -> InvalidInput:
    """What to say of a file of so many bytes."""
    return InvalidInput(
        f"Nothing was read: it has {ceil(size / 2**20 * 10) / 10} MB, and an import can have 1 MB. "
        "500 secrets fit into that, so choose another file or split this one.",
        field="file",
    )


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise too_large(size)


def _decoded(content: bytes) -> tuple[str, list[str]]:
    if content.startswith(_UTF_32):
        raise InvalidInput(f"The file is in UTF-32. {_SAVE_AGAIN}", field="file")
    if content.startswith(_UTF_16):
        return content.decode("utf-16", "replace"), [_WAS_UTF_16]
    if content.count(0) > len(content) // 4:
        raise InvalidInput(
            f"The file is in UTF-16 without a mark, or isn’t text. {_SAVE_AGAIN}", field="file"
        )
    marked = content.startswith(codecs.BOM_UTF8)
    text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    return text, [_MARKED] if marked else []
