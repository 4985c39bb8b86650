"""What happened lately: the log to those who read it, to others the events of their secrets."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.secrets import SecretEvent, UniverseEvent
from secretsapp.core.roles import Role
from secretsapp.home import activity
from secretsapp.log import reading
from secretsapp.log.refused import Refusals
from secretsapp.models import Secret, Universe
from secretsapp.rules import audit, triggers
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import make

pytestmark = pytest.mark.django_db

UNREADABLE_TIME = "2020-13-45 00:00:00" if connection.vendor == "sqlite" else "infinity"


def tags(cast: Cast, who: str) -> list[str]:
    """The tags of what that person is told, the newest first."""
    return [happening.event.tag for happening in activity.read_activity(cast[who].actor).happenings]


def refusals(cast: Cast, who: str) -> list[Refusals]:
    """The groups of refusals that person is told of."""
    return activity.read_activity(cast[who].actor).refusals


def record(cast: Cast, who: str, event: Event, universe: Universe, name: str) -> None:
    """Let that person have done something."""
    with transaction.atomic():
        audit.append(audit.Entry(event, cast[who].actor, universe, name))


def test_a_change_is_told_by_its_outcome_alone(cast: Cast, universe: Universe) -> None:
    make("rotate", cast, universe)
    make("delete", cast, universe)
    for who in ("auditor", "viewer"):
        assert tags(cast, who)[:2] == ["secret.delete.succeeded", "secret.rotate.succeeded"]
        assert len(tags(cast, who)) <= activity.SIZE
        assert activity.read_activity(cast[who].actor).may_read_log == (who == "auditor")


def test_who_reads_no_log_is_told_of_their_secrets_without_addresses_and_foreign_refusals(
    cast: Cast, universe: Universe
) -> None:
    grants.give(STAGEHAND, cast["rotator"].user, universe, Terms(Role.ROTATOR, "PAY_*"))
    record(cast, "rotator", AccessEvent.ACCESS_REFUSED, universe, "PAY_KEY")
    record(cast, "viewer", AccessEvent.ACCESS_REFUSED, universe, "PAY_KEY")
    record(cast, "editor", SecretEvent.SECRET_DETAILS_CHANGED, universe, "SIGNING_SEED")
    assert tags(cast, "rotator") == []
    (own,) = refusals(cast, "rotator")
    assert own.newest.actor_name == "rotator@example.com"
    assert tags(cast, "manager")[0] == "secret.details.changed"
    assert [each.newest.actor_name for each in refusals(cast, "manager")] == [
        "viewer@example.com",
        "rotator@example.com",
    ]
    assert (tags(cast, "stranger"), refusals(cast, "stranger")) == ([], [])


def test_a_universe_and_its_first_sync_are_one_line(cast: Cast, universe: Universe) -> None:
    def told() -> list[tuple[str, str]]:
        views = [each.event for each in activity.read_activity(cast["admin"].actor).happenings]
        about = [view for view in views if view.universe_name == "Quay"]
        return [(view.tag, view.sentence) for view in about]

    quay = Universe(id=7, name="Quay")
    with transaction.atomic():
        audit.append(
            audit.Entry(
                UniverseEvent.UNIVERSE_BASELINE, cast["admin"].actor, quay, detail={"count": "1"}
            )
        )
    assert told() == [("universe.baseline", "First sync of Quay: 1 secret")]
    with transaction.atomic():
        audit.append(audit.Entry(UniverseEvent.UNIVERSE_ADDED, cast["admin"].actor, quay))
        audit.append(
            audit.Entry(
                UniverseEvent.UNIVERSE_BASELINE, cast["admin"].actor, quay, detail={"count": "5"}
            )
        )
    newest, *_ = told()
    assert newest == ("universe.added", "added the universe Quay: 5 secrets")


@pytest.mark.parametrize("who", ["auditor", "viewer"])
def test_no_flood_of_refusals_hides_what_was_changed(
    cast: Cast, universe: Universe, who: str
) -> None:
    make("rotate", cast, universe)
    for name in ("PAY_KEY", "PAY_WEBHOOK"):
        for _ in range(reading.PAGE_SIZE):
            record(cast, "viewer", AccessEvent.ACCESS_REFUSED, universe, name)
    assert tags(cast, who)[0] == "secret.rotate.succeeded"
    assert "access.refused" not in tags(cast, who)
    (group,) = refusals(cast, who)
    assert (group.count, group.names) == (2 * reading.PAGE_SIZE, 2)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert refusals(cast, who) == []


def test_of_many_kinds_of_refusals_a_few_are_told(cast: Cast, universe: Universe) -> None:
    for who in cast:
        record(cast, who, AccessEvent.ACCESS_REFUSED, universe, "PAY_KEY")
    told = activity.read_activity(cast["admin"].actor)
    assert len(told.refusals_shown) == activity.REFUSALS_SHOWN
    assert told.further_refusals == len(cast) - activity.REFUSALS_SHOWN


def test_only_what_is_there_and_may_be_seen_is_led_to(cast: Cast, universe: Universe) -> None:
    record(cast, "editor", SecretEvent.SECRET_DETAILS_CHANGED, universe, "PAY_KEY")
    (newest, *_) = activity.read_activity(cast["viewer"].actor).happenings
    assert (newest.universe, newest.has_secret) == (universe, True)
    Secret.objects.filter(name="PAY_KEY").delete()
    (newest, *_) = activity.read_activity(cast["viewer"].actor).happenings
    assert (newest.universe, newest.has_secret) == (universe, False)


@pytest.mark.parametrize("who", ["admin", "viewer"])
def test_a_log_that_cannot_be_read_is_said_and_stops_nothing_else(
    cast: Cast, universe: Universe, who: str
) -> None:
    record(cast, "editor", SecretEvent.SECRET_DETAILS_CHANGED, universe, "PAY_KEY")
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE secretsapp_auditevent SET time = %s", [UNREADABLE_TIME])
    triggers.install()
    told = activity.read_activity(cast[who].actor)
    assert told.happenings == []
    assert "verify_audit" in told.trouble
