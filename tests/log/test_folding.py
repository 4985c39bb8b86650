"""A change is one line of the log: its beginning is folded into its outcome, and none is lost."""

import re
from typing import Any

import pytest
from django.db import transaction

from emulator import Emulator, faults
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.log import reading
from secretsapp.log.event_view import EventView
from secretsapp.log.filters import AuditFilter
from secretsapp.log.reading import history, page
from secretsapp.models import AuditEvent, Universe, User
from secretsapp.rules import audit
from secretsapp.secrets import settling
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import later, leave_open, make

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

EVERYTHING, ATTEMPTS = AuditFilter(), AuditFilter(shows_attempts=True)


def tags(cast: Cast, wanted: AuditFilter) -> list[str]:
    """The tags that an auditor is shown of secrets, page after page."""
    found: list[EventView] = []
    before = None
    while True:
        shown = page(cast["auditor"].actor, wanted, before=before)
        found += shown.events
        before = shown.older
        if before is None:
            return [view.tag for view in found if view.tag.startswith("secret.")]


def test_a_change_is_told_by_its_outcome_and_how_long_it_took(
    universe: Universe, cast: Cast
) -> None:
    make("rotate", cast, universe)
    assert tags(cast, EVERYTHING) == ["secret.rotate.succeeded"]
    assert tags(cast, ATTEMPTS) == ["secret.rotate.succeeded", "secret.rotate.started"]
    outcome, beginning = page(cast["auditor"].actor, ATTEMPTS).events[:2]
    assert re.fullmatch(r"\d+\.\d s", outcome.took)
    assert (beginning.took, beginning.is_open, outcome.is_open) == ("", False, False)
    told = history(cast["viewer"].actor, universe, "PAY_KEY")
    assert [(view.tag, view.took) for view in told] == [("secret.rotate.succeeded", outcome.took)]
    assert len(history(cast["viewer"].actor, universe, "PAY_KEY", shows_attempts=True)) == 2


def test_pages_of_any_size_lose_no_change_and_tell_none_twice(
    universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make("rotate", cast, universe)
    make("create", cast, universe)
    make("delete", cast, universe)
    whole = [f"secret.{kind}.succeeded" for kind in ("delete", "create", *["rotate"] * 3)]
    for size in (1, 2, 3, 4):
        monkeypatch.setattr(reading, "PAGE_SIZE", size)
        assert tags(cast, EVERYTHING) == whole


def test_a_beginning_stays_where_its_outcome_is_not_among_what_is_looked_for(
    universe: Universe, cast: Cast, emulator: Emulator
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    with later():
        settling.settle(STAGEHAND, older_than_seconds=0)
    assert tags(cast, EVERYTHING) == ["secret.rotate.succeeded", "secret.rotate.unknown"]
    begun = AuditEvent.objects.get(tag="secret.rotate.started")
    for narrower in (
        AuditFilter(tag="secret.rotate.started"),
        AuditFilter(until=begun.time),
    ):
        (view,) = [
            each
            for each in page(cast["auditor"].actor, narrower).events
            if each.tag.startswith("secret.")
        ]
        assert (view.sequence, view.is_open) == (begun.sequence, False)


def test_a_beginning_without_an_outcome_is_open(universe: Universe, cast: Cast) -> None:
    record(cast["editor"].actor, SecretEvent.SECRET_ROTATE_STARTED, universe, change_id="1" * 36)
    view = page(cast["auditor"].actor, EVERYTHING).events[0]
    assert (view.tag, view.is_open) == ("secret.rotate.started", True)


def test_people_are_told_by_the_name_of_their_account_and_found_by_it(
    universe: Universe, cast: Cast
) -> None:
    User.objects.filter(pk=cast["editor"].user.pk).update(name="Ed Itor", email="new@example.com")
    record(cast["editor"].actor, SecretEvent.SECRET_DETAILS_CHANGED, universe)
    record(cast["admin"].actor, PersonEvent.PERSON_DISABLED, None, subject=cast["editor"].user)
    found = AuditFilter(person_id=cast["editor"].user.pk)
    (view,) = page(cast["admin"].actor, found).events
    assert (view.who, view.actor_name, view.mark) == ("Ed Itor", "editor@example.com", "person")
    about = page(cast["admin"].actor, EVERYTHING).events[0]
    assert about.sentence == "disabled the account of Ed Itor"
    cast["editor"].user.delete()
    (view,) = page(cast["admin"].actor, found).events
    assert view.who == "editor@example.com"


def test_commands_and_strangers_are_told_from_people(cast: Cast) -> None:
    record(actors.command("create_user", account="ann (sudo)"), PersonEvent.PERSON_ENABLED, None)
    record(
        Actor(ActorKind.SYSTEM, "someone not signed in", Door.BROWSER),
        PersonEvent.CODE_REFUSED,
        None,
    )
    stranger, command = page(cast["admin"].actor, EVERYTHING).events[:2]
    assert (command.who, command.mark) == ("command line: create_user by ann (sudo)", "command")
    assert (stranger.who, stranger.mark) == ("someone not signed in", "")


def record(actor: Actor, event: Event, universe: Universe | None, **more: Any) -> None:
    """Let an event be in the log."""
    name = "PAY_KEY" if universe else ""
    with transaction.atomic():
        audit.append(audit.Entry(event, actor, universe, name, **more))
