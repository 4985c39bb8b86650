"""What people are called in the log."""

import pytest

from secretsapp.log import reading
from secretsapp.log.filters import AuditFilter
from secretsapp.people import own_account
from tests.stage import Cast

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
