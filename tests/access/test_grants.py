"""Grants: nothing is given, changed or revoked above one's own rights."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.actor import Actor
from secretsapp.core.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    LastAdmin,
    NotFound,
    StaleVersion,
)
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, Grant, Universe, User
from secretsapp.people import accounts
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

NEXT_YEAR = datetime(timezone.now().year + 1, 6, 1, tzinfo=UTC)
LATER = NEXT_YEAR + timedelta(days=1)


@pytest.fixture
def quay(api_key: ApiKey) -> Universe:
    """Another universe, in which nobody has anything."""
    return Universe.objects.create(id=77, name="Quay", api_key=api_key)


@pytest.fixture
def deputy(universe: Universe) -> Person:
    """A manager of the names that begin with PAY_, until next year."""
    person = engage("deputy")
    grants.give(
        STAGEHAND,
        person.user,
        universe,
        Terms(Role.MANAGER, "PAY_*", until=NEXT_YEAR),
    )
    return person


def test_a_manager_gives_every_role_but_admin_in_their_universe(
    universe: Universe, cast: Cast
) -> None:
    for role in (Role.MANAGER, Role.EDITOR, Role.ROTATOR, Role.VIEWER, Role.AUDITOR):
        grant = grants.give(cast["manager"].actor, cast["stranger"].user, universe, Terms(role))
        assert (grant.role, grant.given_by) == (role, "manager@example.com")
    assert Grant.objects.filter(person=cast["stranger"].user).count() == 1


@pytest.mark.parametrize("giver", ["editor", "rotator", "viewer", "auditor", "stranger"])
def test_nobody_below_a_manager_gives_anything(universe: Universe, cast: Cast, giver: str) -> None:
    watch = Watch()
    with pytest.raises(Forbidden, match="beyond your own access") as caught:
        grants.give(cast[giver].actor, cast["stranger"].user, universe, Terms(Role.VIEWER))
    assert (caught.value.permission, caught.value.universe_id) == ("manage_grants", universe.pk)
    assert not Grant.objects.filter(person=cast["stranger"].user).exists()
    assert watch.tags == []


def test_a_manager_gives_nothing_elsewhere_or_everywhere(
    universe: Universe, quay: Universe, cast: Cast
) -> None:
    for place in (quay, None):
        with pytest.raises(Forbidden):
            grants.give(cast["manager"].actor, cast["stranger"].user, place, Terms(Role.VIEWER))


def test_nobody_but_an_admin_makes_an_admin(universe: Universe, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        grants.give(cast["manager"].actor, cast["manager"].user, None, Terms(Role.ADMIN))
    grants.give(STAGEHAND, cast["stranger"].user, None, Terms(Role.MANAGER))
    with pytest.raises(Forbidden):
        grants.give(cast["stranger"].actor, cast["stranger"].user, None, Terms(Role.ADMIN))
    assert Grant.objects.filter(role=Role.ADMIN).count() == 1


@pytest.mark.parametrize(
    ("pattern", "until", "allowed"),
    [
        ("PAY_*", NEXT_YEAR, True),
        ("PAY_KEY", NEXT_YEAR - timedelta(days=1), True),
        ("PAY_K*", NEXT_YEAR, True),
        ("", NEXT_YEAR, False),
        ("*", NEXT_YEAR, False),
        ("PA*", NEXT_YEAR, False),
        ("pay_*", NEXT_YEAR, False),
        ("PAYMENT", NEXT_YEAR, False),
        ("PAY_KEY", None, False),
        ("PAY_KEY", LATER, False),
    ],
)
def test_a_grant_reaches_no_further_in_names_or_time_than_the_givers(
    universe: Universe,
    cast: Cast,
    deputy: Person,
    pattern: str,
    until: datetime | None,
    allowed: bool,
) -> None:
    person = cast["stranger"].user

    def give() -> Grant:
        return grants.give(deputy.actor, person, universe, Terms(Role.VIEWER, pattern, until=until))

    if allowed:
        assert (give().names, give().until) == ((pattern,), until)
        return
    with pytest.raises(Forbidden):
        give()
    assert not Grant.objects.filter(person=person).exists()


def test_a_mightier_grant_is_neither_changed_nor_revoked(
    universe: Universe, cast: Cast, deputy: Person
) -> None:
    for name in ("manager", "viewer"):
        person = cast[name].user
        with pytest.raises(Forbidden):
            grants.give(
                deputy.actor,
                person,
                universe,
                Terms(Role.VIEWER, "PAY_*", until=NEXT_YEAR),
            )
        with pytest.raises(Forbidden):
            grants.revoke_all(deputy.actor, person, universe)
    with pytest.raises(Forbidden):
        grants.revoke_all(cast["manager"].actor, cast["admin"].user, None)
    kept = Grant.objects.exclude(person=deputy.user).values_list("role", "patterns__pattern")
    assert sorted(kept) == sorted((role.value, "") for role in Role)


@pytest.mark.parametrize("person", ["admin", "manager", "stranger"])
def test_who_gives_no_roles_in_all_universes_does_not_learn_who_has_one(
    universe: Universe, cast: Cast, person: str
) -> None:
    sentences = []
    for giver in ("manager", "editor", "stranger"):
        actor, user = cast[giver].actor, cast[person].user
        with pytest.raises(Forbidden) as caught, CaptureQueriesContext(connection) as asked:
            grants.revoke_all(actor, user, None)
        sentences.append(str(caught.value))
        # Their own rights are looked up, and nobody's grants.
        assert [query["sql"].count('FROM "secretsapp_grant"') for query in asked].count(1) == 1
        with pytest.raises(Forbidden, match=f"grant Viewer to {person}@example.com"):
            grants.give(actor, user, None, Terms(Role.VIEWER))
    assert len(set(sentences)) == 1
    assert f"You can’t change the role of {person}@example.com here" in sentences[0]


@pytest.mark.parametrize("giver", ["editor", "rotator", "viewer", "auditor", "stranger"])
def test_who_gives_no_roles_in_a_universe_does_not_learn_who_has_one(
    universe: Universe, quay: Universe, cast: Cast, giver: str
) -> None:
    for place in (universe, quay):
        for person in ("manager", "admin"):
            with pytest.raises(Forbidden) as caught:
                grants.revoke_all(cast[giver].actor, cast[person].user, place)
            assert (caught.value.permission, caught.value.universe_id) == (
                "manage_grants",
                place.pk,
            )
    assert Grant.objects.filter(person=cast["manager"].user).exists()


def test_the_refusal_of_a_change_does_not_name_the_mightier_role(
    universe: Universe, cast: Cast, deputy: Person
) -> None:
    with pytest.raises(Forbidden) as caught:
        grants.revoke_all(deputy.actor, cast["auditor"].user, universe)
    assert "beyond your own access" in str(caught.value)
    assert "Auditor" not in str(caught.value)


def test_a_manager_of_all_universes_revokes_there(universe: Universe, cast: Cast) -> None:
    grants.give(STAGEHAND, cast["stranger"].user, None, Terms(Role.MANAGER))
    grants.give(STAGEHAND, cast["viewer"].user, None, Terms(Role.VIEWER))
    grants.revoke_all(cast["stranger"].actor, cast["viewer"].user, None)
    with pytest.raises(NotFound, match="no role in all universes"):
        grants.revoke_all(cast["stranger"].actor, cast["viewer"].user, None)
    with pytest.raises(Forbidden):
        grants.revoke_all(cast["stranger"].actor, cast["admin"].user, None)


def test_a_manager_may_lower_themselves_but_not_rise(universe: Universe, cast: Cast) -> None:
    manager = cast["manager"]
    grants.give(manager.actor, manager.user, universe, Terms(Role.EDITOR))
    with pytest.raises(Forbidden):
        grants.give(manager.actor, manager.user, universe, Terms(Role.MANAGER))


def test_an_ended_or_disabled_giver_gives_nothing(
    universe: Universe, cast: Cast, deputy: Person
) -> None:
    Grant.objects.filter(person=deputy.user).update(until=timezone.now())
    cast["manager"].user.is_active = False
    cast["manager"].user.save(update_fields=["is_active"])
    for giver in (deputy, cast["manager"]):
        with pytest.raises(Forbidden):
            grants.give(
                giver.actor,
                cast["stranger"].user,
                universe,
                Terms(Role.VIEWER, "PAY_KEY"),
            )


@pytest.mark.parametrize(
    ("role", "pattern", "until", "words"),
    [
        (Role.VIEWER, "PAY-*", None, "A pattern is"),
        (Role.VIEWER, "*PAY", None, "A pattern is"),
        (Role.VIEWER, "", datetime(2020, 1, 1, tzinfo=UTC), "end is in the past"),
        (Role.ADMIN, "PAY_*", None, "The Admin role covers all"),
        (Role.ADMIN, "", NEXT_YEAR, "The Admin role covers all"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused_in_words(
    cast: Cast, role: Role, pattern: str, until: datetime | None, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words.replace("*", r"\*")):
        grants.give(STAGEHAND, cast["stranger"].user, None, Terms(role, pattern, until=until))


def test_an_admin_of_one_universe_and_a_grant_for_a_disabled_person_are_refused(
    universe: Universe, cast: Cast
) -> None:
    with pytest.raises(InvalidInput, match="never expires"):
        grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.ADMIN))
    seen_enabled = User.objects.get(pk=cast["stranger"].user.pk)
    accounts.disable(STAGEHAND, cast["stranger"].user)
    with pytest.raises(InvalidInput, match=r"is disabled\. Enable it first"):
        grants.give(STAGEHAND, seen_enabled, universe, Terms(Role.VIEWER))
    with pytest.raises(InvalidInput, match="500 characters"):
        grants.give(STAGEHAND, cast["viewer"].user, universe, Terms(Role.VIEWER, reason="x" * 501))


def test_what_nobody_has_cannot_be_revoked(universe: Universe, cast: Cast) -> None:
    with pytest.raises(NotFound, match=r"stranger@example\.com has no role in Harbor"):
        grants.revoke_all(cast["admin"].actor, cast["stranger"].user, universe)
    with pytest.raises(NotFound, match="no role in all universes"):
        grants.revoke_all(cast["admin"].actor, cast["manager"].user, None)


def test_only_the_grant_that_was_seen_is_changed(universe: Universe, cast: Cast) -> None:
    actor, person = cast["manager"].actor, cast["editor"].user
    grant = Grant.objects.get(person=person)
    seen = grant.given_at
    now = grants.change(actor, grant, Terms(Role.VIEWER), seen=seen).given_at
    with pytest.raises(StaleVersion, match=r"manager@example\.com changed the access of"):
        grants.change(cast["admin"].actor, grant, Terms(Role.EDITOR), seen=seen)
    assert Grant.objects.get(person=person).role == "viewer"
    grants.revoke_all(actor, person, universe)
    with pytest.raises(NotFound, match="Someone may have revoked it"):
        grants.change(actor, grant, Terms(Role.EDITOR), seen=now)
    assert not Grant.objects.filter(person=person).exists()


def test_a_grant_that_ended_is_to_be_changed_as_well(universe: Universe, cast: Cast) -> None:
    person = cast["editor"].user
    Grant.objects.filter(person=person).update(until=datetime(2026, 1, 3, tzinfo=UTC))
    said = r"was Editor of Harbor until 3 Jan 2026, 00:00 UTC\. Edit that grant instead"
    with pytest.raises(AlreadyExists, match=said):
        grants.add(cast["manager"].actor, person, universe, Terms(Role.EDITOR))


def test_the_events_tell_the_whole_grant(universe: Universe, cast: Cast) -> None:
    watch, actor, person = Watch(), cast["manager"].actor, cast["stranger"].user
    grants.give(
        actor,
        person,
        universe,
        Terms(Role.EDITOR, "PAY_*", until=NEXT_YEAR, reason="holiday"),
    )
    grants.give(actor, person, universe, Terms(Role.VIEWER))
    grants.revoke_all(actor, person, universe)
    assert watch.tags == ["grant.given", "grant.changed", "grant.revoked"]
    assert {(event.subject_name, event.actor_name) for event in watch.events} == {
        ("stranger@example.com", "manager@example.com")
    }
    assert detail(watch.events[0]) == {
        "role": "Editor",
        "scope": "Harbor",
        "pattern": "PAY_*",
        "until": NEXT_YEAR.isoformat(),
        "reason": "holiday",
    }


@pytest.mark.parametrize("actor", [STAGEHAND, None])
def test_the_last_admin_stays_one(cast: Cast, actor: Actor | None) -> None:
    admin, giver = cast["admin"].user, actor or cast["admin"].actor
    for role in (Role.MANAGER, Role.VIEWER):
        with pytest.raises(LastAdmin, match="First make someone else an admin"):
            grants.give(giver, admin, None, Terms(role))
    with pytest.raises(LastAdmin):
        grants.revoke_all(giver, admin, None)
    grants.give(giver, admin, None, Terms(Role.ADMIN))
    engage("second", admin=True)
    grants.revoke_all(giver, admin, None)
    assert str(Grant.objects.get(role=Role.ADMIN).holder) == "second@example.com"


def test_a_disabled_admin_does_not_count_as_another(cast: Cast) -> None:
    second = engage("second", admin=True).user
    second.is_active = False
    second.save(update_fields=["is_active"])
    with pytest.raises(LastAdmin):
        grants.revoke_all(cast["admin"].actor, cast["admin"].user, None)
