"""Cosignatures of witnesses, in the formats of C2SP (tlog-cosignature, tlog-witness).

A witness signs a checkpoint with the time at which it saw it, if the log only grew since the
checkpoint that it signed before. Signatures of kinds that aren't known here are kept as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from secretsapp.core.errors import BadNote, InvalidInput
from secretsapp.core.signed_notes import (
    ED25519,
    KEY_BYTES,
    KEY_ID_BYTES,
    check_name,
    check_signature,
    decoded,
    hash_lines,
    key_id_of,
    parsed,
)

COSIGNING_ED25519 = b"\x04"
LONGEST_KEY = 2200
LONGEST_LINE = 4500
MOST_PROOF_LINES = 63
# No witness sees a checkpoint so long before or after it is given one.
CLOCKS_DIFFER = timedelta(hours=1)
_TIME_BYTES, _SIGNATURE_BYTES = 8, 64


@dataclass(frozen=True)
class WitnessKey:
    """The key of a witness; `text` is the line by which others know it."""

    name: str
    kind: bytes
    public: bytes
    text: str

    @property
    def key_id(self) -> bytes:
        """The four bytes by which cosignatures name it."""
        return key_id_of(self.name, self.kind, self.public)

    @property
    def is_known(self) -> bool:
        """Whether what it signs can be verified here."""
        return self.kind == COSIGNING_ED25519


@dataclass(frozen=True)
class Cosignature:
    """A line of a signature by a witness; `time` is what it says, None where it isn't verified."""

    line: str
    time: datetime | None


def read_key(text: str, *, field: str = "key") -> WitnessKey:
    """The key of a witness in its line; raises InvalidInput."""
    line = text.strip()
    try:
        return _key(line)
    except BadNote:
        raise InvalidInput(
            "This isn’t the verifier key of a witness, or it has a typo. It has the form "
            "name+id+key.",
            field=field,
        ) from None


def _key(line: str) -> WitnessKey:
    name, _, rest = line.partition("+")
    key_id, _, encoded = rest.partition("+")
    content = decoded(encoded)
    check_name(name)
    if not name.isprintable():
        raise BadNote("The name of a witness's key can't be shown.")
    found = WitnessKey(name, content[:1], content[1:], line)
    is_short = found.kind == COSIGNING_ED25519 and len(found.public) != KEY_BYTES
    if not found.public or len(line) > LONGEST_KEY or found.kind == ED25519 or is_short:
        raise BadNote("This is no verifier key of a witness.")
    if found.key_id.hex() != key_id:
        raise BadNote("A letter of the verifier key is wrong.")
    return found


def request(old_size: int, proof: Iterable[bytes], note: str) -> bytes:
    """What a witness is sent: the size that it knows, the proof from there, and the checkpoint."""
    lines = [f"old {old_size}", *hash_lines(proof)]
    return "\n".join([*lines, "", note]).encode()


def answered(body: bytes, note: str, key: WitnessKey, now: datetime) -> Cosignature:
    """The cosignature of that key in the answer of a witness; raises BadNote without one that fits.

    Signatures of other keys are ignored.
    """
    try:
        lines = body.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        lines = []
    for line in lines:
        if len(line) <= LONGEST_LINE and _is_by(line, key):
            return read(line, note, key, now)
    raise BadNote(f"It has no signature by the key {key.name}+{key.key_id.hex()}.")


def read(line: str, note: str, key: WitnessKey, now: datetime | None = None) -> Cosignature:
    """The cosignature in a line by that key; raises BadNote where it doesn't fit the note.

    With `now` its time must be about that.
    """
    _, content = parsed(line)
    if not key.is_known:
        return Cosignature(line, None)
    seconds, signature = content[KEY_ID_BYTES:-_SIGNATURE_BYTES], content[-_SIGNATURE_BYTES:]
    if not _is_by(line, key) or len(seconds) != _TIME_BYTES:
        raise BadNote("The cosignature is not written as one.")
    time = _moment(int.from_bytes(seconds, "big"))
    signed = f"cosignature/v1\ntime {int(time.timestamp())}\n{text_of(note)}"
    check_signature(key.name, key.public, signed, signature)
    if now is not None and abs(now - time) > CLOCKS_DIFFER:
        raise BadNote(f"Its time is {time:%Y-%m-%d %H:%M} UTC, which isn’t now.")
    return Cosignature(line, time)


def text_of(note: str) -> str:
    """What the signatures of a note are about."""
    return note.partition("\n\n")[0] + "\n"


def _is_by(line: str, key: WitnessKey) -> bool:
    try:
        name, content = parsed(line)
    except BadNote:
        return False
    return (name, content[:KEY_ID_BYTES]) == (key.name, key.key_id)


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        raise BadNote("The time of the cosignature is none.") from None
