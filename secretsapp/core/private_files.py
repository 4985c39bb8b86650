"""Files that hold keys: read only where they are closed to others, and changed as a whole."""

import errno
import fcntl
import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secretsapp.core.errors import ExposedKey

# Far longer than any setting or ring of keys: what is larger is another file by mistake.
LARGEST_BYTES = 64 * 1024


def read(path: Path) -> str:
    """What the file holds.

    Raises ExposedKey where others could read or change it, and what `read_open` raises. Mounted
    keys are often links: what counts is the file behind them, and what is read is the very file
    that was looked at.
    """
    with _opened(path) as descriptor:
        _refuse_open_to_others(path, os.fstat(descriptor))
        return _text(descriptor)


def read_open(path: Path) -> str:
    """What the file has, no matter who else can read it.

    Raises OSError, also where it is no ordinary file or far too large, and ValueError where it is
    not UTF-8.
    """
    with _opened(path) as descriptor:
        return _text(descriptor)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor for an ordinary file: a pipe or a device could keep its reader forever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "It is not an ordinary file", str(path))
        yield descriptor
    finally:
        os.close(descriptor)


def _text(descriptor: int) -> str:
    with os.fdopen(descriptor, "rb", closefd=False) as opened:
        content = opened.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise OSError(errno.EFBIG, f"It has more than {LARGEST_BYTES:,} bytes")
    return content.decode("utf-8")


def _refuse_open_to_others(path: Path, found: os.stat_result) -> None:
    """A group may read a key, so that a mounted one reaches a process that does not own it."""
    exposure = _exposure(found.st_mode)
    if exposure:
        mode = "600" if found.st_uid == os.geteuid() else "640"
        raise ExposedKey(f"{path} can be {exposure}. Run: chmod {mode} {shlex.quote(str(path))}")


def _exposure(mode: int) -> str:
    if mode & stat.S_IWOTH:
        return "changed by everyone on this machine"
    if mode & stat.S_IROTH:
        return "read by everyone on this machine"
    return "changed by everyone in its group" if mode & stat.S_IWGRP else ""


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Make others who would change files of the directory wait; raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def replace(path: Path, text: str) -> None:
    """Put a file with that text in the place of `path`, as `replacing` does; raises OSError."""
    with replacing(path, text):
        pass


@contextmanager
def replacing(path: Path, text: str) -> Iterator[None]:
    """Put a file with that text in the place of `path`, once what is done within is done.

    It is written before that, so that hardly anything is left to fail; where what is done within
    fails, it is thrown away. Raises OSError. Whenever the machine stops, the earlier file or the
    new one is there, and is whole. An earlier one hands on its mode and, where root does this for
    someone else, its owner; otherwise the file is its owner's alone, from its first moment.
    """
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write(text)
            _take_over(target, descriptor)
            written.flush()
            os.fsync(descriptor)
        yield
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _settle(target.parent)


def _take_over(target: Path, descriptor: int) -> None:
    if target.exists():
        earlier = target.stat()
        os.fchown(descriptor, earlier.st_uid, earlier.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(earlier.st_mode))


def _settle(directory: Path) -> None:
    """Without this a loss of power could bring the earlier file back, after the new was used."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
