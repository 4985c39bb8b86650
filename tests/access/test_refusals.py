"""Refusals are recorded, at most once a minute for the same one, and counted."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from secretsapp.access import refusals
from secretsapp.core.actor import Door
from secretsapp.core.errors import Forbidden
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import AuditEvent, Universe
from secretsapp.operation import upkeep
from tests.stage import Cast
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def delete_of(universe: Universe, name: str = "PAY_KEY") -> Forbidden:
    """The refusal to delete that secret."""
    return refusal(Permission.DELETE_SECRET, universe.pk, name)


def test_a_refusal_tells_who_wanted_what_where(universe: Universe, cast: Cast) -> None:
    watch = Watch()
    refusals.record(cast["viewer"].actor, delete_of(universe))
    event = watch.last
    assert (event.tag, event.actor_name) == ("access.refused", "viewer@example.com")
    assert (event.universe_name, event.secret_name) == ("Harbor", "PAY_KEY")
    assert detail(event) == {"permission": "delete secrets"}


def test_a_refusal_about_nothing_we_know_is_recorded_all_the_same(cast: Cast) -> None:
    watch, actor = Watch(), cast["viewer"].actor
    refusals.record(actor, refusal(Permission.MANAGE_PEOPLE))
    refusals.record(actor, refusal(Permission.LIST_SECRETS, 404, "PAY_KEY"))
    assert [(event.universe_id, event.secret_name) for event in watch.events] == [("", "")] * 2


def test_the_same_refusal_is_recorded_once_a_minute_and_counted(
    universe: Universe, cast: Cast
) -> None:
    watch, actor = Watch(), cast["viewer"].actor
    start = timezone.now()
    for seconds in (0, 30, 59, 61, 62):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            refusals.record(actor, delete_of(universe))
    refused, counted = "access.refused", "log.counted"
    assert watch.tags == [refused, refused]
    with time_machine.travel(start + timedelta(seconds=130)):
        assert upkeep.tell_counted() == 1
    assert watch.tags == [refused, refused, counted]
    assert (detail(watch.last)["count"], detail(watch.last)["what"]) == ("3", "denied actions")


def test_names_that_no_secret_has_make_no_other_refusal(universe: Universe, cast: Cast) -> None:
    watch, actor = Watch(), cast["editor"].actor
    for name in ("MADE_UP", "MADE_UP_TOO", "x" * 100, "nul \x00"):
        refusals.record(actor, refusal(Permission.CREATE_SECRET, universe.pk, name))
    assert [(event.universe_name, event.secret_name) for event in watch.events] == [("Harbor", "")]


def test_the_same_refusal_from_elsewhere_or_by_another_door_is_another(
    universe: Universe, cast: Cast
) -> None:
    watch, actor = Watch(), cast["viewer"].actor
    by_shell = replace(actor, door=Door.SHELL, address="")
    for who in (by_shell, actor, replace(actor, address="192.0.2.7"), by_shell):
        refusals.record(who, delete_of(universe))
    assert [(event.door, event.address) for event in watch.events] == [
        ("shell", ""),
        ("browser", actor.address),
        ("browser", "192.0.2.7"),
    ]


def test_another_actor_right_or_subject_is_another_refusal(universe: Universe, cast: Cast) -> None:
    watch, actor = Watch(), cast["viewer"].actor
    refusals.record(actor, delete_of(universe))
    refusals.record(cast["rotator"].actor, delete_of(universe))
    refusals.record(actor, delete_of(universe, "PAY_WEBHOOK"))
    refusals.record(actor, refusal(Permission.CREATE_SECRET, universe.pk, "PAY_KEY"))
    refusals.record(actor, refusal(Permission.DELETE_SECRET))
    assert len(watch.events) == 5


@pytest.mark.django_db(transaction=True)
def test_refusals_at_once_are_one_event(universe: Universe, cast: Cast) -> None:
    together(*[lambda: refusals.record(cast["viewer"].actor, delete_of(universe))] * 3)
    assert AuditEvent.objects.filter(tag="access.refused").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_recorded_outside_the_transaction_that_was_refused(
    universe: Universe, cast: Cast
) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        refusals.record(cast["viewer"].actor, delete_of(universe))
