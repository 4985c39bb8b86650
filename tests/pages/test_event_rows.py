"""The rows of the log, whose parts no template escapes: a text of an event is only ever text."""

from string import Formatter

import pytest
from django.db import transaction

from secretsapp.core import actor as actors
from secretsapp.core.actor import Door
from secretsapp.core.events import EVENTS
from secretsapp.core.events.kinds import Event
from secretsapp.log import reading
from secretsapp.models import Universe, User
from secretsapp.rules import audit
from tests.pages.conftest import ClientFor
from tests.pages.reading import body

MARKUP = "<i>it's"


@pytest.fixture
def marked(universe: Universe) -> tuple[Universe, User]:
    """A universe and a person whose names are markup."""
    Universe.objects.filter(pk=universe.pk).update(name=MARKUP)
    universe.refresh_from_db()
    return universe, User.objects.create(email="i@example.com", name=MARKUP)


def detail_of(event: Event) -> dict[str, str]:
    """Markup in each detail of which the sentence tells, and as the reason."""
    places = [place for _, place, _, _ in Formatter().parse(event.sentence) if place]
    return dict.fromkeys([*places, "reason"], MARKUP)


def test_every_text_is_escaped_in_every_kind_of_row(
    client_for: ClientFor, marked: tuple[Universe, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 2 * len(EVENTS))
    universe, person = marked
    by_command = actors.command("work", account=MARKUP)
    by_person = actors.person(person.pk, person.email, Door.BROWSER, MARKUP)
    entries = [
        audit.Entry(event, actor, universe, MARKUP, person, detail=detail_of(event))
        for event in EVENTS
        for actor in (by_person, by_command)
    ]
    with transaction.atomic():
        audit.append(*entries)
    page = body(client_for("admin").get("/audit/", {"attempts": "on"}))
    assert page.count('class="event ') == len(entries)
    assert page.count("&lt;i&gt;it&#x27;s") > 3 * len(entries)
    assert "<i>" not in page
