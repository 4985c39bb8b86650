"""Verifying the log: a whole chain verifies, and an anchor is read as it was printed."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, strategies
from pytest_django import Settings

from secretsapp.core import chain as chains
from secretsapp.core.errors import Forbidden, InvalidInput, LogBroken, MissingKey
from secretsapp.core.keyring import generate_key
from secretsapp.log import stored_events
from secretsapp.log.checking import Anchor
from secretsapp.log.verifying import parse_anchor, verify
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.rules import triggers
from tests.stage import STAGEHAND, Cast
from tests.support.breaking import lose_head

LINKS = strategies.text("0123456789abcdef", min_size=64, max_size=64)

database = [pytest.mark.django_db, pytest.mark.engine]


@given(sequence=strategies.integers(0, 2**63 - 1), link=LINKS)
def test_an_anchor_is_read_as_it_was_printed(sequence: int, link: str) -> None:
    assert parse_anchor(f" {sequence}:{link}\n") == Anchor(sequence, link)


@given(text=strategies.text(max_size=60))
def test_any_other_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidInput, match="An anchor is SEQ:LINK, as verify_audit") as caught:
        parse_anchor(text)
    assert caught.value.field == "anchor"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "1",
        "1:",
        f":{'0' * 64}",
        f"-1:{'0' * 64}",
        f"\N{ARABIC-INDIC DIGIT ONE}:{'0' * 64}",
        f"\N{SUPERSCRIPT TWO}:{'0' * 64}",
        f"1:{'0' * 63}",
        f"1:{'0' * 65}",
        f"1:{'A' * 64}",
        f"1:{'g' * 64}",
        f"1:{'0' * 64}:",
        f"{'9' * 5000}:{'0' * 64}",
    ],
)
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_anchor(text)


class TestWhole:
    """A log that nobody touched."""

    pytestmark = database

    def test_it_verifies_and_gives_the_next_anchor(self, cast: Cast) -> None:
        head = AuditHead.objects.get()
        verified = verify(STAGEHAND)
        assert verified.events == AuditEvent.objects.count() == head.sequence
        assert verified.head == Anchor(head.sequence, head.link)

    def test_it_verifies_in_chunks(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stored_events, "CHUNK", 3)
        assert verify(STAGEHAND).events == AuditEvent.objects.count() > 6

    def test_every_event_is_read_by_the_table_and_by_no_index(self, cast: Cast) -> None:
        with CaptureQueriesContext(connection) as asked:
            verify(STAGEHAND)
        # Django orders by the place of a column that it selects.
        ordered = re.compile('secretsapp_auditevent".* ORDER BY ["1]', re.DOTALL)
        queries = [query["sql"] for query in asked.captured_queries]
        of_all = list(filter(ordered.search, queries))
        if connection.vendor == "sqlite":
            assert all("NOT INDEXED" in query for query in of_all)
            plan = "EXPLAIN QUERY PLAN "
        else:
            assert sum("'off', true" in query["sql"] for query in asked.captured_queries) == 9
            plan = "EXPLAIN "
        with stored_events.by_the_table(), connection.cursor() as cursor:
            cursor.execute(plan + of_all[-1])
            said = str(cursor.fetchall())
        assert re.search("SCAN secretsapp_auditevent'|Seq Scan", said), said
        assert "INDEX" not in said.upper()

    def test_an_empty_log_is_whole(self, db: None) -> None:
        verified = verify(STAGEHAND, Anchor(0, chains.START_OF_CHAIN))
        assert verified.events == AuditEvent.objects.count()

    def test_every_event_of_it_is_an_anchor(self, cast: Cast) -> None:
        for event in AuditEvent.objects.all():
            verify(STAGEHAND, Anchor(event.sequence, event.link))
        verify(STAGEHAND, Anchor(0, chains.START_OF_CHAIN))

    def test_an_anchor_it_does_not_hold_is_missed(self, cast: Cast) -> None:
        head = AuditHead.objects.get()
        for anchor in (Anchor(head.sequence + 1, head.link), Anchor(1, head.link)):
            with pytest.raises(LogBroken, match=f"event {anchor.sequence} is missing or is not"):
                verify(STAGEHAND, anchor)

    @pytest.mark.parametrize("who", ["manager", "auditor", "stranger"])
    def test_who_may_not_read_all_of_it_may_not_verify_it(self, cast: Cast, who: str) -> None:
        with pytest.raises(Forbidden):
            verify(cast[who].actor)
        assert verify(cast["admin"].actor).events > 0


class TestBroken:
    """What is looked at beside the events themselves, and events that do not fit."""

    pytestmark = database

    def test_absent_triggers_are_named(self, cast: Cast) -> None:
        triggers.remove()
        with pytest.raises(LogBroken, match=r"are missing: audit_event_.*audit_head_delete"):
            verify(STAGEHAND)

    def test_a_missing_head_is_told(self, cast: Cast) -> None:
        lose_head()
        with pytest.raises(LogBroken, match="head of the audit log is missing"):
            verify(STAGEHAND)

    def test_an_audit_key_that_is_gone_is_named(self, cast: Cast, settings: Settings) -> None:
        settings.AUDIT_KEYS = generate_key()
        with pytest.raises(MissingKey, match="Add it to AUDIT_KEYS"):
            verify(STAGEHAND)

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("format", 3, "Event 4 has an unknown format"),
            ("format", 1, "Event 4 was edited"),
            ("session_id", "9f86d081884c7d65", "Event 4 was edited"),
            ("actor_name", "someone else", "Event 4 was edited"),
            ("link", "0" * 64, "Event 4 doesn't follow event 3"),
            ("mac", "0" * 64, "Event 4 was not written with our audit key"),
            ("mac", "ä", "Event 4 was not written with our audit key"),
            ("sequence", 10**6, "Event 4 is missing: the next one is number 5"),
        ],
    )
    def test_a_row_that_does_not_fit_is_named(
        self, cast: Cast, field: str, value: object, words: str
    ) -> None:
        triggers.remove()
        AuditEvent.objects.filter(sequence=4).update(**{field: value})
        triggers.install()
        with pytest.raises(LogBroken, match=words):
            verify(STAGEHAND)

    def test_an_end_that_does_not_match_the_head_is_named(self, cast: Cast) -> None:
        last = AuditHead.objects.get().sequence
        triggers.remove()
        AuditEvent.objects.filter(sequence=last).delete()
        triggers.install()
        with pytest.raises(LogBroken, match=f"Event {last} is missing: the end was cut off"):
            verify(STAGEHAND)
        triggers.remove()
        AuditHead.objects.update(sequence=last - 1)
        triggers.install()
        with pytest.raises(LogBroken, match=f"doesn't match event {last - 1}"):
            verify(STAGEHAND)
