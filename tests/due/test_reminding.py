"""Once a day what became due is told: to the log and channels, and by mail to owners."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.due import due_mail, reminding, snoozing
from secretsapp.due.listing import Counts
from secretsapp.due.shares import over_time
from secretsapp.mail import sending
from secretsapp.models import DueDay, OutgoingMail, Secret, Universe, User
from secretsapp.rules.due_dates import renew_secrets
from tests.due.dating import age, cover, today
from tests.post_office import PostOffice
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

DAY = timedelta(days=1)


def remind(days: int = 0) -> list[tuple[str, str, str]]:
    """The work of the day so many days from now: the events of it, what each names and says."""
    watch = Watch()
    reminding.remind(STAGEHAND, timezone.now() + days * DAY)
    return [(each.tag, each.secret_name, detail(each)["what"]) for each in watch.events]


@pytest.fixture
def covered(universe: Universe) -> Universe:
    """Harbor, whose secrets are rotated every 90 days; PAY_KEY is due in 15 days."""
    cover(universe)
    age("PAY_KEY", 75)
    return universe


def test_each_state_is_told_once(covered: Universe) -> None:
    told = {days: remind(days) for days in range(24)}
    assert {days: events for days, events in told.items() if events} == {
        1: [("secret.due_soon", "PAY_KEY", "PAY_KEY")],
        15: [("secret.due", "PAY_KEY", "PAY_KEY")],
        22: [("secret.overdue", "PAY_KEY", "PAY_KEY")],
    }


def test_several_at_once_are_one_event_that_names_none(covered: Universe) -> None:
    age("PAY_WEBHOOK", 90)
    age("SIGNING_SEED", 90)
    assert remind() == [("secret.due", "", "2 secrets")]


def test_a_day_is_done_once_and_begun_again_after_it_was_cut_off(covered: Universe) -> None:
    age("PAY_KEY", 90)
    assert remind() == [("secret.due", "PAY_KEY", "PAY_KEY")]
    assert DueDay.objects.count() == 1
    DueDay.objects.all().delete()
    assert remind() == []
    assert DueDay.objects.count() == 1
    age("PAY_KEY", 100)
    assert remind() == []


def test_a_round_tells_of_so_many_universes_and_the_next_goes_on(
    covered: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminding, "AT_ONCE", 1)
    age("PAY_KEY", 90)
    assert remind() == [("secret.due", "PAY_KEY", "PAY_KEY")]
    assert not DueDay.objects.exists()
    assert remind() == []
    assert DueDay.objects.count() == 1


def test_a_snooze_silences_it_and_then_it_is_told_again(covered: Universe) -> None:
    age("PAY_KEY", 90)
    remind()
    snoozing.snooze(
        STAGEHAND, universe=covered, name="PAY_KEY", until=today() + 3 * DAY, reason="away"
    )
    assert [remind(days) for days in (1, 2)] == [[], []]
    assert remind(3) == [("secret.due", "PAY_KEY", "PAY_KEY")]


def test_another_due_date_is_told_anew(covered: Universe) -> None:
    age("PAY_KEY", 90)
    remind()
    age("PAY_KEY", 95)
    assert remind(1) == [("secret.due", "PAY_KEY", "PAY_KEY")]


def test_a_clock_that_is_put_back_tells_nothing_again(covered: Universe) -> None:
    assert remind(15) == [("secret.due", "PAY_KEY", "PAY_KEY")]
    assert [remind(days) for days in (2, 14, 16)] == [[], [], []]
    assert remind(22) == [("secret.overdue", "PAY_KEY", "PAY_KEY")]


def own(name: str, person: User) -> None:
    """Let the person own that secret."""
    Secret.objects.filter(name=name).update(owner=person)


def test_an_owner_gets_one_mail_a_day_with_all_of_theirs(
    covered: Universe, cast: Cast, post_office: PostOffice
) -> None:
    for name in ("PAY_KEY", "PAY_WEBHOOK"):
        age(name, 90)
        own(name, cast["viewer"].user)
    age("SIGNING_SEED", 90)
    remind()
    DueDay.objects.all().delete()
    Secret.objects.update(told_state="")
    remind()
    assert OutgoingMail.objects.filter(kind=due_mail.KIND.name).count() == 1
    sending.send_waiting((due_mail.KIND,))
    (mail,) = post_office.mails
    text = str(mail)
    assert mail["To"] == "viewer@example.com"
    assert "PAY_KEY" in text
    assert "PAY_WEBHOOK" in text
    assert "SIGNING_SEED" not in text


def test_an_owner_without_access_is_told_nothing(
    covered: Universe, cast: Cast, post_office: PostOffice
) -> None:
    age("PAY_KEY", 90)
    own("PAY_KEY", cast["stranger"].user)
    remind()
    sending.send_waiting((due_mail.KIND,))
    assert post_office.mails == []


def test_what_was_rotated_before_the_mail_was_sent_is_not_in_it(
    covered: Universe, cast: Cast, post_office: PostOffice
) -> None:
    age("PAY_KEY", 90)
    own("PAY_KEY", cast["viewer"].user)
    remind()
    age("PAY_KEY", 0)
    sending.send_waiting((due_mail.KIND,))
    assert post_office.mails == []


def test_each_day_is_noted_for_who_sees_all_of_a_universe(covered: Universe, cast: Cast) -> None:
    Secret.objects.filter(name="SIGNING_SEED").update(valued_on=None)
    renew_secrets(Secret.objects.all())
    age("PAY_KEY", 90)
    remind()
    (share,) = over_time(cast["viewer"].actor, today())
    assert share.counts == Counts(in_time=1, due=1, unknown=1)
    assert share.counts.share == 33
    assert over_time(cast["stranger"].actor, today()) == []


def test_nothing_is_noted_where_nothing_is_covered(universe: Universe) -> None:
    assert remind() == []
    assert not DueDay.objects.exists()
