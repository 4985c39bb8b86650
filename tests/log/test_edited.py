"""Reading the log where someone edited it: the event is shown as what it is, with its tag."""

import json

import pytest
from django.db import connection

from secretsapp.core.errors import LogBroken
from secretsapp.core.events.kinds import Severity
from secretsapp.log.event_view import EventView
from secretsapp.log.filters import AuditFilter
from secretsapp.log.reading import history, page
from secretsapp.log.wording import EDITED
from secretsapp.models import AuditEvent, Universe
from tests.stage import Cast
from tests.support.database import edit_newest
from tests.support.unfinished import make

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

ON_SQLITE = connection.vendor == "sqlite"


def newest(cast: Cast) -> EventView:
    """The newest event as an admin is shown it."""
    return page(cast["admin"].actor, AuditFilter()).events[0]


@pytest.mark.parametrize(
    "detail",
    [
        "",
        "{",
        "null",
        "7",
        "[]",
        '["role"]',
        '{"domain": 7}',
        '{"domain": null}',
        '{"domain": {"a": "b"}}',
        json.dumps({"domain": "\ud800"}),
        json.dumps({"\ud800": "domain"}),
        "[" * 100_000,
        "9" * 10_000,
    ],
)
def test_an_event_whose_details_are_no_texts_is_shown_with_its_tag(
    universe: Universe, cast: Cast, detail: str
) -> None:
    make("rotate", cast, universe)
    edit_newest("detail", detail)
    event = newest(cast)
    assert (event.tag, event.sentence) == ("secret.rotate.succeeded", EDITED)
    assert (event.severity, event.detail) == (Severity.WARNING, {})
    assert event.actor_name == "manager@example.com"
    told = history(cast["admin"].actor, universe, "PAY_KEY")[0]
    assert (told.sequence, told.sentence) == (event.sequence, EDITED)


@pytest.mark.parametrize("universe_id", ["x", "-5", "0", "9" * 20, "\N{SUPERSCRIPT TWO}"])
def test_what_is_no_universe_id_leads_nowhere(
    universe: Universe, cast: Cast, universe_id: str
) -> None:
    make("rotate", cast, universe)
    edit_newest("universe_id", universe_id)
    assert (newest(cast).universe_id, newest(cast).universe_name) == (None, "Harbor")


def test_a_row_that_cannot_be_read_at_all_is_refused_in_words(
    universe: Universe, cast: Cast
) -> None:
    make("rotate", cast, universe)
    edit_newest("time", "2020-13-45 00:00:00" if ON_SQLITE else "infinity")
    with pytest.raises(LogBroken, match=r"Run `manage\.py verify_audit` to find it"):
        newest(cast)
    with pytest.raises(LogBroken):
        history(cast["viewer"].actor, universe, "PAY_KEY")
    before = AuditEvent.objects.count() - 5
    assert page(cast["admin"].actor, AuditFilter(), before=before).events
