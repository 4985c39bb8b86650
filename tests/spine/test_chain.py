"""Whatever is done to the audit log behind its back is found, and the row is named."""

from collections.abc import Callable

import pytest
from django.db import connection

from secretsapp.core import chain as hashes
from secretsapp.core.errors import LogBroken
from secretsapp.log import verifying
from secretsapp.log.checking import Anchor
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.operation import installation
from secretsapp.rules import triggers
from tests.stage import STAGEHAND, Cast

pytestmark = pytest.mark.engine

Tamper = Callable[[str], None]


@pytest.fixture
def tamper(cast: Cast) -> Tamper:
    """Runs a statement as someone would who can take the triggers off and put them back."""

    def run(statement: str) -> None:
        triggers.remove()
        with connection.cursor() as cursor:
            cursor.execute(statement)
        triggers.install()

    return run


def verify(anchor: Anchor | None = None) -> verifying.Verified:
    return verifying.verify(STAGEHAND, anchor)


def broken(anchor: Anchor | None = None) -> str:
    with pytest.raises(LogBroken) as refusal:
        verify(anchor)
    return str(refusal.value)


COLUMNS = ", ".join(
    str(field.column) for field in AuditEvent._meta.fields if field.column != "sequence"
)


def test_an_untouched_log_verifies_and_gives_its_head(cast: Cast) -> None:
    verified = verify()
    head = AuditHead.objects.get()
    assert verified.events == AuditEvent.objects.count() > 10
    assert verified.head == Anchor(head.sequence, head.link)
    assert verify(verified.head) == verified


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("tag", "'person.signed_in'"),
        ("time", "'2020-01-01 00:00:00+00:00'"),
        ("actor_kind", "'system'"),
        ("actor_id", "'99'"),
        ("actor_name", "'stranger@example.com'"),
        ("door", "'worker'"),
        ("address", "'10.0.0.1'"),
        ("universe_id", "'1'"),
        ("universe_name", "'Elsewhere'"),
        ("secret_name", "'OTHER'"),
        ("subject_kind", "'api_key'"),
        ("subject_id", "'98'"),
        ("subject_name", "'viewer'"),
        ("change_id", "'x'"),
        ("detail", """'{"role": "Admin"}'"""),
        ("content", f"'{'0' * 64}'"),
        ("link", f"'{'0' * 64}'"),
        ("mac", f"'{'0' * 64}'"),
        ("session_id", "'x'"),
        ("request_id", "'x'"),
        ("format", "1"),
        ("format", "3"),
    ],
)
def test_an_edited_event_is_named_whichever_column_was_edited(
    tamper: Tamper, column: str, value: str
) -> None:
    tamper(f"UPDATE secretsapp_auditevent SET {column} = {value} WHERE sequence = 7")
    assert "Event 7 " in broken()


def test_an_event_edited_together_with_its_hashes_lacks_our_mac(tamper: Tamper) -> None:
    event = AuditEvent.objects.get(sequence=AuditHead.objects.get().sequence)
    event.actor_name = "stranger@example.com"
    content = hashes.content_hash(event.chained_fields())
    previous = AuditEvent.objects.get(sequence=event.sequence - 1).link
    link = hashes.link_hash(previous, content)
    tamper(
        f"UPDATE secretsapp_auditevent SET actor_name = '{event.actor_name}', "
        f"content = '{content}', link = '{link}' WHERE sequence = {event.sequence}"
    )
    assert f"Event {event.sequence} was not written with our audit key" in broken()


def test_a_deleted_event_is_named(tamper: Tamper) -> None:
    tamper("DELETE FROM secretsapp_auditevent WHERE sequence = 5")
    assert "Event 5 is missing" in broken()


def test_a_deleted_first_event_is_named(tamper: Tamper) -> None:
    tamper("DELETE FROM secretsapp_auditevent WHERE sequence = 1")
    assert "Event 1 is missing" in broken()


def test_two_events_that_changed_places_are_found(tamper: Tamper) -> None:
    tamper("UPDATE secretsapp_auditevent SET sequence = -4 WHERE sequence = 4")
    tamper("UPDATE secretsapp_auditevent SET sequence = 4 WHERE sequence = 5")
    tamper("UPDATE secretsapp_auditevent SET sequence = 5 WHERE sequence = -4")
    assert "Event 4 " in broken()


def test_an_event_inserted_at_the_end_is_found(tamper: Tamper) -> None:
    last = AuditHead.objects.get().sequence
    tamper(
        f"INSERT INTO secretsapp_auditevent (sequence, {COLUMNS}) "
        f"SELECT {last + 1}, {COLUMNS} FROM secretsapp_auditevent WHERE sequence = {last}"
    )
    assert f"Event {last + 1} " in broken()


@pytest.mark.parametrize("sequence", [0, -3])
def test_an_event_inserted_before_the_first_is_found(tamper: Tamper, sequence: int) -> None:
    tamper(
        f"INSERT INTO secretsapp_auditevent (sequence, {COLUMNS}) "
        f"SELECT {sequence}, {COLUMNS} FROM secretsapp_auditevent WHERE sequence = 1"
    )
    assert "Event 1 is missing" in broken()


def test_an_event_replaced_by_a_copy_of_another_is_found(tamper: Tamper) -> None:
    tamper("DELETE FROM secretsapp_auditevent WHERE sequence = 6")
    tamper(
        f"INSERT INTO secretsapp_auditevent (sequence, {COLUMNS}) "
        f"SELECT 6, {COLUMNS} FROM secretsapp_auditevent WHERE sequence = 8"
    )
    assert "Event 6 " in broken()


def test_a_cut_off_end_is_found_by_the_head(tamper: Tamper) -> None:
    last = AuditHead.objects.get().sequence
    tamper(f"DELETE FROM secretsapp_auditevent WHERE sequence > {last - 3}")
    assert f"Event {last - 2} is missing: the end was cut off" in broken()


def cut_off_with_the_head(tamper: Tamper) -> None:
    last = AuditHead.objects.get().sequence
    link = AuditEvent.objects.get(sequence=last - 3).link
    tamper(f"DELETE FROM secretsapp_auditevent WHERE sequence > {last - 3}")
    tamper(f"UPDATE secretsapp_audithead SET sequence = {last - 3}, link = '{link}'")


def test_an_end_cut_off_together_with_the_head_is_found_against_an_anchor(tamper: Tamper) -> None:
    anchor = verify().head
    cut_off_with_the_head(tamper)
    assert f"event {anchor.sequence} is missing or is not the one that was noted" in broken(anchor)


def test_without_an_anchor_such_an_end_is_not_found_which_is_why_anchors_are_noted(
    tamper: Tamper,
) -> None:
    events = verify().events
    cut_off_with_the_head(tamper)
    assert verify().events == events - 3


def test_a_log_that_is_emptied_does_not_verify(tamper: Tamper) -> None:
    tamper("DELETE FROM secretsapp_auditevent")
    assert "Event 1 is missing" in broken()


def test_a_missing_head_means_broken_and_not_empty(tamper: Tamper) -> None:
    tamper("DELETE FROM secretsapp_audithead")
    assert "tampered" in broken()
    with pytest.raises(LogBroken, match="tampered"):
        installation.prepare_database()


def test_a_head_that_points_elsewhere_is_found(tamper: Tamper) -> None:
    tamper(f"UPDATE secretsapp_audithead SET link = '{'f' * 64}'")
    assert "head of the log doesn't match" in broken()


def test_missing_triggers_are_found_before_anything_is_read(cast: Cast) -> None:
    triggers.remove()
    assert "Triggers" in broken()
