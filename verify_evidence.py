"""Check an evidence bundle of a Sealroom audit log. It needs Python 3.11 and PyNaCl, nothing else.

    python verify_evidence.py BUNDLE --key "NAME+ID+KEY"

Exit status: 0 all of it holds, by the key that you gave; 1 refused; 2 wrong usage; 3 it holds, but
only by the key in the bundle itself. docs/audit.md of Sealroom describes the formats.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = "sealroom evidence 1"
FIRST = (
    *("sequence", "time", "tag", "actor_kind", "actor_id", "actor_name", "door", "address"),
    *("universe_id", "universe_name", "secret_name", "subject_kind", "subject_id"),
    *("subject_name", "change_id", "detail"),
)
FIELDS = (*FIRST, "session_id", "request_id")
# An event's fields, by its form: the second one says more.
FORMS = {len(names): (form, names) for form, names in enumerate((FIRST, FIELDS), 1)}
EVENT = {"index": int, "fields": FORMS, "proof": [str]}
BUNDLE = {"format": str, "keys": [str], "checkpoint": str, "made": EVENT, "events": [EVENT]}
MADE = "evidence.made"
LOG_KEY, WITNESS_KEY = b"\x01", b"\x04"
MOST_EVENTS, MOST_SIGNATURES, LARGEST, LONGEST_NUMBER = 1000, 100, 32 * 1024 * 1024, 18
LAST_TIME = 2**37


class Refused(Exception):
    """The bundle doesn't hold, and why."""


@dataclass(frozen=True)
class Key:
    """A key of a log or of a witness, as its line says."""

    name: str
    kind: bytes
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which signatures name it."""
        named = self.name.encode() + b"\n" + self.kind + self.public
        return hashlib.sha256(named).digest()[:4]


@dataclass(frozen=True)
class Note:
    """A checkpoint; `signed` has the time of each key that signed it: 0 but for witnesses."""

    origin: str
    size: int
    root: bytes
    signed: dict[Key, int]
    unchecked: list[str]


@dataclass(frozen=True)
class Verdict:
    """What is proved, what is not, and whether the log's key was given from outside."""

    proved: list[str]
    unproved: list[str]
    events: list[dict[str, str]]
    by_given_key: bool


def check(
    content: bytes,
    keys: Sequence[str] = (),
    witnesses: Sequence[str] = (),
    older: bytes = b"",
    consistency: str = "",
) -> Verdict:
    """Check a bundle; raises Refused for the first thing in it that doesn't hold."""
    bundle = read(content)
    claimed, given = list(map(key_of, bundle["keys"])), list(map(key_of, keys))
    watching = list(map(key_of, witnesses))
    note = open_note(bundle["checkpoint"], [*claimed, *given, *watching])
    _check_signers(note, claimed, given, watching)
    events = [_event(entry, note) for entry in bundle["events"]]
    made = _event(bundle["made"], note)
    _check_choice(made, events)
    proved = _proved(note, made, events)
    if older:
        proved.append(_grown(note, _older(older, [*claimed, *given]), consistency))
    unproved = _unproved(note, given=bool(given), watched=bool(watching))
    return Verdict(proved, unproved, events, by_given_key=bool(given))


def canonical(bundle: dict[str, Any]) -> bytes:
    """The one way in which a bundle is written."""
    text = json.dumps(bundle, ensure_ascii=False, indent=0, separators=(",", ":"))
    return f"{text}\n".encode()


def content_hash(fields: dict[str, str]) -> bytes:
    """SHA-256 of an event: each field behind its length."""
    form, names = FORMS[len(fields)]
    found = hashlib.sha256(b"sealroom audit event %d\x00" % form)
    for content in (fields[name].encode() for name in names):
        found.update(len(content).to_bytes(4, "big") + content)
    return found.digest()


def digest(hashes: Iterable[bytes]) -> str:
    """What the event of the making says of the events that were chosen."""
    return hashlib.sha256(b"".join(hashes)).hexdigest()


def read(content: bytes) -> dict[str, Any]:
    """The bundle, whose form is right to the last byte."""
    if len(content) > LARGEST:
        raise Refused("It is too large to be an evidence bundle.")
    try:
        bundle: dict[str, Any] = json.loads(
            content.decode(),
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_number,
        )
        is_canonical = _fits(bundle, BUNDLE) and canonical(bundle) == content
    except (RecursionError, ValueError):
        raise Refused("It is not JSON in UTF-8, or is nested too deeply.") from None
    if not is_canonical:
        raise Refused("It isn't written as an evidence bundle is: it was changed.")
    if bundle["format"] != FORMAT:
        raise Refused(f"Its format isn't “{FORMAT}”. A newer verify_evidence.py may read it.")
    if len(bundle["events"]) > MOST_EVENTS or len(bundle["keys"]) > MOST_SIGNATURES:
        raise Refused("It has more events or keys than a bundle can have.")
    return bundle


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("A name stands twice in one object.")
    return found


def _number(text: str) -> int:
    if len(text) > LONGEST_NUMBER or not text.isdigit():
        raise Refused("A number is too large, or isn't a whole one.")
    return int(text)


def _fits(found: Any, shape: Any) -> bool:
    """Whether it has exactly these parts, in that order."""
    if shape is FORMS:
        return isinstance(found, dict) and any(
            _fits(found, dict.fromkeys(names, str)) for _, names in FORMS.values()
        )
    if isinstance(shape, dict):
        is_same = isinstance(found, dict) and list(found) == list(shape)
        return is_same and all(_fits(found[name], part) for name, part in shape.items())
    if isinstance(shape, list):
        return isinstance(found, list) and all(_fits(each, shape[0]) for each in found)
    return type(found) is shape


def decoded(text: str, *lengths: int) -> bytes:
    """The bytes of base64 in its one form, one of these numbers of them."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if (lengths and len(found) not in lengths) or base64.b64encode(found).decode() != text:
        raise Refused("A hash, key or signature isn't written as one.")
    return found


def key_of(line: str) -> Key:
    """The key in a line such as `example.com/log+530d903a+AekyeR…`."""
    name, _, rest = line.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    content = decoded(encoded, 33)
    key = Key(name, content[:1], content[1:])
    if not name or key.kind not in (LOG_KEY, WITNESS_KEY) or key.key_id.hex() != key_id:
        raise Refused("A key is not a verifier key, or a letter of it is wrong.")
    return key


def open_note(text: str, keys: Sequence[Key]) -> Note:
    """The checkpoint in a signed note; each signature by one of the keys has to fit."""
    body, _, signatures = text.rpartition("\n\n")
    parts, lines = [*body.split("\n"), "", ""], signatures.split("\n")
    origin, size = parts[:2]
    is_number = size.isascii() and size.isdigit() and len(size) <= LONGEST_NUMBER
    if lines.pop() or not 0 < len(lines) <= MOST_SIGNATURES or not is_number:
        raise Refused("The checkpoint isn't a signed note.")
    note = Note(origin, int(size), decoded(parts[2], 32), {}, [])
    for line in lines:
        _read_signature(note, f"{body}\n", line, keys)
    if not any(key.kind == LOG_KEY and key.name == origin for key in note.signed):
        raise Refused("No key that is known has signed the checkpoint for its log.")
    return note


def _read_signature(note: Note, body: str, line: str, keys: Sequence[Key]) -> None:
    dash, name, encoded = [*line.split(" "), "", ""][:3]
    content = decoded(encoded)
    if line != f"— {name} {encoded}" or dash != "—" or len(content) < 5:
        raise Refused("A signature isn't written as one.")
    for key in keys:
        if (key.name, key.key_id) == (name, content[:4]):
            note.signed[key] = _signed_at(key, body, content)
            return
    note.unchecked.append(name)


def _signed_at(key: Key, body: str, content: bytes) -> int:
    """The time of a witness's signature that fits, or 0 for one of a log."""
    from nacl.exceptions import CryptoError  # noqa: PLC0415 - commands of Sealroom load it late
    from nacl.signing import VerifyKey  # noqa: PLC0415

    misfit = Refused(f"The signature of {shown(key.name)} doesn't fit.")
    time = int.from_bytes(content[4:-64], "big")
    if len(content) != (76 if key.kind == WITNESS_KEY else 68) or time > LAST_TIME:
        raise misfit
    text = f"cosignature/v1\ntime {time}\n{body}" if key.kind == WITNESS_KEY else body
    try:
        VerifyKey(key.public).verify(text.encode(), content[-64:])
    except (CryptoError, ValueError):
        raise misfit from None
    return time


def _check_signers(
    note: Note, claimed: Sequence[Key], given: Sequence[Key], watching: Sequence[Key]
) -> None:
    of_log = {key for key in note.signed if key.kind == LOG_KEY}
    if len(of_log & set(claimed)) < len(claimed):
        raise Refused("The bundle lists a key that is no log's, or hasn't signed its checkpoint.")
    if given and not any(key.name == note.origin for key in of_log & set(given)):
        raise Refused("The key that you gave hasn't signed the checkpoint.")
    if not all(key.kind == WITNESS_KEY and key in note.signed for key in watching):
        raise Refused("A witness that you named hasn't signed the checkpoint.")


def _event(entry: dict[str, Any], note: Note) -> dict[str, str]:
    """The event, which is in the log at its place."""
    fields: dict[str, str] = entry["fields"]
    index, leaf = entry["index"], hashlib.sha256(b"\x00" + content_hash(fields)).digest()
    proof = [decoded(line, 32) for line in entry["proof"]]
    is_in = index < note.size and _walk(leaf, proof, index, note.size - 1)[1] == note.root
    if not is_in or fields["sequence"] != str(index + 1):
        raise Refused(f"Event {index + 1} isn't in the log as it stands in the bundle.")
    return fields


def _check_choice(made: dict[str, str], events: list[dict[str, str]]) -> None:
    """That these are the events of which the log says that the bundle was made, all of them."""
    numbers = [int(event["sequence"]) for event in (*events, made)]
    expected = digest(map(content_hash, events))
    is_made = made["tag"] == MADE and _detail(made).get("digest") == expected
    if not is_made or numbers != sorted(set(numbers)):
        raise Refused("Events were removed from the bundle, added to it, or put in another order.")


def _detail(made: dict[str, str]) -> dict[str, Any]:
    """What the log says of the making of the bundle."""
    try:
        found = json.loads(made["detail"])
    except (RecursionError, ValueError):
        found = None
    return found if isinstance(found, dict) else {}


def _walk(leaf: bytes, proof: Sequence[bytes], first: int, last: int) -> tuple[bytes, bytes]:
    """The roots of the old and the new tree that a proof leads to (RFC 9162, 2.1.3.2, 2.1.4.2)."""
    old = new = leaf
    for beside in proof:
        if last == 0:
            return b"", b""
        if first % 2 or first == last:
            old, new = _above(beside, old), _above(beside, new)
            while first and not first % 2:
                first, last = first >> 1, last >> 1
        else:
            new = _above(new, beside)
        first, last = first >> 1, last >> 1
    return (old, new) if last == 0 else (b"", b"")


def _above(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def has_grown(older: Note, note: Note, proof: list[bytes]) -> bool:
    """Whether the one tree begins with the other."""
    if older.size in (0, note.size) or not proof:
        return older.size == note.size and not proof and older.root == note.root
    begin, *rest = [older.root, *proof] if older.size & (older.size - 1) == 0 else proof
    first, last = older.size - 1, note.size - 1
    while first % 2:
        first, last = first >> 1, last >> 1
    return _walk(begin, rest, first, last) == (older.root, note.root)


def _older(content: bytes, keys: Sequence[Key]) -> Note:
    """The checkpoint in a file, which is one or is a bundle."""
    is_bundle = content.startswith(b"{")
    text = content.decode("utf-8", "replace")
    return open_note(read(content)["checkpoint"] if is_bundle else text, keys)


def _grown(note: Note, older: Note, consistency: str) -> str:
    """The sentence that the log only grew since the older checkpoint; or Refused."""
    proof = [decoded(line, 32) for line in consistency.split()]
    if older.origin != note.origin or older.size > note.size:
        raise Refused("The older checkpoint is of another log, or newer than the bundle's.")
    if not has_grown(older, note, proof):
        wants = "" if proof else " Is --consistency missing?"
        raise Refused(f"The log of the bundle doesn't continue the older checkpoint.{wants}")
    return f"The first {older.size} events are those of the older checkpoint, unchanged."


def _proved(note: Note, made: dict[str, str], events: list[dict[str, str]]) -> list[str]:
    asked, log = shown(str(_detail(made).get("filter") or "none")), shown(note.origin)
    whole = f"These {len(events)} events are in the log {log}, unchanged, as of {note.size} events."
    by, at = shown(made["actor_name"]), shown(made["time"])
    who = f"They are all that {by} chose at {at}. Filter: {asked}"
    seen = [
        f"{shown(key.name)} saw this log as a witness at {datetime.fromtimestamp(time, UTC)}."
        for key, time in note.signed.items()
        if key.kind == WITNESS_KEY
    ]
    return [whole, who, *seen]


def _unproved(note: Note, *, given: bool, watched: bool) -> list[str]:
    key = "Whose log it is: the key is the bundle's own claim. Give the key you know by --key."
    witness = "That others were shown the same log: no witness was named by --witness."
    return [
        *([] if given else [key]),
        *([] if watched else [witness]),
        "That what the events say is true, and that the clock of the server was right.",
        "That no other event fits the filter: Sealroom applied it.",
        "Anything about events after the checkpoint.",
        *(f"The signature of {shown(name)}: its key isn't known." for name in note.unchecked),
    ]


def shown(text: str) -> str:
    """Text that can do nothing to a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def report(verdict: Verdict) -> list[str]:
    """The verdict in lines for someone to read."""
    names = ("sequence", "time", "tag", "actor_name", "universe_id", "secret_name")
    events = [shown("  ".join(each[name] for name in names)) for each in verdict.events]
    proved = ["Proved:", *(f"- {each}" for each in verdict.proved)]
    return [*events, *proved, "Not proved:", *(f"- {each}" for each in verdict.unproved)]


def main() -> int:
    """Check the bundle of the command line, and say what it proves."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle of Sealroom.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", action="append", default=[], help="the log's verifier key")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key")
    parser.add_argument("--older", type=Path, help="a file with an older checkpoint, or bundle")
    parser.add_argument("--consistency", type=Path, help="a file of the hashes from there")
    given = parser.parse_args()
    try:
        older = given.older.read_bytes() if given.older else b""
        growth = given.consistency.read_text() if given.consistency else ""
        verdict = check(given.bundle.read_bytes(), given.key, given.witness, older, growth)
    except Refused as refusal:
        print(f"REFUSED. {refusal}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print("\n".join(report(verdict)))
    return 0 if verdict.by_given_key else 3


if __name__ == "__main__":
    sys.exit(main())
