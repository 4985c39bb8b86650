"""Archives: old events move to a file that proves itself, and the log goes on behind them."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from secretsapp.core import merkle, signed_notes
from secretsapp.core.errors import (
    BadArchive,
    CopyFailed,
    Forbidden,
    InvalidInput,
    NotFound,
)
from secretsapp.core.signed_notes import Checkpoint as Signed
from secretsapp.log import checkpoints, proving, verifying
from secretsapp.log.archive_planning import parse_day
from secretsapp.log.checking import Anchor
from secretsapp.models import AuditArchive, AuditEvent, AuditHead, Universe
from secretsapp.operation import diagnosis_log
from secretsapp.operation.archives import making, reading
from tests.stage import STAGEHAND, Cast
from tests.support.old_log import WHY, archive, make_old, sign_in
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture(autouse=True)
def _old(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old(monkeypatch)


def test_old_events_move_to_a_file_and_the_log_goes_on_behind_them(
    tmp_path: Path, cast: Cast
) -> None:
    watch, path = Watch(), tmp_path / "log.gz"
    made = archive(path)
    assert watch.tags == ["checkpoint.made", "audit.archived"]
    assert detail(watch.events[-1]) == {
        "number": "1",
        "first": "1",
        "last": "512",
        "count": "512",
        "file": "log.gz",
        "digest": made.head.digest,
        "reason": WHY,
    }
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert min(AuditEvent.objects.values_list("sequence", flat=True)) == 513
    assert reading.verify(path) == made.head
    with gzip.open(path, "rt") as lines:
        stored = list(lines)
    assert stored[1].startswith('{"format":"1","sequence":"1",')
    assert stored[512].startswith('{"format":"2","sequence":"512",')
    verified = verifying.verify(STAGEHAND)
    assert verified.events == AuditHead.objects.get().sequence
    made_at = AuditArchive.objects.get().made_at
    assert verified.archived == (
        f"Events 1 to 512 are in the archive log.gz of {made_at:%Y-%m-%d}.",
    )
    [found] = diagnosis_log.archives()
    assert found.found == f"1, which only their files hold. {verified.archived[0]}"
    sign_in(cast)
    checkpoints.make(STAGEHAND)
    verifying.verify(STAGEHAND, verified.head)
    verifying.verify(STAGEHAND, Anchor(512, made.head.link))
    with pytest.raises(NotFound, match="There is nothing to archive"):
        archive(tmp_path / "again.gz")
    with pytest.raises(CopyFailed, match=r"log\.gz is an archive already. The log goes on behind"):
        archive(path)


def test_archives_join_each_other_and_prove_their_events(
    tmp_path: Path, cast: Cast, universe: Universe
) -> None:
    entries = {event.sequence: bytes.fromhex(event.content) for event in AuditEvent.objects.all()}
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"
    one, other = archive(first, days=200), archive(second)
    assert [(head.first, head.last) for head in (one.head, other.head)] == [(1, 256), (257, 512)]
    found = reading.verify_all(STAGEHAND, [second, first])
    assert [each.path for each in found] == [first, second]
    assert {each.standing.partition(":")[0] for each in found} == {"The log goes on behind it"}
    assert verifying.verify(STAGEHAND).archived[1].startswith("Events 257 to 512 are in")
    sign_in(cast)
    newest = checkpoints.make(STAGEHAND)
    signed = Signed(newest.note.partition("\n")[0], newest.size, bytes.fromhex(newest.root))
    for number, path in ((1, first), (256, first), (300, second), (513, None)):
        proof = proving.inclusion(STAGEHAND, number, reading.beside(path, number) if path else ())
        assert proof.entry == entries[number]
        assert is_included(proof.text, number, proof.entry, signed)
    for old_size, path in ((100, first), (257, second), (512, None)):
        beside = reading.beside(path, old_size) if path else ()
        hashes = proving.consistency(STAGEHAND, old_size, beside)
        assert merkle.is_consistent(
            old_root=root_of([entries[number] for number in range(1, old_size + 1)]),
            old_size=old_size,
            root=signed.root,
            size=signed.size,
            proof=list(map(signed_notes.hash_of, hashes)),
        )
    with pytest.raises(NotFound, match=r"are in the archive second\.gz of .* --archive"):
        proving.inclusion(STAGEHAND, 300)
    with pytest.raises(NotFound, match=r"are in the archive first\.gz of .* --archive"):
        proving.consistency(STAGEHAND, 100)
    with pytest.raises(NotFound, match="has the events 1 to 256, not 300"):
        reading.beside(first, 300)


def is_included(text: str, number: int, entry: bytes, signed: Signed) -> bool:
    lines = text.partition("\n\n")[0].split("\n")
    assert lines[1] == f"index {number - 1}"
    return merkle.includes(
        root=signed.root,
        size=signed.size,
        leaf=merkle.leaf_hash(entry),
        index=number - 1,
        proof=list(map(signed_notes.hash_of, lines[2:])),
    )


def root_of(entries: list[bytes]) -> bytes:
    grown = merkle.Growing()
    for entry in entries:
        grown.add(entry)
    return grown.root()


def test_an_anchor_of_an_archived_event_is_held_against_its_archive(tmp_path: Path) -> None:
    events = {event.sequence: event.link for event in AuditEvent.objects.all()}
    path = tmp_path / "log.gz"
    archive(path)
    anchor = Anchor(100, events[100])
    with pytest.raises(InvalidInput, match=r"Events 1 to 512 are in .* --archive FILE --anchor 1"):
        verifying.verify(STAGEHAND, anchor)
    assert reading.verify_all(STAGEHAND, [path], anchor)
    with pytest.raises(BadArchive, match="Event 100 isn't the one that the anchor names"):
        reading.verify_all(STAGEHAND, [path], Anchor(100, events[101]))
    with pytest.raises(NotFound, match="None of these archives has the event"):
        reading.verify_all(STAGEHAND, [path], Anchor(513, events[513]))


def test_only_admins_archive_and_nothing_young_or_without_a_reason(
    tmp_path: Path, cast: Cast
) -> None:
    before, watch = timezone.now() - timedelta(days=31), Watch()
    for name in ("manager", "auditor", "stranger"):
        with pytest.raises(Forbidden):
            making.make(cast[name].actor, before, tmp_path / "log.gz", reason=WHY)
    for reason in ("", "  ", "a" * 501, "\0"):
        with pytest.raises(InvalidInput):
            making.make(STAGEHAND, before, tmp_path / "log.gz", reason=reason)
    for day in (f"{timezone.now() - timedelta(days=29):%Y-%m-%d}", "2026", "yesterday", "9" * 99):
        with pytest.raises(InvalidInput):
            parse_day(day)
    with pytest.raises(CopyFailed, match="already exists and was not changed"):
        archive_over(tmp_path / "taken")
    with pytest.raises(CopyFailed, match="doesn't exist"):
        archive(tmp_path / "nowhere" / "log.gz")
    with pytest.raises(InvalidInput, match="one line"):
        archive(tmp_path / "two\nlines")
    assert (watch.tags, [each.name for each in tmp_path.iterdir()]) == ([], ["taken"])


def archive_over(path: Path) -> None:
    path.write_text("not an archive")
    archive(path)
