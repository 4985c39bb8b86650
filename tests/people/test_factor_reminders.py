"""Who must have a second factor soon is told by mail: a week before and a day before, once each."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from secretsapp.core.roles import Role
from secretsapp.mail import sending
from secretsapp.models import OutgoingMail
from secretsapp.people import factor_reminders, required_factors
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast
from tests.support.apps_of_people import give_app

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

DAY = timedelta(days=1)


@pytest.fixture
def since(cast: Cast) -> datetime:
    """A moment in three weeks, from which on editors and viewers must have a second factor."""
    cache.clear()
    since = timezone.now() + 21 * DAY
    for role in (Role.EDITOR, Role.VIEWER):
        required_factors.require(STAGEHAND, role, since, is_meant=True)
    give_app(cast["viewer"].user)
    OutgoingMail.objects.all().delete()
    return since


def sweep_at(time: datetime) -> None:
    """Let a worker find and mail at that time what is due."""
    with time_machine.travel(time):
        factor_reminders.queue_due()
        assert factor_reminders.queue_due() == 0
        sending.send_waiting([factor_reminders.KIND])


def test_who_lacks_one_is_told_a_week_and_a_day_before(
    since: datetime, post_office: PostOffice
) -> None:
    sent = []
    for before in (8 * DAY, 6.9 * DAY, 3 * DAY, 0.9 * DAY, 0.1 * DAY, -DAY):
        sweep_at(since - before)
        sent.append(len(post_office.mails))
    assert (sent, set(post_office.recipients)) == ([0, 1, 1, 2, 2, 2], {"editor@example.com"})
    mail = post_office.mails[0]
    for form in ("plain", "html"):
        assert "needs a second factor" in body_of(mail, form)
        assert "/me/second-factor/" in body_of(mail, form)


def test_who_has_one_by_then_or_need_not_is_sent_nothing(
    since: datetime, cast: Cast, post_office: PostOffice
) -> None:
    with time_machine.travel(since - 6 * DAY):
        assert factor_reminders.queue_due() == 1
        required_factors.stop(STAGEHAND, Role.EDITOR)
        sending.send_waiting([factor_reminders.KIND])
    assert post_office.mails == []


def test_without_a_mail_server_nothing_is_queued(since: datetime) -> None:
    with time_machine.travel(since - DAY):
        assert factor_reminders.queue_due() == 0
    assert not OutgoingMail.objects.exists()
