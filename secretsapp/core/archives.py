"""The head of an archive of the audit log: which events it holds, and what they are joined to.

It is the text of a signed note. A head names the hash of the one before, so the newest stands for
all. It can't be taken for a checkpoint: its second line is no number.
"""

import hashlib
from dataclasses import dataclass, fields

from secretsapp.core import merkle
from secretsapp.core.errors import BadNote

FORMAT = "sealroom audit archive 1"
NO_ARCHIVE = "0" * 64

_LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Head:
    """What an archive says of itself; hashes are in hexadecimal.

    `before` is the link of the event before the first, and `link` that of the last. `edge` are the
    complete subtrees over all events before the first, the widest first; `root` is above all events
    up to the last. `sha256` is of the lines of the events, and `previous` the hash of the head of
    the archive before. `keys` are the public keys of all checkpoints that these archives tell of.
    `protected` are the universes that were removed in it while they were protected.
    """

    origin: str
    number: int
    first: int
    last: int
    before: str
    link: str
    edge: tuple[str, ...]
    root: str
    sha256: str
    previous: str
    keys: tuple[str, ...]
    protected: tuple[str, ...]

    def __str__(self) -> str:
        lines = (f"{each.name} {_text(getattr(self, each.name))}" for each in fields(self))
        return "\n".join([FORMAT, *map(str.rstrip, lines), ""])

    @property
    def digest(self) -> str:
        """The hash by which the next archive, and the log, name it."""
        return hashlib.sha256(str(self).encode()).hexdigest()

    @property
    def count(self) -> int:
        """How many events it holds."""
        return self.last - self.first + 1

    def tree(self) -> merkle.Growing:
        """The tree over all events before the first."""
        return merkle.Growing(self.first - 1, [bytes.fromhex(each) for each in self.edge])


def parse(text: str) -> Head:
    """The head in the text of a note, in its one form; raises BadNote."""
    found = dict(line.partition(" ")[::2] for line in text.split("\n")[1:-1])
    try:
        head = Head(
            origin=found["origin"],
            number=_number(found["number"]),
            first=_number(found["first"]),
            last=_number(found["last"]),
            before=_hash(found["before"]),
            link=_hash(found["link"]),
            edge=tuple(map(_hash, found["edge"].split())),
            root=_hash(found["root"]),
            sha256=_hash(found["sha256"]),
            previous=_hash(found["previous"]),
            keys=tuple(map(_hash, found["keys"].split())),
            protected=tuple(found["protected"].split()),
        )
    except (KeyError, ValueError):
        raise BadNote("The note is signed, but is no head of an archive.") from None
    is_whole = 0 < head.first <= head.last and len(head.edge) == (head.first - 1).bit_count()
    if str(head) != text or head.origin.split() != [head.origin] or not is_whole:
        raise BadNote("The note is signed, but is no head of an archive.")
    return head


def _text(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _number(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(text)
    return int(text)


def _hash(text: str) -> str:
    found = bytes.fromhex(text)
    if len(found) != len(merkle.EMPTY_ROOT) or found.hex() != text:
        raise ValueError(text)
    return text
