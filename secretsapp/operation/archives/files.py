"""The files of archives: gzip, the front as its first line and an event in each other one."""

import gzip
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from stat import S_ISREG

from secretsapp.core.errors import BadArchive
from secretsapp.log.archive_lines import LONGEST_LINE


def write(path: Path, lines: Iterable[str]) -> None:
    """Write the lines to the new file, which only its owner can read; raises OSError."""
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
        for line in lines:
            packed.write(line.encode())


def put_before(path: Path, line: str, rest: Path) -> None:
    """Write the line to the new file, and behind it what the file `rest` has; raises OSError."""
    write(path, [line])
    with path.open("ab") as target, rest.open("rb") as source:
        shutil.copyfileobj(source, target)


@contextmanager
def opened(path: Path) -> Iterator[Iterator[str]]:
    """The lines of the file, read as they are asked for.

    Whatever is wrong with the file, or found by its reader, is a BadArchive that names it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as raw:
            if not S_ISREG(os.fstat(descriptor).st_mode):
                raise BadArchive("It is not a file.")
            yield _lines(raw)
    except BadArchive as trouble:
        raise BadArchive(f"{path}: {trouble}") from None
    except OSError as trouble:
        raise BadArchive(f"{path} can't be read: {trouble.strerror or trouble}.") from None


def _lines(raw: BufferedReader) -> Iterator[str]:
    with gzip.GzipFile("", "rb", fileobj=raw) as unpacked:
        try:
            while line := unpacked.readline(LONGEST_LINE):
                yield line.decode()
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise BadArchive("It was cut off or changed, or is no archive.") from None
        except UnicodeDecodeError:
            raise BadArchive("It was changed: a line is no text.") from None
