"""What people are called in the log."""

import json

import pytest
from django.utils import timezone

from secretsapp.log import reading
from secretsapp.log.filters import AuditFilter
from secretsapp.log.naming import named
from secretsapp.log.wording import view_of
from secretsapp.models import AuditEvent, User
from secretsapp.people import address_change, own_account
from tests.stage import STAGEHAND, Cast, Person

pytestmark = pytest.mark.django_db


def rename(cast: Cast, who: str, name: str) -> None:
    """Let someone choose the name that they are called by."""
    own_account.rename(cast[who].actor, cast[who].user, name)


def names(cast: Cast) -> dict[str, str]:
    """What the newest events call who did them, by the address that they had then."""
    events = reading.page(cast["admin"].actor, AuditFilter(tag="person.changed")).events
    return {event.actor_name: event.person_name for event in events}


def test_an_event_calls_people_by_their_name_of_today(cast: Cast) -> None:
    rename(cast, "editor", "Ann Berg")
    rename(cast, "editor", "Ann Cole")
    assert names(cast) == {"editor@example.com": "Ann Cole"}


@pytest.mark.parametrize("chosen", ["Ann Berg", "ANN BERG"])
def test_no_one_passes_for_another_by_their_name(cast: Cast, chosen: str) -> None:
    rename(cast, "editor", "Ann Berg")
    rename(cast, "viewer", chosen)
    assert names(cast) == {"editor@example.com": "", "viewer@example.com": ""}


def test_an_event_of_a_person_without_a_name_has_the_address_of_today(cast: Cast) -> None:
    rename(cast, "editor", "Ann Berg")
    rename(cast, "editor", "")
    address_change.change(STAGEHAND, cast["editor"].user, "ann@example.com")
    found = reading.page(cast["admin"].actor, AuditFilter(tag="person")).events
    told = [f"{event.who} {event.sentence}" for event in found if event.tag != "person.signed_in"]
    assert told[0].endswith(
        "changed the address of ann@example.com from editor@example.com to ann@example.com"
    )
    assert told[1] == "ann@example.com changed the name of ann@example.com"
    assert found[1].actor_name == "editor@example.com"
    assert (found[1].leads_by, found[0].leads_about) == ("ann@example.com", "ann@example.com")


def test_who_takes_an_address_that_was_someone_elses_is_not_taken_for_them(cast: Cast) -> None:
    rename(cast, "editor", "Ann Berg")
    address_change.change(STAGEHAND, cast["editor"].user, "ann@example.com")
    address_change.change(STAGEHAND, cast["viewer"].user, "editor@example.com")
    viewer = User.objects.get(pk=cast["viewer"].user.pk)
    own_account.rename(Person(viewer).actor, viewer, "Vic")
    found = reading.page(cast["admin"].actor, AuditFilter(tag="person.changed")).events
    assert [(event.actor_name, event.who, event.leads_by) for event in found] == [
        ("editor@example.com", "Vic", "editor@example.com"),
        ("editor@example.com", "Ann Berg", "ann@example.com"),
    ]


def test_who_began_what_was_settled_is_found_by_their_account(cast: Cast) -> None:
    rename(cast, "editor", "Ann Berg")
    rename(cast, "viewer", "Vic")
    detail = {"started_by": "editor@example.com", "starter_id": str(cast["viewer"].user.pk)}
    event = AuditEvent(
        tag="secret.rotate.succeeded", detail=json.dumps(detail), time=timezone.now()
    )
    (told,) = named([view_of(event)])
    assert told.sentence.startswith("found out that Vic rotated")
