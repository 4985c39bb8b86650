"""Witnesses cosign the log while it only grows, and refuse one that they have not seen."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from nacl.signing import SigningKey
from pytest_django import Settings

import verify_evidence
from secretsapp.core import actor as actors
from secretsapp.core.errors import Forbidden, InvalidInput, LogBroken, StillInUse
from secretsapp.log import (
    checkpoints,
    cosigned,
    evidence,
    proving,
    standing,
    witness_listing,
    witnesses,
    witnessing,
)
from secretsapp.log.filters import AuditFilter
from secretsapp.log.verifying import verify
from secretsapp.models import AuditEvent, Checkpoint, Cosignature
from secretsapp.models import Witness as Row
from secretsapp.people import sign_ins
from tests.stage import STAGEHAND, Cast
from tests.support.receiver import says
from tests.support.tampering import behind_the_back
from tests.support.watch import Watch
from tests.support.witness import Witness

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def tides(tmp_path: Path, cast: Cast, settings: Settings) -> Iterator[Witness]:
    """A witness that knows the log's key and is known here, with a first checkpoint."""
    with Witness.at(tmp_path / "tides") as running:
        running.receiver.allow(settings)
        running.knows(checkpoints.make(STAGEHAND).verifier)
        add(running)
        yield running


def add(witness: Witness, name: str = "Tides") -> Row:
    return witnesses.add(STAGEHAND, name=name, address=witness.address, key=witness.verifier)


def grow(cast: Cast, count: int = 1) -> Checkpoint:
    """Let something happen, and sign a checkpoint of it."""
    for _ in range(count):
        sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
    return checkpoints.make(STAGEHAND)


def ask(name: str = "Tides") -> Row:
    """Let the worker ask the witness now, whenever it was to be asked again; how it stands then."""
    witnesses.try_again(STAGEHAND, witness_listing.named(STAGEHAND, name))
    witnessing.ask_due()
    return Row.objects.get(name=name)


def test_each_checkpoint_is_cosigned_as_long_as_the_log_only_grows(
    cast: Cast, tides: Witness
) -> None:
    watch = Watch()
    for count in (0, 1, 300):
        made = grow(cast, count)
        row = ask()
        assert (row.number, row.size, row.failure) == (made.number, made.size, "")
        [kept] = Cosignature.objects.filter(number=made.number)
        assert kept.line.startswith(f"— {tides.name} ")
        assert kept.signed_at is not None
        note = cosigned.note(made)
        assert note == f"{made.note}{kept.line}\n"
        seen = verify_evidence.open_note(
            note, [*map(verify_evidence.key_of, (made.verifier, tides.verifier))]
        )
        assert [int(kept.signed_at.timestamp())] == [time for time in seen.signed.values() if time]
        assert proving.inclusion(STAGEHAND, 1).text.endswith(note)
    # Nobody is asked for what they have cosigned, and asking is no event of the log.
    calls = len(tides.receiver.requests)
    ask()
    assert len(tides.receiver.requests) == calls == 3
    assert "witness" not in " ".join(watch.tags)
    assert verify(STAGEHAND).events == AuditEvent.objects.count()


def test_nothing_that_someone_wrote_into_rows_keeps_a_checkpoint_from_a_witness(
    cast: Cast, tides: Witness
) -> None:
    ask()
    far = timezone.now() + timedelta(days=9000)
    for claimed in ({}, {"number": 10**15}, {"next_try_at": far}, {"claimed_until": far}):
        made = grow(cast)
        Row.objects.update(**{"number": made.number} | claimed)
        # What no one has signed of it stands for no cosignature either.
        line = Cosignature.objects.all()[0].line
        row = {"number": made.number, "verifier": tides.verifier, "line": line}
        Cosignature.objects.create(witness="Tides", signed_at=far, **row)
        witnessing.ask_due()
        assert tides.memory.size == made.size
        [kept] = cosigned.fitting(made)
        assert kept.line != line
    calls = len(tides.receiver.requests)
    witnessing.ask_due()
    assert len(tides.receiver.requests) == calls


def test_evidence_has_the_cosignature_of_the_checkpoint_in_it(cast: Cast, tides: Witness) -> None:
    ask()
    made = evidence.make(STAGEHAND, AuditFilter(tag="grant"), "event=grant")
    verdict = verify_evidence.check(made.content, [made.checkpoint.verifier], [tides.verifier])
    assert any(f"{tides.name} saw this log as a witness" in each for each in verdict.proved)
    # Who had trouble before is not waited for, and evidence is made all the same.
    Row.objects.update(failures=1)
    again = evidence.make(STAGEHAND, AuditFilter(tag="grant"), "event=grant")
    with pytest.raises(verify_evidence.Refused, match="A witness that you named"):
        verify_evidence.check(again.content, [], [tides.verifier])


def test_a_log_that_was_cut_off_or_forked_is_refused_and_raises_an_alarm(
    cast: Cast, tides: Witness
) -> None:
    ask()
    copy, watch = transaction.savepoint(), Watch()
    later = grow(cast, 5)
    assert ask().number == later.number
    # An older copy takes the place of the database, and goes on with other events.
    transaction.savepoint_rollback(copy)
    grow(cast)
    row = ask()
    assert f"It has cosigned {later.size} events" in row.failure
    assert standing.look(STAGEHAND).witnessed == [row.alarm]
    assert watch.tags.count("witness.alarm") == 1
    forked = grow(cast, 9)
    assert forked.size > later.size
    row = ask()
    assert "aren’t the first ones of this log" in row.failure
    assert row.next_try_at is not None
    assert Cosignature.objects.filter(number=forked.number).count() == 0
    # It is told once; nothing of ours could tell that anything is wrong.
    assert watch.tags.count("witness.alarm") == 1
    assert "witness.alarm" in AuditEvent.objects.values_list("tag", flat=True)
    assert verify(STAGEHAND).events > 0
    # The same size with another root.
    tides.memory.size, tides.memory.root = forked.size, b"x" * 32
    Row.objects.update(size=forked.size)
    assert "two versions of this log" in ask().failure


def test_one_that_knows_more_or_less_than_was_thought_is_asked_again_at_once(
    cast: Cast, tides: Witness
) -> None:
    ask()
    first, newest = Checkpoint.objects.get(), grow(cast, 3)
    for thought in (0, newest.size):
        Row.objects.update(size=thought, number=0)
        tides.memory.size, tides.memory.root = first.size, bytes.fromhex(first.root)
        calls = len(tides.receiver.requests)
        assert ask().number == newest.number
        assert len(tides.receiver.requests) == calls + 2
    # One that is added again has cosigned the newest already, and does so again.
    Row.objects.all().delete()
    add(tides)
    assert ask().number == newest.number
    tides.receiver.plays = lambda _received: says(409, b"%d\n" % len(tides.receiver.requests))
    grow(cast)
    assert "each time" in ask().failure


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "It doesn’t know this log. Give its operator"),
        (403, b"", "It trusts none of the keys"),
        (400, b"what?", "It couldn’t read the request. It answered 400: what?"),
        (500, b"", "It answered 500."),
        (301, b"", "redirects aren’t followed"),
        (409, b"many\n", "not which"),
        (200, b"", "without a usable cosignature"),
        (200, "— witness.example.com/tides AAAA\n".encode(), "without a usable cosignature"),
        (200, b"\xff" * 70_000, "was too long"),
    ],
)
def test_a_refusal_is_told_in_words_and_asked_again_after_growing_pauses(
    cast: Cast, tides: Witness, status: int, body: bytes, words: str
) -> None:
    watch = Watch()
    tides.receiver.plays = lambda _received: says(status, body, retry_after="3600")
    rows = [ask() for _ in range(3)]
    assert all(words in row.failure for row in rows)
    pauses = [row.next_try_at for row in rows if row.next_try_at]
    calls = len(tides.receiver.requests)
    witnessing.ask_due()
    assert len(tides.receiver.requests) == calls
    assert pauses == sorted(pauses)
    assert (rows[-1].failures, rows[-1].alarm, watch.tags) == (3, "", [])
    tides.receiver.plays = tides.answer
    assert (ask().failure, Row.objects.get().failures) == ("", 0)


def test_only_what_a_witness_has_signed_by_its_key_and_now_is_kept(
    cast: Cast, tides: Witness, tmp_path: Path, settings: Settings
) -> None:
    tides.seconds_ahead = 7200
    assert "isn’t now" in ask().failure
    tides.seconds_ahead = 0
    genuine, tides.key = tides.key, SigningKey.generate()
    assert "no signature by the key" in ask().failure
    tides.key = genuine
    assert not Cosignature.objects.exists()
    # A kind of key that nothing here can verify is kept as it is.
    with Witness.at(tmp_path / "new", kind=b"\x06") as new:
        new.receiver.allow(settings)
        new.knows(Checkpoint.objects.get().verifier)
        add(new, "New")
        assert ask("New").failure == ""
        [kept] = Cosignature.objects.filter(witness="New")
        assert kept.signed_at is None
        assert kept.line in cosigned.note(Checkpoint.objects.get())


def test_a_slow_witness_holds_up_no_other(
    cast: Cast,
    tides: Witness,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Witness.at(tmp_path / "slow") as slow:
        slow.receiver.plays = lambda _received: slow.receiver.pause()
        slow.receiver.allow(settings)
        add(slow, "Slow")
        monkeypatch.setattr(witnessing, "ASK_SECONDS", 0.5)
        witnessing.ask_due()
    assert "took too long to answer" in Row.objects.get(name="Slow").failure
    monkeypatch.undo()
    assert ask().failure == ""


def test_a_witness_in_a_private_network_is_sent_nothing(
    cast: Cast, tides: Witness, settings: Settings
) -> None:
    settings.CHANNEL_NETWORKS = []
    assert "isn’t public, so nothing was sent to " in ask().failure
    assert tides.receiver.connections == 0


def test_what_a_witness_signed_outlasts_it_and_shows_if_it_is_edited(
    cast: Cast, tides: Witness
) -> None:
    row, made, watch = ask(), Checkpoint.objects.get(), Watch()
    words = {"name": "Ebb", "address": tides.address, "key": tides.verifier}
    assert witnesses.edit(STAGEHAND, row, **words).number == made.number
    moved = witnesses.edit(STAGEHAND, row, **words | {"address": "https://elsewhere.example/"})
    assert (moved.number, moved.size, moved.cosigned_at) == (0, 0, None)
    witnesses.remove(STAGEHAND, moved)
    assert watch.tags == ["witness.changed", "witness.changed", "witness.removed"]
    assert tides.name in cosigned.note(made)
    behind_the_back("UPDATE secretsapp_cosignature SET signed_at = NULL")
    assert cosigned.note(made) == made.note
    with pytest.raises(LogBroken, match="cosignature of checkpoint 1 by Tides was edited"):
        verify(actors.system("test"))


def test_only_admins_manage_witnesses_and_nonsense_is_refused(cast: Cast, tides: Witness) -> None:
    for name in ("manager", "auditor", "viewer", "stranger"):
        actor = cast[name].actor
        with pytest.raises(Forbidden):
            witnesses.add(actor, name="X", address=tides.address, key=tides.verifier)
        with pytest.raises(Forbidden):
            witnesses.remove(actor, Row.objects.get())
        with pytest.raises(Forbidden):
            witnesses.try_again(actor, Row.objects.get())
    log_key = Checkpoint.objects.get().verifier
    name, key_id, encoded = tides.verifier.split("+", 2)
    short = base64.b64encode(b"\x04" + b"k" * 31).decode()
    for wrong in ("", log_key, f"{name}+00000000+{encoded}", f"{name}+{key_id}+{short}", "a+b+c"):
        with pytest.raises(InvalidInput):
            witnesses.add(STAGEHAND, name="X", address=tides.address, key=wrong)
    with pytest.raises(InvalidInput, match="without a"):
        witnesses.add(STAGEHAND, name="X", address=f"{tides.address}?a=b", key=tides.verifier)
    for number in range(witnesses.WITNESSES_AT_MOST - 1):
        add(tides, f"Witness {number}")
    with pytest.raises(StillInUse):
        add(tides, "One more")
