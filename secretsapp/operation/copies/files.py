"""The files of copies: which may be read or made, how they reach the disk, their SHA-256."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG

from secretsapp.core.errors import CopyFailed, InvalidInput

SHA256_LENGTH = 64


@contextmanager
def told(attempt: str) -> Iterator[None]:
    """Turn what the operating system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "the operating system refused"
        raise CopyFailed(f"{attempt}: {reason}.") from None


def check_new(path: Path) -> None:
    """Raise CopyFailed unless a file of that name can be made."""
    if path.exists() or path.is_symlink():
        raise CopyFailed(f"{path} already exists and was not changed. Give a new file.")
    if not path.parent.is_dir():
        raise CopyFailed(f"The directory {path.parent} doesn't exist. Create it first.")


def copy_once(path: Path, private: Path) -> None:
    """Copy what is in the file now to the new file `private`, which is its owner's alone.

    Whatever becomes of `path` afterwards, the copy is what is looked at and used. Raises CopyFailed
    for a pipe, which would be waited for, and for other things but files.
    """
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(opened, "rb") as source:
        if not S_ISREG(os.fstat(source.fileno()).st_mode):
            raise CopyFailed(f"{path} is not a file. Give the file that `backup` created.")
        private.touch(mode=0o600, exist_ok=False)
        with private.open("wb") as target:
            shutil.copyfileobj(source, target)


def parse_sha256(text: str) -> str:
    """The SHA-256 of a file in hexadecimal, as `backup` prints it; raises InvalidInput."""
    digest = text.strip().lower()
    if len(digest) == SHA256_LENGTH and set(digest) <= set("0123456789abcdef"):
        return digest
    raise InvalidInput(
        "A SHA-256 is 64 characters of 0-9 and a-f, as backup prints it.", field="sha256"
    )


def check_sha256(private: Path, wanted: str, *, path: Path) -> None:
    """Raise CopyFailed unless the private copy of the file `path` has that SHA-256."""
    if sha256(private) != wanted:
        raise CopyFailed(
            f"{path} has a different SHA-256, so nothing was restored. Use a file that you trust."
        )


def sha256(path: Path) -> str:
    """The SHA-256 of the file, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def flush(path: Path) -> int:
    """Have what was written to the file or directory reach the disk; gives the size."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
        return os.fstat(opened).st_size
    finally:
        os.close(opened)


def name(part: Path, path: Path) -> None:
    """Give the file the name `path` as well, in one step and for good.

    Raises FileExistsError where the name is taken, whenever that happened.
    """
    path.hardlink_to(part)
    flush(path.parent)


def unname(part: Path, path: Path) -> None:
    """Take the name `path` back, where it is that file's and not one that someone else made."""
    if path.exists() and path.samefile(part):
        path.unlink()
