"""A policy names a team whose people are reminded by mail: each of what they can see themselves."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants, teams
from secretsapp.core.roles import Role
from secretsapp.due import due_mail, policies, reminding, team_mail
from secretsapp.due.policies import Covered, Terms
from secretsapp.mail import sending
from secretsapp.models import AuditEvent, OutgoingMail, Secret, Team, Universe
from secretsapp.models.due import DueRule
from tests.due.dating import age, cover
from tests.granting import Terms as GrantTerms
from tests.post_office import PostOffice
from tests.stage import STAGEHAND, Cast, engage

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

ALL, PRODUCTION = Covered(), Covered(environment="production")


@pytest.fixture
def team(cast: Cast) -> Team:
    """A team of one who sees every secret of Harbor, and one who sees none."""
    people = [cast["viewer"].user, cast["stranger"].user]
    return teams.create(STAGEHAND, name="Build", people=people)


def name(team: Team | None, where: Covered) -> None:
    """Let a policy of that place have the team reminded, or none."""
    terms = Terms(DueRule.EVERY, days=90, team=team)
    policies.set_policy(STAGEHAND, where, terms)


def mails(post_office: PostOffice, days: int = 0) -> dict[str, str]:
    """The mails of the day so many days from now, by whom they go to."""
    reminding.remind(STAGEHAND, timezone.now() + timedelta(days=days))
    sending.send_waiting((due_mail.KIND, team_mail.KIND))
    sent = {str(mail["To"]): str(mail) for mail in post_office.mails}
    post_office.mails.clear()
    return sent


def test_the_people_of_the_team_are_told_what_they_can_see(
    universe: Universe, team: Team, cast: Cast, post_office: PostOffice
) -> None:
    cashier = engage("cashier")
    grants.give(STAGEHAND, cashier.user, universe, GrantTerms(Role.VIEWER, "PAY_*"))
    teams.add_people(STAGEHAND, team, [cashier.user])
    name(team, ALL)
    age("PAY_KEY", 90)
    age("SIGNING_SEED", 90)
    sent = mails(post_office)
    assert set(sent) == {"viewer@example.com", "cashier@example.com"}
    assert "SIGNING_SEED" in sent["viewer@example.com"]
    assert "Build" in sent["cashier@example.com"]
    assert "PAY_KEY" in sent["cashier@example.com"]
    assert "SIGNING_SEED" not in sent["cashier@example.com"]


def test_who_sees_nothing_of_what_is_new_gets_no_mail(
    universe: Universe, team: Team, cast: Cast, post_office: PostOffice
) -> None:
    cashier = engage("cashier")
    grants.give(STAGEHAND, cashier.user, universe, GrantTerms(Role.VIEWER, "PAY_*"))
    teams.add_people(STAGEHAND, team, [cashier.user])
    name(team, ALL)
    age("PAY_KEY", 90)
    assert set(mails(post_office)) == {"viewer@example.com", "cashier@example.com"}
    age("SIGNING_SEED", 91)
    assert set(mails(post_office, days=1)) == {"viewer@example.com"}


def test_each_state_is_told_the_team_once(
    universe: Universe, team: Team, post_office: PostOffice
) -> None:
    name(team, ALL)
    age("PAY_KEY", 75)
    told = [day for day in range(24) if _is_told(post_office, day)]
    assert told == [1, 15, 22]


def _is_told(post_office: PostOffice, day: int) -> bool:
    reminding.remind(STAGEHAND, timezone.now() + timedelta(days=day))
    return bool(OutgoingMail.objects.filter(kind=team_mail.KIND.name).delete()[0])


@pytest.mark.parametrize("wider", [(), (ALL,), (PRODUCTION, ALL)])
@pytest.mark.parametrize("is_of_universe", [True, False])
def test_the_most_exact_policy_says_which_team(
    universe: Universe,
    team: Team,
    cast: Cast,
    post_office: PostOffice,
    wider: tuple[Covered, ...],
    is_of_universe: bool,
) -> None:
    places = [*([Covered(universe)] if is_of_universe else []), *wider]
    other = teams.create(STAGEHAND, name="Ship", people=[cast["viewer"].user])
    for place in places:
        name(team if place is places[0] else other, place)
    age("PAY_KEY", 90)
    texts = list(mails(post_office).values())
    assert len(texts) == (1 if places else 0)
    assert all("Build" in text and "Ship" not in text for text in texts)


def test_a_more_exact_policy_without_a_team_has_nobody_reminded(
    universe: Universe, team: Team, post_office: PostOffice
) -> None:
    name(team, ALL)
    name(None, Covered(universe))
    age("PAY_KEY", 90)
    assert mails(post_office) == {}


def test_a_policy_of_one_secret_leaves_the_team_as_it_is(
    universe: Universe, team: Team, post_office: PostOffice
) -> None:
    name(team, Covered(universe))
    cover(universe, "PAY_KEY", days=30)
    age("PAY_KEY", 30)
    assert set(mails(post_office)) == {"viewer@example.com"}


def test_what_someone_owns_is_in_their_own_mail_alone(
    universe: Universe, team: Team, cast: Cast, post_office: PostOffice
) -> None:
    name(team, ALL)
    age("PAY_KEY", 90)
    Secret.objects.filter(name="PAY_KEY").update(owner=cast["viewer"].user)
    (text,) = mails(post_office).values()
    assert "of yours to rotate" in text
    assert "Build" not in text


def test_who_left_the_team_before_the_mail_was_sent_gets_none(
    universe: Universe, team: Team, cast: Cast, post_office: PostOffice
) -> None:
    name(team, ALL)
    age("PAY_KEY", 90)
    reminding.remind(STAGEHAND)
    team.memberships.all().delete()
    sending.send_waiting((team_mail.KIND,))
    assert post_office.mails == []


def test_a_team_that_was_deleted_is_reminded_no_more(
    universe: Universe, team: Team, post_office: PostOffice
) -> None:
    name(team, ALL)
    teams.delete(STAGEHAND, team)
    age("PAY_KEY", 90)
    assert mails(post_office) == {}


def test_the_log_says_whom_a_policy_reminds_and_when_it_no_longer_does(
    universe: Universe, team: Team
) -> None:
    name(team, ALL)
    name(None, ALL)
    name(None, ALL)
    told = AuditEvent.objects.filter(tag="policy.set").order_by("sequence")
    assert [json.loads(event.detail).get("team") for event in told] == ["Build", "none any more"]
