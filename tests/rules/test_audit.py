"""Appending: in a transaction, behind the last event, or not at all."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from secretsapp.core import chain
from secretsapp.core.actor import Door
from secretsapp.core.errors import LogBroken, MissingKey
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.keyring import generate_key
from secretsapp.models import AuditEvent, AuditHead, Universe
from secretsapp.rules import audit
from secretsapp.rules.keys import audit_ring
from tests.stage import STAGEHAND, Cast
from tests.support.breaking import lose_audit_keys, lose_head
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def entry(cast: Cast, universe: Universe) -> audit.Entry:
    """An entry in which every field is filled."""
    return audit.Entry(
        AccessEvent.ACCESS_REFUSED,
        cast["viewer"].actor,
        universe,
        "PAY_KEY",
        subject=cast["editor"].user,
        change_id="change",
        detail={"permission": "delete ☃"},
    )


def append(*entries: audit.Entry) -> None:
    """Append in a transaction."""
    with transaction.atomic():
        audit.append(*entries)


def test_an_event_holds_everything_and_follows_from_the_last(
    universe: Universe, cast: Cast
) -> None:
    head = AuditHead.objects.get()
    append(entry(cast, universe))
    event = AuditEvent.objects.get(sequence=head.sequence + 1)
    assert (event.tag, event.actor_kind, event.door) == ("access.refused", "person", "browser")
    assert (event.actor_id, event.address) == (str(cast["viewer"].user.pk), "127.0.0.1")
    assert (event.universe_id, event.secret_name) == (str(universe.pk), "PAY_KEY")
    assert (event.subject_kind, event.subject_id) == ("person", str(cast["editor"].user.pk))
    assert (event.change_id, detail(event)) == ("change", {"permission": "delete ☃"})
    assert event.content == chain.content_hash(event.chained_fields())
    assert event.link == chain.link_hash(head.link, event.content)
    assert audit_ring().verifies(event.link, mac=event.mac, key_id=event.key_id)
    moved = AuditHead.objects.get()
    assert (moved.sequence, moved.link) == (event.sequence, event.link)


def test_an_api_key_is_named_as_a_subject_and_a_command_without_an_id(universe: Universe) -> None:
    watch = Watch()
    append(audit.Entry(KeyEvent.API_KEY_TESTED, STAGEHAND, subject=universe.api_key))
    event = watch.last
    assert (event.subject_kind, event.subject_name) == ("api_key", "automation")
    assert (event.actor_kind, event.actor_id, event.universe_id) == ("command", "", "")


def test_several_entries_stand_in_their_order(universe: Universe, cast: Cast) -> None:
    watch = Watch()
    append(entry(cast, universe), audit.Entry(PersonEvent.PERSON_SIGNED_IN, cast["viewer"].actor))
    assert watch.tags == ["access.refused", "person.signed_in"]
    first, second = watch.events
    assert second.sequence == first.sequence + 1
    assert second.link == chain.link_hash(first.link, second.content)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_appended(universe: Universe, cast: Cast) -> None:
    watch = Watch()
    with pytest.raises(LogBroken, match="in the transaction of what it records"):
        audit.append(entry(cast, universe))
    assert watch.tags == []


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_the_transaction_it_belongs_to(universe: Universe, cast: Cast) -> None:
    head, watch = AuditHead.objects.values_list().get(), Watch()
    with transaction.atomic():
        audit.append(entry(cast, universe))
        transaction.set_rollback(True)
    assert (AuditHead.objects.values_list().get(), watch.tags) == (head, [])
    append(entry(cast, universe))
    assert watch.tags == ["access.refused"]


def test_a_missing_head_is_broken_and_not_a_new_log(universe: Universe, cast: Cast) -> None:
    lose_head()
    watch = Watch()
    with pytest.raises(LogBroken, match=r"Run `manage.py verify_audit` and restore a backup"):
        append(entry(cast, universe))
    assert (watch.tags, AuditHead.objects.exists()) == ([], False)


def test_without_an_audit_key_nothing_is_appended(
    universe: Universe, cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    head, watch = AuditHead.objects.values_list().get(), Watch()
    lose_audit_keys(settings, tmp_path)
    with pytest.raises(MissingKey):
        append(entry(cast, universe))
    assert (AuditHead.objects.values_list().get(), watch.tags) == (head, [])


def test_the_first_audit_key_signs(universe: Universe, cast: Cast, settings: Settings) -> None:
    old = (Path(settings.KEYS_DIR) / "audit_keys").read_text("ascii")
    settings.AUDIT_KEYS = f"{generate_key()} {old}"
    watch = Watch()
    append(entry(cast, universe))
    event, earlier = watch.last, AuditEvent.objects.get(sequence=1)
    assert event.key_id == audit_ring().current_key_id != earlier.key_id
    for found in (event, earlier):
        assert audit_ring().verifies(found.link, mac=found.mac, key_id=found.key_id)


def test_an_equal_entry_is_looked_for_among_the_newest_events_alone(
    universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "EQUAL_AMONG", 3)
    wanted, other = entry(cast, universe), audit.Entry(PersonEvent.PERSON_SIGNED_IN, STAGEHAND)
    before = timezone.now() - timedelta(minutes=1)
    append(wanted, other, other)
    assert audit.has_equal(wanted, since=before)
    assert not audit.has_equal(wanted, since=timezone.now())
    append(other)
    assert not audit.has_equal(wanted, since=before)


def test_by_another_way_an_entry_is_another_but_about_the_same(
    universe: Universe, cast: Cast
) -> None:
    here, before = entry(cast, universe), timezone.now() - timedelta(minutes=1)
    append(here)
    by_shell = replace(here.actor, door=Door.SHELL)
    for actor in (by_shell, replace(here.actor, address="192.0.2.7")):
        other = replace(here, actor=actor)
        assert not audit.has_equal(other, since=before)
        assert audit.has_alike(other, since=before)
    assert not audit.has_alike(replace(here, subject=cast["viewer"].user), since=before)
    assert not audit.has_alike(replace(here, subject=None), since=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_threads_that_append_at_once_leave_one_whole_chain(universe: Universe, cast: Cast) -> None:
    watch = Watch()

    def append_five() -> None:
        for _ in range(5):
            append(entry(cast, universe))

    assert together(append_five, append_five, append_five) == [None] * 3
    events = watch.events
    assert len(events) == 15
    for earlier, later in pairwise(events):
        assert later.sequence == earlier.sequence + 1
        assert later.link == chain.link_hash(earlier.link, later.content)
