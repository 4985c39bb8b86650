"""Makes an archive: written, read back from the disk and verified, and only then are rows deleted.

The file has its name just before the transaction ends that deletes them. So whenever the machine
stops, they are in the log, in a file of that name, or in both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.archives import Head
from secretsapp.core.errors import CopyFailed, LogBroken
from secretsapp.log import archive_checks, archiving
from secretsapp.operation.archives import files, reading
from secretsapp.operation.copies import files as places


@dataclass(frozen=True)
class Archived:
    """An archive that was made: where it is, its bytes and their SHA-256, and its head."""

    path: Path
    size: int
    sha256: str
    head: Head


def make(actor: Actor, before: datetime, path: Path, *, reason: str) -> Archived:
    """Move the events before that time to the new file `path`; raises CopyFailed, BadArchive and
    what `archiving.begin` and `archiving.remove` do, after which no event was deleted."""
    with places.told(f"{path} can't be written"):
        _check_new(path)
        with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as directory:
            part, lines = Path(directory) / path.name, Path(directory) / "events"
            planned = archiving.begin(actor, before, reason)
            files.write(lines, planned.lines())
            head = planned.head()
            front = planned.front(head)
            files.put_before(part, str(front), lines)
            size, sha256 = places.flush(part), places.sha256(part)
            if reading.verify(part) != head:
                raise LogBroken(f"{path} doesn't hold what was written. Nothing was deleted.")
            with _unnamed_again(part, path):
                archiving.remove(
                    actor,
                    front,
                    head,
                    file=path.name,
                    reason=reason,
                    before_commit=partial(places.name, part, path),
                )
    return Archived(path, size, sha256, head)


def _check_new(path: Path) -> None:
    """Raise CopyFailed where the name is taken, and say of an archive whether it is in use.

    The log keeps the name: raises InvalidInput where that is not one line of text.
    """
    labels.check_label(path.name, field="file", what="a file name", limit=labels.NOTE_LIMIT)
    if path.is_file() and (head := reading.peek(path)) is not None:
        raise CopyFailed(f"{path} is an archive already. {archive_checks.standing(head)}")
    places.check_new(path)


@contextmanager
def _unnamed_again(part: Path, path: Path) -> Iterator[None]:
    """Take the name back if what is done inside fails."""
    try:
        yield
    except BaseException:
        places.unname(part, path)
        raise
