"""Checkpoints: made of a log that is whole, kept in order, and no longer where it is broken."""

import base64
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django import Settings

from secretsapp.core import actor as actors
from secretsapp.core import chain, merkle, signed_notes
from secretsapp.core.errors import Forbidden, InvalidInput, LogBroken, MissingKey, NotFound
from secretsapp.core.keyring import generate_key
from secretsapp.log import checkpoints, growing, proving, standing, tree
from secretsapp.log.verifying import verify
from secretsapp.models import AuditEvent, AuditHead, AuditSubtree, Checkpoint
from secretsapp.people import sign_ins
from secretsapp.rules import triggers
from tests.stage import STAGEHAND, Cast
from tests.support.database import execute
from tests.support.long_log import lengthen
from tests.support.plans import plans
from tests.support.tampering import behind_the_back
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

WORKER = actors.system("checkpoint")
HEAD_AT_590 = (
    "UPDATE secretsapp_audithead SET sequence = 590, link = (SELECT link FROM "
    "secretsapp_auditevent WHERE sequence = 590)"
)


def sign_in(cast: Cast) -> None:
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)


def contents() -> list[bytes]:
    return [
        bytes.fromhex(content)
        for content in AuditEvent.objects.order_by("sequence").values_list("content", flat=True)
    ]


def root_of(entries: list[bytes]) -> bytes:
    grown = merkle.Growing()
    for entry in entries:
        grown.add(entry)
    return grown.root()


def opened(found: Checkpoint) -> signed_notes.Checkpoint:
    text, _ = signed_notes.opened(found.note, [signed_notes.verifier(found.verifier)])
    return signed_notes.checkpoint(text)


def test_a_checkpoint_is_a_signed_note_of_every_event_and_an_event_itself(
    cast: Cast, settings: Settings
) -> None:
    settings.SITE_URL = "https://sealroom.example.com/team/"
    size, watch = AuditEvent.objects.count(), Watch()
    made = checkpoints.make(cast["admin"].actor)
    assert watch.tags == ["checkpoint.made"]
    note = opened(made)
    assert (made.number, made.size, note.size) == (1, size, size)
    assert note.root == bytes.fromhex(made.root) == root_of(contents()[:size])
    assert note.origin.startswith("sealroom.example.com/team/audit/")
    assert made.verifier.startswith(f"{note.origin}+")
    # Its own event is no reason for another.
    assert checkpoints.make(STAGEHAND) == made
    settings.SITE_URL = "https://elsewhere.example.com"
    sign_in(cast)
    second = checkpoints.make(STAGEHAND)
    assert (second.number, second.size) == (2, size + 2)
    assert opened(second).origin == note.origin
    assert verify(STAGEHAND).events == size + 3


def test_whoever_reads_less_than_all_of_the_log_makes_none(cast: Cast) -> None:
    for name in ("manager", "auditor", "viewer", "stranger"):
        with pytest.raises(Forbidden):
            checkpoints.make(cast[name].actor)
        with pytest.raises(Forbidden):
            proving.newest(cast[name].actor)
    assert not Checkpoint.objects.exists()


def test_the_worker_makes_one_at_intervals_if_something_happened(
    cast: Cast, settings: Settings
) -> None:
    settings.CHECKPOINT_MINUTES = 30
    assert checkpoints.make_due(WORKER) is not None
    sign_in(cast)
    assert checkpoints.make_due(WORKER) is None
    later("made_at", 31)
    second = checkpoints.make_due(WORKER)
    assert second is not None
    assert second.number == 2
    later("made_at", 31)
    assert checkpoints.make_due(WORKER) is None


def later(column: str, minutes: int) -> None:
    """Let the checkpoints be so much older."""
    triggers.remove()
    Checkpoint.objects.update(**{column: timezone.now() - timedelta(minutes=minutes)})
    triggers.install()


def test_without_a_key_none_is_made_and_the_rest_goes_on(
    cast: Cast, settings: Settings, tmp_path: object
) -> None:
    settings.AUDIT_KEYS = (settings.KEYS_DIR / "audit_keys").read_text()
    settings.KEYS_DIR = tmp_path
    assert checkpoints.make_due(WORKER) is None
    with pytest.raises(MissingKey, match="CHECKPOINT_KEYS is not set"):
        checkpoints.make(STAGEHAND)


def test_a_new_key_is_announced_by_both(cast: Cast, settings: Settings) -> None:
    old, new = generate_key(), generate_key()
    settings.CHECKPOINT_KEYS = old
    first = checkpoints.make(STAGEHAND)
    settings.CHECKPOINT_KEYS = f"{new} {old}"
    watch = Watch()
    second = checkpoints.make(STAGEHAND)
    assert watch.tags == ["checkpoint.made", "checkpoint_key.rotated"]
    known = [signed_notes.verifier(each.verifier) for each in (first, second)]
    assert set(signed_notes.opened(second.note, known)[1]) == set(known)
    sign_in(cast)
    third = checkpoints.make(STAGEHAND)
    assert signed_notes.opened(third.note, known)[1] == [known[1]]
    assert verify(STAGEHAND).events == AuditEvent.objects.count()


class TestLong:
    """A log of more events than a subtree has."""

    @pytest.fixture(autouse=True)
    def _long(self, cast: Cast) -> None:
        with transaction.atomic():
            lengthen(600)

    def test_it_is_proved_from_a_few_stored_rows(self) -> None:
        assert growing.extend(at_most=1) == 256
        assert growing.extend() == 256
        assert growing.extend() == 0
        rows = AuditSubtree.objects.values_list("level", "place")
        assert sorted(rows) == [(8, 0), (8, 1)]
        entries = contents()
        for size in (1, 255, 256, 257, 512, 600):
            assert merkle.root(tree.Stored(), size) == root_of(entries[:size])

    def test_it_grows_and_is_checked_without_reading_the_whole_log(self) -> None:
        with plans("secretsapp_auditevent") as told:
            growing.extend(at_most=1)
            growing.extend()
            tree.verify(550, 560)
            tree.link_of(300)
        assert len(told) > 4
        whole = re.compile("SCAN secretsapp_auditevent'|Seq Scan")
        assert not [plan for plan in told if whole.search(plan)]

    def test_above_256_stored_subtrees_another_is_stored(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (tree, growing):
            monkeypatch.setattr(module, "BITS", 2)
            monkeypatch.setattr(module, "WIDTH", 4)
        growing.extend(at_most=10)
        while growing.extend():
            pass
        counts = [AuditSubtree.objects.filter(level=level).count() for level in (2, 4, 6, 8, 10)]
        assert counts == [150, 37, 9, 2, 0]
        assert merkle.root(tree.Stored(), 600) == root_of(contents())
        assert verify(STAGEHAND).events == 600

    def test_the_first_checkpoint_of_an_old_log_waits_for_the_tree(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(growing.extend, "__defaults__", (1,))
        assert checkpoints.make_due(WORKER) is None
        made = checkpoints.make_due(WORKER)
        assert made is not None
        assert made.size == 600

    def test_an_event_is_proved_and_a_log_that_only_grew(self, cast: Cast) -> None:
        first = checkpoints.make(STAGEHAND)
        sign_in(cast)
        second = checkpoints.make(STAGEHAND)
        proof = proving.inclusion(STAGEHAND, 300)
        head, _, note = proof.text.partition("\n\n")
        lines = head.splitlines()
        assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 299"]
        assert note == second.note
        assert merkle.includes(
            root=bytes.fromhex(second.root),
            size=second.size,
            leaf=merkle.leaf_hash(proof.entry),
            index=299,
            proof=[base64.b64decode(line) for line in lines[2:]],
        )
        hashes = proving.consistency(STAGEHAND, first.size)
        assert merkle.is_consistent(
            old_root=bytes.fromhex(first.root),
            old_size=first.size,
            root=bytes.fromhex(second.root),
            size=second.size,
            proof=[base64.b64decode(line) for line in hashes],
        )
        for number in (0, second.size + 1):
            with pytest.raises(NotFound, match="can't prove event"):
                proving.inclusion(STAGEHAND, number)
        with pytest.raises(InvalidInput, match="Give the size"):
            proving.consistency(STAGEHAND, second.size + 1)

    @pytest.mark.parametrize(
        ("statements", "named"),
        [
            (["UPDATE secretsapp_auditevent SET actor_name = 'x' WHERE sequence = 300"], "300"),
            (["UPDATE secretsapp_auditevent SET content = link WHERE sequence = 300"], "300"),
            (["DELETE FROM secretsapp_auditevent WHERE sequence = 300"], "Event 300 is missing"),
            (
                [
                    "UPDATE secretsapp_auditevent SET sequence = -1 WHERE sequence = 300",
                    "UPDATE secretsapp_auditevent SET sequence = 300 WHERE sequence = 301",
                    "UPDATE secretsapp_auditevent SET sequence = 301 WHERE sequence = -1",
                ],
                "Event 300 was edited",
            ),
            (
                ["DELETE FROM secretsapp_auditevent WHERE sequence > 590", HEAD_AT_590],
                "Checkpoint 1 is of 600 events, but the log has 590",
            ),
            (
                ["UPDATE secretsapp_auditsubtree SET hash = '00' WHERE place = 1"],
                "edited at events 257 to 512",
            ),
            (
                ["DELETE FROM secretsapp_auditsubtree WHERE place = 0"],
                "edited at events 257 to 512",
            ),
            (["UPDATE secretsapp_checkpoint SET size = 599"], "Checkpoint 1"),
            (["UPDATE secretsapp_checkpoint SET note = 'x'"], "Checkpoint 1 was edited"),
            (["UPDATE secretsapp_checkpoint SET key_id = 'x'"], "what the audit log says of it"),
            (["DELETE FROM secretsapp_checkpoint"], "Checkpoint 1 is missing"),
        ],
    )
    def test_what_someone_did_behind_its_back_is_found_and_named(
        self, statements: list[str], named: str
    ) -> None:
        checkpoints.make(STAGEHAND)
        behind_the_back(*statements)
        with pytest.raises(LogBroken, match=named):
            verify(STAGEHAND)

    def test_a_broken_log_is_told_and_signs_nothing_until_it_is_whole_again(
        self, cast: Cast
    ) -> None:
        checkpoints.make(STAGEHAND)
        sign_in(cast)
        newest = AuditHead.objects.get().sequence
        name = AuditEvent.objects.get(sequence=newest).actor_name
        edit = "UPDATE secretsapp_auditevent SET actor_name = '{}' WHERE sequence = {}"
        behind_the_back(edit.format("someone else", newest))
        later("made_at", 100)
        with pytest.raises(LogBroken, match=f"Event {newest} was edited"):
            checkpoints.make_due(WORKER)
        alarm = standing.alarm()
        assert alarm is not None
        assert standing.reason_of(alarm).startswith(f"Event {newest} was edited")
        # Once a day is often enough for the worker; a person is told again.
        assert checkpoints.make_due(WORKER) is None
        with pytest.raises(LogBroken):
            checkpoints.make(STAGEHAND)
        behind_the_back(edit.format(name, newest))
        checkpoints.make(STAGEHAND)
        assert standing.alarm() is None

    def test_a_log_that_was_rebuilt_before_its_last_checkpoint_is_found(self, cast: Cast) -> None:
        checkpoints.make(STAGEHAND)
        behind_the_back(
            f"UPDATE secretsapp_auditsubtree SET hash = '{merkle.EMPTY_ROOT.hex()}' WHERE place = 0"
        )
        sign_in(cast)
        with pytest.raises(LogBroken, match="edited at events 1 to 256"):
            checkpoints.make(STAGEHAND)

    @pytest.mark.parametrize("change", ["root = 'x'", "note = 'x'", "verifier = 'x'"])
    def test_nothing_continues_a_checkpoint_that_was_edited(self, change: str) -> None:
        checkpoints.make(STAGEHAND)
        behind_the_back(f"UPDATE secretsapp_checkpoint SET {change}")
        with pytest.raises(LogBroken, match="Checkpoint 1"):
            checkpoints.make(STAGEHAND)

    def test_a_key_that_someone_wrote_beside_a_checkpoint_is_not_ours(self) -> None:
        made = checkpoints.make(STAGEHAND)
        theirs = signed_notes.signer(opened(made).origin, bytes(32))
        note = signed_notes.sign(str(opened(made)), [theirs])
        behind_the_back(
            f"UPDATE secretsapp_checkpoint SET verifier = '{theirs.verifier}', note = '{note}'"
        )
        for ask in (proving.newest, proving.verifiers, checkpoints.make):
            with pytest.raises(LogBroken, match="Checkpoint 1 was edited"):
                ask(STAGEHAND)

    def test_the_first_checkpoint_believes_no_tree_that_waited_for_it(self) -> None:
        growing.extend()
        event = AuditEvent.objects.get(sequence=7)
        event.actor_name = "someone else"
        forged = chain.content_hash(event.chained_fields())
        entries = contents()[:256]
        entries[6] = bytes.fromhex(forged)
        behind_the_back(
            f"UPDATE secretsapp_auditevent SET actor_name = '{event.actor_name}', "
            f"content = '{forged}' WHERE sequence = 7",
            f"UPDATE secretsapp_auditsubtree SET hash = '{root_of(entries).hex()}' WHERE place = 0",
        )
        with pytest.raises(LogBroken, match="Event 7 "):
            checkpoints.make(STAGEHAND)
        assert not Checkpoint.objects.exists()

    def test_the_engine_keeps_tree_and_checkpoints_as_they_came(self) -> None:
        checkpoints.make(STAGEHAND)
        for statement in (
            "UPDATE secretsapp_auditsubtree SET hash = 'x'",
            "DELETE FROM secretsapp_auditsubtree",
            "INSERT INTO secretsapp_auditsubtree (level, place, hash) VALUES (8, 3, 'x')",
            "INSERT INTO secretsapp_auditsubtree (level, place, hash) VALUES (16, 1, 'x')",
            "UPDATE secretsapp_checkpoint SET note = 'x'",
            "DELETE FROM secretsapp_checkpoint",
            checkpoint_row(number=3, size=700),
            checkpoint_row(number=2, size=600),
        ):
            with pytest.raises(DatabaseError, match="only ever inserted"), transaction.atomic():
                execute(statement)


def checkpoint_row(number: int, size: int) -> str:
    return (
        "INSERT INTO secretsapp_checkpoint (number, size, root, note, key_id, verifier, made_at) "
        f"SELECT {number}, {size}, root, note, key_id, verifier, made_at FROM secretsapp_checkpoint"
    )
