"""Access that ends soon: who is asked about it, and what they can do."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants, renewals, request_listing, requests, teams
from secretsapp.access.renewals import Ending
from secretsapp.core.errors import (
    AlreadyExists,
    DecidedMeanwhile,
    Forbidden,
    InvalidInput,
    NotFound,
)
from secretsapp.core.roles import Role
from secretsapp.models import AccessRequest, Grant, Place, Universe, User
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db


def in_days(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


@pytest.fixture
def ending(universe: Universe, cast: Cast) -> Grant:
    """The stranger rotates PAY_* until in three days; the manager gave them that."""
    terms = Terms(Role.ROTATOR, "PAY_*", in_days(3), "season two")
    return grants.add(cast["manager"].actor, cast["stranger"].user, universe, terms)


def due(person: Person) -> list[Ending]:
    return list(renewals.due(person.actor, timezone.now()))


def told(cast: Cast, names: Iterable[str]) -> dict[str, tuple[bool, bool, bool]]:
    """What each is told: whether it is their own, whether they can ask, and whether decide."""
    found = {name: due(cast[name]) for name in names}
    return {
        name: (view.is_own, view.can_ask, view.can_prolong)
        for name, views in found.items()
        for view in views
    }


def test_its_holder_and_its_giver_are_asked_and_others_once_they_can_not(
    cast: Cast, ending: Grant
) -> None:
    everybody = [*cast]
    assert told(cast, everybody) == {
        "stranger": (True, True, False),
        "manager": (False, False, True),
    }
    User.objects.filter(pk=cast["manager"].user.pk).update(is_active=False)
    assert told(cast, everybody) == {
        "stranger": (True, True, False),
        "admin": (False, False, True),
    }
    User.objects.filter(pk=cast["manager"].user.pk).update(is_active=True)
    Grant.objects.filter(person=cast["manager"].user).update(role=Role.EDITOR)
    assert told(cast, everybody).keys() == {"stranger", "admin"}


@pytest.mark.parametrize(
    ("given", "more"),
    [(0.3, "8 hours"), (1, "1 day"), (7, "7 days"), (14, "7 days"), (40, "30 days")],
)
def test_its_giver_keeps_it_for_about_as_long_as_it_was_given_for(
    cast: Cast, ending: Grant, given: float, more: str
) -> None:
    Grant.objects.filter(pk=ending.pk).update(given_at=in_days(3 - given))
    assert [view.length for view in due(cast["manager"])] == [more]


def test_what_a_team_has_is_kept_by_who_gave_it_and_not_by_its_people(
    universe: Universe, cast: Cast
) -> None:
    manager, people = cast["manager"], [cast["stranger"].user, cast["viewer"].user]
    team = teams.create(manager.actor, name="Build", people=people)
    terms = Terms(Role.ROTATOR, "PAY_*", in_days(7))
    grant = grants.give(manager.actor, team, universe, terms)
    assert told(cast, cast) == {
        "stranger": (True, False, False),
        "viewer": (True, False, False),
        "manager": (False, False, True),
    }
    teams.add_people(manager.actor, team, [cast["admin"].user])
    assert told(cast, ["admin"]) == {"admin": (True, False, False)}
    for decide in (renewals.keep, renewals.let_end):
        with pytest.raises(Forbidden, match="You can’t extend your own access"):
            decide(cast["admin"].actor, grant)
    with pytest.raises(NotFound):
        renewals.to_decide(cast["admin"].actor, grant.pk)
    watch = Watch()
    kept = renewals.keep(manager.actor, renewals.to_decide(manager.actor, grant.pk))
    assert (kept.until, kept.team) == ((grant.until or in_days(0)) + timedelta(days=7), team)
    renewals.let_end(manager.actor, renewals.to_decide(manager.actor, grant.pk))
    assert watch.tags == ["grant.renewed", "grant.end_confirmed"]


def test_its_giver_keeps_it_for_as_long_again(cast: Cast, ending: Grant) -> None:
    watch, until = Watch(), ending.until
    Grant.objects.filter(pk=ending.pk).update(given_at=in_days(-27))
    assert until is not None
    renewals.keep(cast["manager"].actor, Grant.objects.get(pk=ending.pk))
    kept = Grant.objects.get(pk=ending.pk)
    assert (kept.until, kept.names, kept.role) == (
        until + timedelta(days=30),
        ("PAY_*",),
        Role.ROTATOR,
    )
    assert watch.tags == ["grant.renewed"]
    assert told(cast, cast) == {}
    with pytest.raises(DecidedMeanwhile, match="changed or extended this"):
        renewals.keep(cast["admin"].actor, ending)


def test_it_is_kept_no_longer_than_who_keeps_it_has_their_own(
    universe: Universe, cast: Cast, ending: Grant
) -> None:
    deputy = engage("deputy")
    for days, end in ((2, None), (3.5, in_days(3.5))):
        until = end or in_days(days)
        grants.give(STAGEHAND, deputy.user, universe, Terms(Role.MANAGER, "PAY_*", until))
        if end is None:
            with pytest.raises(InvalidInput, match="your own access ends before"):
                renewals.keep(deputy.actor, ending)
        else:
            assert renewals.keep(deputy.actor, ending).until == end


def test_silence_and_a_word_end_it(cast: Cast, ending: Grant) -> None:
    watch = Watch()
    renewals.let_end(cast["manager"].actor, ending)
    assert told(cast, cast) == {"stranger": (True, True, False)}
    assert Grant.objects.get(pk=ending.pk).until == ending.until
    assert watch.tags == ["grant.end_confirmed"]
    with pytest.raises(DecidedMeanwhile, match="Someone decided meanwhile that it is to end"):
        renewals.keep(cast["admin"].actor, ending)
    grants.change(
        cast["manager"].actor, ending, Terms(Role.ROTATOR, "", in_days(5)), seen=ending.given_at
    )
    assert "manager" in told(cast, cast)


def test_nobody_keeps_their_own(universe: Universe, cast: Cast) -> None:
    manager = cast["manager"]
    own = grants.add(STAGEHAND, manager.user, universe, Terms(Role.ROTATOR, "PAY_*", in_days(3)))
    for decide in (renewals.keep, renewals.let_end):
        with pytest.raises(Forbidden, match="You can’t extend your own access"):
            decide(manager.actor, own)
        with pytest.raises(Forbidden):
            decide(cast["rotator"].actor, own)
    assert told(cast, ["manager"]) == {"manager": (True, True, False)}


def test_who_asks_to_keep_it_is_answered_with_a_later_end(cast: Cast, ending: Grant) -> None:
    stranger, manager = cast["stranger"].actor, cast["manager"].actor
    with pytest.raises(Forbidden):
        requests.ask_to_keep(manager, ending, hours=24, reason="for them")
    made = requests.ask_to_keep(stranger, ending, hours=24, reason="one more day")
    assert told(cast, ["stranger"]) == {"stranger": (True, False, False)}
    with pytest.raises(AlreadyExists):
        requests.ask_to_keep(stranger, ending, hours=24, reason="one more day")
    assert [view.request for view in request_listing.waiting_for(manager).items] == [made]
    with pytest.raises(InvalidInput, match="keeps the secrets"):
        requests.approve(manager, made, names="PAY_KEY")
    grant = requests.approve(manager, made)
    assert (grant.pk, grant.until) == (ending.pk, (ending.until or in_days(0)) + timedelta(days=1))


def test_keeping_it_answers_the_request_about_it(cast: Cast, ending: Grant) -> None:
    made = requests.ask_to_keep(cast["stranger"].actor, ending, hours=24, reason="one more day")
    renewals.keep(cast["manager"].actor, ending)
    assert AccessRequest.objects.get(pk=made.pk).state == "approved"
    with pytest.raises(DecidedMeanwhile, match="approved this just now"):
        requests.approve(cast["admin"].actor, made)


def test_a_request_to_keep_what_was_changed_or_revoked_is_not_approved(
    cast: Cast, ending: Grant
) -> None:
    made = requests.ask_to_keep(cast["stranger"].actor, ending, hours=24, reason="one more day")
    grants.change(STAGEHAND, ending, Terms(Role.EDITOR, "", in_days(3)), seen=ending.given_at)
    with pytest.raises(DecidedMeanwhile, match="Someone changed this access meanwhile"):
        requests.approve(cast["manager"].actor, made)
    grants.revoke(STAGEHAND, ending)
    with pytest.raises(NotFound):
        requests.approve(cast["manager"].actor, made)
    assert not Grant.objects.filter(person=cast["stranger"].user).exists()


def test_access_to_more_than_one_universe_is_kept_by_who_gives_it_there(
    universe: Universe, cast: Cast
) -> None:
    where = Place(environment="production")
    grant = grants.add(STAGEHAND, cast["stranger"].user, where, Terms(Role.VIEWER, "", in_days(1)))
    made = requests.ask_to_keep(cast["stranger"].actor, grant, hours=24, reason="the launch")
    with pytest.raises(Forbidden):
        requests.approve(cast["manager"].actor, made)
    assert told(cast, ["manager", "admin"]) == {"admin": (False, False, True)}
    assert requests.approve(cast["admin"].actor, made).place == where


def test_a_team_and_what_never_ends_are_not_kept(universe: Universe, cast: Cast) -> None:
    unending = Grant.objects.get(person=cast["viewer"].user)
    for attempt in (renewals.keep, renewals.let_end):
        with pytest.raises(NotFound):
            attempt(cast["manager"].actor, unending)
    with pytest.raises(NotFound):
        requests.ask_to_keep(cast["viewer"].actor, unending, hours=24, reason="why not")
