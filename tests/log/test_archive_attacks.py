"""Whatever is done to an archive, or at the door through which events are deleted, is found."""

import gzip
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django import Settings

from secretsapp.core import archives, signed_notes
from secretsapp.core.errors import BadArchive, LogBroken, MissingKey
from secretsapp.core.keyring import generate_key
from secretsapp.core.signed_notes import Signer
from secretsapp.log import archiving, checkpoints, standing, verifying
from secretsapp.log.archive_reading import Front
from secretsapp.models import Checkpoint
from secretsapp.operation.archives import files, reading
from secretsapp.rules import keys
from tests.stage import STAGEHAND, Cast
from tests.support.database import execute
from tests.support.old_log import archive, make_old
from tests.support.tampering import behind_the_back

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

EVENTS, ARCHIVES = "secretsapp_auditevent", "secretsapp_auditarchive"
BY_HAND = (
    f"INSERT INTO {ARCHIVES} (number, first, last, file, note, protected, made_at) "
    "VALUES ({}, {}, {}, 'log.gz', 'note', '', '2026-01-01 00:00:00')"
)
REFUSED = "audit events are only ever inserted"


@pytest.fixture(autouse=True)
def _old(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old(monkeypatch)


def assert_refused(*statements: str) -> None:
    """The engine refuses each statement."""
    for statement in statements:
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            execute(statement)


def broken() -> str:
    """What is found where the log is verified, and before the next checkpoint, which alarms."""
    with pytest.raises(LogBroken) as found:
        verifying.verify(STAGEHAND)
    with pytest.raises(LogBroken) as also:
        checkpoints.make(STAGEHAND)
    assert str(found.value) == str(also.value) == standing.reason_of(standing.alarm())
    return str(found.value)


def test_the_door_lets_only_archived_events_pass(tmp_path: Path) -> None:
    assert_refused(
        f"DELETE FROM {EVENTS} WHERE sequence = 1",
        # No checkpoint covers any event yet.
        BY_HAND.format(1, 1, 512),
    )
    size = checkpoints.make(STAGEHAND).size
    assert_refused(
        BY_HAND.format(2, 1, 512),
        BY_HAND.format(1, 2, 512),
        BY_HAND.format(1, 1, 0),
        # It is from today.
        BY_HAND.format(1, 1, size),
        BY_HAND.format(1, 1, size + 1),
    )
    archive(tmp_path / "log.gz", days=200)
    assert_refused(
        f"DELETE FROM {EVENTS} WHERE sequence = 257",
        f"DELETE FROM {EVENTS}",
        f"UPDATE {EVENTS} SET sequence = 1 WHERE sequence = 257",
        f"UPDATE {ARCHIVES} SET last = 512",
        f"DELETE FROM {ARCHIVES}",
        BY_HAND.format(1, 257, 512),
        BY_HAND.format(2, 1, 512),
        BY_HAND.format(2, 257, 256),
    )
    assert verifying.verify(STAGEHAND).archived


def test_a_row_without_an_archive_is_found_before_and_after_events_were_deleted() -> None:
    checkpoints.make(STAGEHAND)
    execute(BY_HAND.format(1, 1, 512))
    assert "The row of archive 1 was edited, or not made by Sealroom." in broken()
    execute(f"DELETE FROM {EVENTS} WHERE sequence <= 512")
    assert "Events up to 512 may have been deleted without an archive." in broken()


def test_a_second_row_is_found_even_if_it_repeats_what_was_signed(tmp_path: Path) -> None:
    archive(tmp_path / "log.gz", days=200)
    execute(
        f"INSERT INTO {ARCHIVES} (number, first, last, file, note, protected, made_at) "
        f"SELECT 2, 257, 512, file, note, protected, made_at FROM {ARCHIVES}"
    )
    execute(f"DELETE FROM {EVENTS} WHERE sequence <= 512")
    assert "The row of archive 2 was edited" in broken()


def test_a_row_that_our_own_key_has_signed_is_found_as_the_log_tells_of_none(
    tmp_path: Path,
) -> None:
    """The log has to tell of an archive, which takes the audit key."""
    archive(tmp_path / "log.gz", days=200)
    planned = archiving.begin(STAGEHAND, timezone.now() - timedelta(days=31), "attack")
    assert list(planned.lines())
    head = planned.head()
    note = planned.front(head).head
    assert (head.number, head.first, head.last) == (2, 257, 512)
    execute(BY_HAND.format(2, 257, 512).replace("'note'", f"'{note}'"))
    execute(f"DELETE FROM {EVENTS} WHERE sequence <= 512")
    assert "The row of archive 2 was edited" in broken()


EDITS = {
    f"UPDATE {ARCHIVES} SET note = 'x'": "row of archive 1 was edited",
    f"UPDATE {ARCHIVES} SET note = replace(note, 'link ', 'link 00')": "row of archive 1 was",
    f"UPDATE {ARCHIVES} SET file = 'other.gz'": "row of archive 1 was edited",
    f"UPDATE {ARCHIVES} SET first = 2": "row of archive 1 was edited",
    f"UPDATE {ARCHIVES} SET last = 256": "row of archive 1 was edited",
    f"UPDATE {ARCHIVES} SET number = 3": "row of archive 3 was edited",
    f"UPDATE {ARCHIVES} SET protected = '7'": "row of archive 1 was edited",
    f"DELETE FROM {ARCHIVES}": "Event 1 is missing: the next one is number 513",
    f"UPDATE secretsapp_auditsubtree SET hash = '{'0' * 64}' WHERE place = 0": "events was edited",
    "DELETE FROM secretsapp_auditsubtree WHERE place = 0": "edited at events 1 to 256",
    "DELETE FROM secretsapp_checkpoint WHERE number = 1": "Checkpoint 1 is missing",
    "UPDATE secretsapp_checkpoint SET key_id = 'x', root = '' WHERE number = 1": "Checkpoint 1",
    "UPDATE secretsapp_checkpoint SET verifier = 'x' WHERE number = 1": "Checkpoint 1 was edited",
    "UPDATE secretsapp_checkpoint SET size = 99 WHERE number = 1": "Checkpoint 1 was edited",
}


def test_an_edited_boundary_is_found(tmp_path: Path) -> None:
    archive(tmp_path / "log.gz")
    forged = {forged_checkpoint(): "Checkpoint 1 was edited: it is not what the audit log says"}
    for change, words in (EDITS | forged).items():
        place = transaction.savepoint()
        behind_the_back(change)
        with pytest.raises(LogBroken, match=words):
            verifying.verify(STAGEHAND)
        transaction.savepoint_rollback(place)
    assert verifying.verify(STAGEHAND).checkpoints == 2


def forged_checkpoint() -> str:
    """Put one that another key has signed in the place of one that archived events tell of."""
    row = Checkpoint.objects.get(number=1)
    other = Signer(row.note.partition("\n")[0], bytes(range(32)))
    note = signed_notes.sign(row.note.partition("\n\n")[0] + "\n", [other])
    new = f"note = '{note}', verifier = '{other.verifier}'"
    return f"UPDATE secretsapp_checkpoint SET {new} WHERE number = 1"


@pytest.mark.long
def test_a_changed_archive_is_refused_at_every_byte(tmp_path: Path) -> None:
    path, edited = tmp_path / "log.gz", tmp_path / "edited.gz"
    archive(path, days=200)
    packed, content = path.read_bytes(), gzip.decompress(path.read_bytes())
    for place in range(0, len(packed), len(packed) // 60):
        edited.write_bytes(changed(packed, place))
        assert is_refused(edited) or gzip.decompress(edited.read_bytes()) == content
    front, events = content.partition(b"\n")[0], content.splitlines(keepends=True)[1:]
    places = [*range(0, len(front), 7), *range(len(front), len(content), len(content) // 60)]
    for place in places:
        write(edited, changed(content, place))
        assert is_refused(edited), place
    for cut in (0, 5, len(packed) // 2, len(packed) - 1):
        edited.write_bytes(packed[:cut])
        assert is_refused(edited)
    for lines in (events[:-1], events[1:], [events[1], events[0], *events[2:]], events * 2, []):
        write(edited, b"".join([front, b"\n", *lines]))
        assert is_refused(edited)
    # A line without an end, and what isn't even a file.
    write(edited, content + b"x" * 20_000_000)
    assert is_refused(edited)
    for other in (tmp_path, tmp_path / "nothing", Path("/dev/null")):
        assert is_refused(other)
    assert reading.verify(path).last == 256


def changed(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def write(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, 1))


def is_refused(path: Path) -> bool:
    try:
        reading.verify(path)
    except BadArchive as refusal:
        return str(path) in str(refusal)
    except MissingKey:
        return True
    return False


def test_a_forged_archive_is_refused_whoever_signed_it(tmp_path: Path, settings: Settings) -> None:
    path, forged = tmp_path / "log.gz", tmp_path / "forged.gz"
    archive(path, days=200)
    first, *lines = gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)
    front = Front(**json.loads(first))
    text = front.head.partition("\n\n")[0] + "\n"
    head = archives.parse(text)
    theirs = signed_notes.sign(text, [Signer(head.origin, bytes(range(32)))])
    files.write(forged, [str(replace(front, head=theirs)), *lines])
    with pytest.raises(BadArchive, match="no signature by a key that is known"):
        reading.verify(forged)
    forged.unlink()
    # Even our own key signs nothing that the audit key hasn't.
    [ours] = keys.checkpoint_keys()
    lines[80] = lines[80].replace('"person.signed_in"', '"person.signed_out"')
    lied = replace(head, sha256=hashlib.sha256("".join(lines).encode()).hexdigest())
    own = signed_notes.sign(str(lied), [Signer(head.origin, ours.material)])
    files.write(forged, [str(replace(front, head=own)), *lines])
    with pytest.raises(BadArchive, match="Event 81 was edited"):
        reading.verify(forged)
    # Keys that are no longer configured verify nothing, which is said.
    settings.AUDIT_KEYS = generate_key()
    with pytest.raises(MissingKey, match="Add it to AUDIT_KEYS"):
        reading.verify(path)
