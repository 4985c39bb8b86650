"""What strangers can bring about is told in bounded numbers, and the rest is counted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import LogBroken
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.people import PersonEvent
from secretsapp.models import AuditEvent, Tally
from secretsapp.rules import noting
from secretsapp.rules.noting import note
from tests.stage import Cast
from tests.support.breaking import lose_head
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

FAILED, REFUSED, CODE = (
    PersonEvent.PERSON_SIGN_IN_FAILED,
    AccessEvent.ACCESS_REFUSED,
    PersonEvent.CODE_REFUSED,
)
TOLD = noting.TOLD


def stranger(number: int) -> Actor:
    """Someone not signed in, in a network of their own."""
    address = f"2001:db8:{number:x}::1"
    return Actor(ActorKind.SYSTEM, "someone not signed in", Door.BROWSER, address=address)


def at(start: datetime, **later: float) -> time_machine.travel:
    """The time so long after the start."""
    return time_machine.travel(start + timedelta(**later), tick=False)


def test_a_flood_of_strangers_is_told_in_a_few_events_and_one_that_counts_the_rest() -> None:
    watch, start = Watch(), timezone.now()
    with at(start):
        for number in range(80):
            note(stranger(number), FAILED)
    assert watch.tags == [FAILED.tag] * TOLD["nobody"]
    with at(start, seconds=59):
        assert noting.tell_counted() == 0
    with at(start, seconds=61):
        assert (noting.tell_counted(), noting.tell_counted()) == (1, 0)
    assert watch.tags == [FAILED.tag] * TOLD["nobody"] + ["log.counted"]
    assert detail(watch.last) == {
        "count": "75",
        "what": "failed sign-ins",
        "since": f"{start:%H:%M} UTC",
        "networks": "75",
    }
    assert (watch.last.actor_kind, watch.last.actor_name) == ("system", "Sealroom (log)")


def test_networks_are_counted_up_to_a_number_and_as_wide_as_one_may_have() -> None:
    start = timezone.now()
    with at(start):
        for number in range(noting.NETWORKS_COUNTED + 30):
            note(stranger(number), CODE)
    with at(start, minutes=1):
        noting.tell_counted()
        for number in range(20):
            note(replace(stranger(0), address=f"2001:db8:0:{number}::1"), CODE)
    with at(start, minutes=4):
        noting.tell_counted()
    found = AuditEvent.objects.filter(tag="log.counted").order_by("sequence")
    assert [detail(event)["networks"] for event in found] == ["100 or more", "1"]


def test_the_next_that_is_noted_tells_what_was_counted_before_it() -> None:
    watch, start = Watch(), timezone.now()
    for seconds in (0, 61):
        with at(start, seconds=seconds):
            for number in range(7):
                note(stranger(number), CODE)
    told = [CODE.tag] * TOLD["nobody"]
    assert watch.tags == [*told, "log.counted", *told]


def test_a_flood_that_goes_on_is_told_ever_more_rarely_and_a_pause_ends_that() -> None:
    watch, start = Watch(), timezone.now()
    for minute in range(120):
        with at(start, minutes=minute, seconds=1):
            for number in range(7):
                note(stranger(minute * 7 + number), FAILED)
    assert len(watch.events) < 70
    assert Tally.objects.get().minutes == noting.LONGEST_MINUTES
    with at(start, minutes=140):
        noting.tell_counted()
    with at(start, minutes=160):
        note(stranger(1), FAILED)
    assert Tally.objects.get().minutes == 1
    assert watch.tags[-2:] == ["log.counted", FAILED.tag]


def test_a_flood_hides_nothing_that_concerns_an_account(cast: Cast) -> None:
    for number in range(50):
        note(stranger(number), FAILED)
    watch = Watch()
    for role in ("admin", "viewer"):
        note(stranger(1), FAILED, subject=cast[role].user)
    assert [event.subject_name for event in watch.events] == [
        "admin@example.com",
        "viewer@example.com",
    ]


def test_a_flood_about_one_account_hides_no_first_of_another(cast: Cast) -> None:
    watch = Watch()
    for number in range(50):
        note(stranger(number), FAILED, subject=cast["admin"].user)
    assert len(watch.events) == 1 + TOLD["further"]
    note(stranger(1), FAILED, subject=cast["viewer"].user)
    assert watch.last.subject_name == "viewer@example.com"


def test_a_flood_of_refusals_of_one_person_hides_no_first_of_another(cast: Cast) -> None:
    watch, viewer = Watch(), cast["viewer"].actor
    for number in range(50):
        note(replace(viewer, address=stranger(number).address), REFUSED)
    assert len(watch.events) == 1 + TOLD["further"]
    note(cast["editor"].actor, REFUSED)
    assert watch.last.actor_name == "editor@example.com"


def test_first_ones_are_bounded_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(noting.TOLD, "first", 3)
    watch = Watch()
    for role in ("admin", "manager", "editor", "rotator", "viewer"):
        note(stranger(1), FAILED, subject=cast[role].user)
    assert len(watch.events) == 3


def test_a_clock_that_was_put_back_stops_no_telling() -> None:
    start = timezone.now()
    with at(start, minutes=5):
        note(stranger(1), FAILED)
    watch = Watch()
    with at(start):
        note(stranger(2), FAILED)
    assert watch.tags == [FAILED.tag]


def test_a_clock_that_is_a_little_behind_begins_no_time_again() -> None:
    watch, start = Watch(), timezone.now()
    for number in range(20):
        with at(start, seconds=-30 if number % 2 else 0):
            note(stranger(number), FAILED)
    assert len(watch.events) == TOLD["nobody"]


@pytest.mark.django_db(transaction=True)
def test_the_bound_holds_over_all_who_note_at_once() -> None:
    def note_some(first: int) -> None:
        for number in range(first, first + 5):
            note(stranger(number), FAILED)

    watch = Watch()
    actions = [lambda first=first: note_some(first) for first in (0, 10, 20, 30)]
    assert together(*actions) == [None] * 4
    assert len(watch.events) == TOLD["nobody"]
    assert Tally.objects.get().untold == 20 - TOLD["nobody"]


@pytest.mark.django_db(transaction=True)
def test_what_was_counted_is_told_once_by_several_at_once() -> None:
    with at(timezone.now(), minutes=-2):
        for number in range(9):
            note(stranger(number), FAILED)
    assert sorted(map(str, together(*[noting.tell_counted] * 3))) == ["0", "0", "1"]
    assert AuditEvent.objects.filter(tag="log.counted").count() == 1


def test_where_the_log_cannot_be_written_nothing_is_counted_as_told() -> None:
    lose_head()
    with pytest.raises(LogBroken):
        note(stranger(1), FAILED)
    assert not Tally.objects.exists()
