"""People learn by mail that a role of theirs expires: a week before and a day before, once each."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from secretsapp.access import end_mail, grants, renewals, teams
from secretsapp.core.roles import Role
from secretsapp.mail import sending
from secretsapp.models import Grant, OutgoingMail, Universe, User
from secretsapp.people import accounts
from tests.granting import Terms
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast
from tests.support.together import together

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

VIEWER = "viewer@example.com"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _rested(db: None) -> Iterator[None]:
    """Let no mail server of another test rest."""
    cache.clear()
    yield
    cache.clear()


def let_end(user: User, until: datetime) -> Grant:
    """Let the person's role, given now, end then."""
    grant = user.grants.get()
    terms = Terms(role=Role(grant.role), until=until)
    return grants.change(STAGEHAND, grant, terms, seen=grant.given_at)


def sweep_at(time: datetime) -> None:
    """Let a worker find and mail at that time what is due."""
    with time_machine.travel(time):
        end_mail.queue_due()
        assert end_mail.queue_due() == 0
        sending.send_waiting([end_mail.KIND, end_mail.TO_DECIDE])


def test_the_people_of_a_team_and_who_granted_it_are_told(
    universe: Universe, cast: Cast, post_office: PostOffice
) -> None:
    manager, end = cast["manager"], timezone.now() + 20 * DAY
    people = [cast[name].user for name in ("stranger", "viewer", "editor")]
    team = teams.create(manager.actor, name="Build", people=people)
    grant = grants.give(manager.actor, team, universe, Terms(Role.EDITOR, until=end))
    accounts.disable(STAGEHAND, cast["editor"].user)
    sweep_at(end - 6 * DAY)
    assert sorted(post_office.recipients) == [
        f"{name}@example.com" for name in ("manager", "stranger", "viewer")
    ]
    by_whom = {mail["To"]: body_of(mail) for mail in post_office.mails}
    assert "Harbor (Production), through the team Build, expires on" in by_whom[VIEWER]
    assert "ask manager@example.com. Your account" in by_whom[VIEWER]
    asked = by_whom["manager@example.com"]
    assert "The role Editor of Build in Harbor (Production), which you granted, expires" in asked
    with time_machine.travel(end - 5 * DAY):
        teams.remove_person(manager.actor, team, cast["stranger"].user)
    sweep_at(end - 0.5 * DAY)
    assert sorted(post_office.recipients[3:]) == ["manager@example.com", VIEWER]
    with time_machine.travel(end - 0.4 * DAY):
        renewals.let_end(cast["admin"].actor, grant)
        grants.add(manager.actor, cast["rotator"].user, universe, Terms(Role.VIEWER, until=end))
    sweep_at(end - 0.2 * DAY)
    assert len(post_office.recipients) == 5


def test_the_holder_is_told_a_week_and_a_day_before(cast: Cast, post_office: PostOffice) -> None:
    end = datetime(2030, 12, 3, 18, tzinfo=timezone.get_default_timezone())
    let_end(cast["viewer"].user, end)
    sent = []
    for before in (8 * DAY, 6.9 * DAY, 3 * DAY, 0.9 * DAY, 0.1 * DAY, -DAY):
        sweep_at(end - before)
        sent.append(len(post_office.mails))
    assert (sent, set(post_office.recipients)) == ([0, 1, 1, 2, 2, 2], {VIEWER})
    mail = post_office.mails[0]
    assert mail["Subject"].strip() == "Your access to Harbor (Production) expires soon"
    text, html = body_of(mail), body_of(mail, "html")
    assert "Your role Viewer in Harbor (Production) expires on 3 Dec 2030, 18:00 UTC." in text
    assert "\nhttp://127.0.0.1:8000/me/\n" in text
    assert '<a href="http://127.0.0.1:8000/me/">' in html
    assert "<strong>3 Dec 2030, 18:00 UTC</strong>" in html


def test_a_changed_end_is_told_again_and_one_that_is_not_true_any_more_is_not(
    cast: Cast, post_office: PostOffice
) -> None:
    now = timezone.now()
    viewer, editor = cast["viewer"].user, cast["editor"].user
    let_end(viewer, now + 20 * DAY)
    let_end(editor, now + 20 * DAY)
    with time_machine.travel(now + 14 * DAY):
        assert end_mail.queue_due() == 2
        let_end(viewer, now + 30 * DAY)
        grants.revoke(STAGEHAND, editor.grants.get())
        assert sending.send_waiting([end_mail.KIND]) == 0
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"dropped"}
    sweep_at(now + 24 * DAY)
    assert post_office.recipients == [VIEWER]


def test_who_was_just_given_a_short_role_or_is_disabled_is_not_told(
    cast: Cast, post_office: PostOffice, settings: Settings
) -> None:
    now = timezone.now()
    let_end(cast["viewer"].user, now + timedelta(hours=8))
    let_end(cast["editor"].user, now + 5 * DAY)
    let_end(cast["rotator"].user, now + 5 * DAY)
    accounts.disable(STAGEHAND, cast["rotator"].user)
    assert end_mail.queue_due() == 0
    sweep_at(now + 4.5 * DAY)
    assert post_office.recipients == ["editor@example.com"]
    settings.EMAIL_HOST = ""
    let_end(cast["auditor"].user, now + 20 * DAY)
    with time_machine.travel(now + 15 * DAY):
        assert end_mail.queue_due() == 0


def test_who_has_all_universes_and_how_many_are_found_take_two_statements(
    cast: Cast, post_office: PostOffice
) -> None:
    now = timezone.now()
    for name in ("viewer", "editor"):
        user = cast[name].user
        user.grants.update(universe=None)
        let_end(user, now + 10 * DAY)
    with (
        time_machine.travel(now + 5 * DAY),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        assert end_mail.queue_due() == 2
    statements = [each["sql"] for each in asked if "SAVEPOINT" not in each["sql"]]
    assert len(statements) == 2
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {statements[0]}")
        plan = str(cursor.fetchall())
    assert "grant_until" in plan
    assert "mail_once" in plan
    sweep_at(now + 5 * DAY)
    assert {mail["Subject"].strip() for mail in post_office.mails} == {
        "Your access to all universes expires soon"
    }


@pytest.mark.django_db(transaction=True)
def test_several_workers_tell_it_once(cast: Cast, post_office: PostOffice) -> None:
    now = timezone.now()
    for name in ("viewer", "editor"):
        grant = let_end(cast[name].user, now + 6 * DAY)
        Grant.objects.filter(pk=grant.pk).update(given_at=now - 9 * DAY)

    def work() -> None:
        end_mail.queue_due()
        sending.send_waiting([end_mail.KIND])

    assert together(*[work] * 3) == [None] * 3
    call_command("work", "--once")
    assert sorted(post_office.recipients) == ["editor@example.com", VIEWER]
