"""What the database narrows to is exactly what the rights allow, whatever the names are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies

from secretsapp.core import actor as actors
from secretsapp.core import patterns
from secretsapp.core.actor import Actor, Door, remembering
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.input_rules import NAME_LIMIT, is_storable
from secretsapp.core.roles import Permission, Role
from secretsapp.models import (
    EVERYWHERE,
    ApiKey,
    AuditEvent,
    Grant,
    Membership,
    Place,
    Secret,
    Team,
    Universe,
    User,
)
from secretsapp.rules import audit
from secretsapp.rules.holders import people_with
from secretsapp.rules.narrowing import (
    named,
    narrowed,
    narrowed_universes,
    secrets_anywhere,
)
from secretsapp.rules.policy import rights_of
from tests.granting import let_cover, store_each, store_grants
from tests.stage import STAGEHAND

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

A = Permission
NOW, HOUR = timezone.now(), timedelta(hours=1)

# Each number begins the next, as text.
UNIVERSE_IDS = (1, 11, 111)
KINDS = [(1, "staging", "groups/1"), (11, "staging", ""), (111, "", "groups/1")]
PLACES = [
    *map(Place, UNIVERSE_IDS),
    Place(environment="staging"),
    Place(environment="production"),
    Place(owner="groups/1"),
    Place(owner="groups/11"),
    EVERYWHERE,
]
NAMES = ["PAY_KEY", "PAY_WEBHOOK", "pay_key", "PAYX", "PAY", "SIGNING_SEED"]
SCOPES = [
    (None, ""),
    (None, "PAY*"),
    (1, ""),
    (1, "PAY_*"),
    (1, "PAY"),
    (11, "pay*"),
    (11, "PAY%*"),
    ("staging", ""),
    ("staging", "PAY_*"),
    ("groups/1", "PAY*"),
]

# What databases take for more than itself, beside letters that some fold, expand or compose.
FOLDED = "\N{LATIN SMALL LETTER LONG S}\N{KELVIN SIGN}\N{LATIN SMALL LETTER DOTLESS I}ßİéÉe\u0301"
TRICKY = strategies.text(f"PpAaYySsKkIi_%*?[\\'\" .{FOLDED}\U0001f511", max_size=NAME_LIMIT)
ANYTHING = strategies.text(max_size=NAME_LIMIT).filter(is_storable)
SOME_NAMES = strategies.lists(TRICKY | ANYTHING, unique=True, max_size=6)


@strategies.composite
def patterns_near(draw: strategies.DrawFn, names: list[str]) -> str:
    """A pattern that has to do with one of the names, or with none."""
    near = draw(strategies.sampled_from([*names, "PAY_KEY"]))
    near = draw(strategies.sampled_from([near, near.swapcase()]))[:NAME_LIMIT]
    length = draw(strategies.integers(0, len(near)))
    return draw(strategies.sampled_from([near, f"{near[:length]}*", "", "%*", "_*", "%", "_"]))


@dataclass(frozen=True)
class Held:
    """A grant that no one has yet: of which terms, and whether through a team."""

    role: Role
    place: Place
    names: tuple[str, ...]
    until: datetime | None = None
    by_team: bool = False


@strategies.composite
def grants_near(draw: strategies.DrawFn, names: list[str]) -> list[Held]:
    """Grants of some role and place, under such patterns, in force or ended, one's own or not."""
    one = strategies.builds(
        Held,
        strategies.sampled_from([role for role in Role if role is not Role.ADMIN]),
        strategies.sampled_from(PLACES),
        strategies.sets(patterns_near(names), min_size=1, max_size=3).map(tuple),
        strategies.sampled_from([None, NOW - HOUR, NOW + HOUR]),
        strategies.booleans(),
    )
    return draw(strategies.lists(one, max_size=4))


@pytest.fixture
def universes() -> list[Universe]:
    """Universes of similar ids, without a secret."""
    api_key = ApiKey.objects.create(name="automation", encrypted_value=b"-")
    return Universe.objects.bulk_create(
        Universe(id=number, name="Harbor", api_key=api_key, environment=environment, owner=owner)
        for number, environment, owner in KINDS
    )


def store(universes: Iterable[Universe], names: Iterable[str]) -> None:
    """Let each universe have secrets of those names."""
    Secret.objects.bulk_create(
        Secret(universe=each, name=name) for each in universes for name in names
    )


def record(universes: Iterable[Universe | None], names: Iterable[str]) -> None:
    """Let events about those names be in the log of each universe, or of none."""
    with transaction.atomic():
        audit.append(
            *[
                audit.Entry(AccessEvent.ACCESS_REFUSED, STAGEHAND, each, name)
                for each in universes
                for name in names
            ]
        )


def granted(role: Role, where: int | str | None, *names: str) -> Held:
    """A grant that nobody has yet, in a universe, an environment, those of an owner, or all."""
    if not isinstance(where, str):
        return Held(role, Place(where), names)
    place = Place(owner=where) if "/" in where else Place(environment=where)
    return Held(role, place, names)


def give(grants: Iterable[Held]) -> Actor:
    """Let those be all the grants of the person, beside one who may do everything."""
    Grant.objects.all().delete()
    person, _ = User.objects.get_or_create(email="someone@example.com")
    other, _ = User.objects.get_or_create(email="other@example.com")
    team, is_new = Team.objects.get_or_create(name="Build")
    if is_new:
        Membership.objects.create(team=team, person=person, added_by="tests", added_at=NOW)
    store_each((stored(held, person, team), held.names) for held in grants)
    everything = Grant(person=other, role=Role.ADMIN, given_by="tests", given_at=NOW)
    store_grants([everything])
    return actors.person(person.pk, person.email, Door.BROWSER)


def stored(held: Held, person: User, team: Team) -> Grant:
    """The row of it."""
    return Grant(
        person=None if held.by_team else person,
        team=team if held.by_team else None,
        universe_id=held.place.universe_id,
        environment=held.place.environment,
        owner=held.place.owner,
        role=held.role,
        until=held.until,
        given_by="tests",
        given_at=NOW,
    )


def assert_narrowed_as_allowed(actor: Actor, permission: Permission) -> None:
    """Compare the database with policy, secret by secret, event by event, place by place."""
    rights = rights_of(actor)
    secrets = Secret.objects.all()
    allowed = [each for each in secrets if rights.allows(permission, each.universe_id, each.name)]
    assert set(narrowed(actor, secrets, permission)) == set(allowed)
    assert sorted(each.pk for each in secrets_anywhere(actor, permission)) == [
        each.pk for each in sorted(allowed, key=lambda each: each.pk)
    ]
    events = AuditEvent.objects.exclude(universe_id="")
    shown = narrowed(actor, events, permission, name="secret_name")
    assert set(shown) == {
        event
        for event in events
        if rights.allows(permission, int(event.universe_id), event.secret_name)
    }
    universes = Universe.objects.all()
    assert set(narrowed_universes(actor, universes, permission)) == {
        each for each in universes if rights.allows_somewhere(permission, each.pk)
    }


@pytest.mark.long
def test_the_database_lists_what_the_rights_allow(universes: list[Universe]) -> None:
    store(universes, NAMES)
    record(universes, NAMES)
    for scopes in [(), *combinations(SCOPES, 1), *combinations(SCOPES, 2)]:
        actor = give(granted(Role.VIEWER, *scope) for scope in scopes)
        assert_narrowed_as_allowed(actor, Permission.LIST_SECRETS)


@pytest.mark.parametrize("permission", Permission)
def test_a_role_without_the_permission_adds_nothing(
    universes: list[Universe], permission: Permission
) -> None:
    store(universes, NAMES)
    actor = give([granted(Role.AUDITOR, 1, "PAY_*"), granted(Role.ROTATOR, 11, "")])
    assert_narrowed_as_allowed(actor, permission)


@pytest.mark.parametrize("permission", Permission)
def test_an_admin_a_command_and_the_system_are_shown_everything(
    universes: list[Universe], permission: Permission
) -> None:
    store(universes, NAMES)
    for actor in (give([granted(Role.ADMIN, None, "")]), STAGEHAND, actors.system("sweep")):
        assert_narrowed_as_allowed(actor, permission)
        assert narrowed(actor, Secret.objects.all(), permission).count() == len(NAMES) * 3


def test_who_is_disabled_or_gone_is_shown_nothing(universes: list[Universe]) -> None:
    store(universes, NAMES)
    actor = give([granted(Role.VIEWER, 1, ""), granted(Role.VIEWER, None, "P*")])
    User.objects.filter(email=actor.name).update(is_active=False)
    nobody = actors.person(10**9, "gone@example.com", Door.SHELL)
    for who in (actor, nobody):
        assert not narrowed(who, Secret.objects.all(), Permission.LIST_SECRETS).exists()
        assert not narrowed_universes(who, Universe.objects.all(), A.LIST_SECRETS).exists()


def test_what_is_remembered_lets_nothing_be_seen_of_a_narrower_grant(
    universes: list[Universe],
) -> None:
    store(universes, NAMES)
    actor = remembering(give([granted(Role.VIEWER, 1, "")]))
    assert rights_of(actor).allows(A.LIST_SECRETS, 1, "SIGNING_SEED")
    let_cover(Grant.objects.filter(universe=1), "PAY")
    found = narrowed(actor, Secret.objects.all(), A.LIST_SECRETS)
    assert [secret.name for secret in found] == ["PAY"]


def test_each_is_asked_about_their_own_grants_within_a_question_about_another(
    universes: list[Universe],
) -> None:
    store(universes, ["PAY_KEY", "PAYX"])
    one = give([granted(Role.VIEWER, 1, "PAY_*"), granted(Role.VIEWER, 111, "")])
    third = User.objects.create(email="third@example.com")
    held = [granted(Role.VIEWER, 11, "PAYX"), granted(Role.VIEWER, 111, "PAY_*")]
    store_each((stored(each, third, Team.objects.get()), each.names) for each in held)
    other = actors.person(third.pk, third.email, Door.BROWSER)
    theirs = narrowed(other, Secret.objects.all(), A.LIST_SECRETS)
    here = theirs.filter(universe=OuterRef("universe"), name=OuterRef("name"))
    both = narrowed(one, Secret.objects.all(), A.LIST_SECRETS).filter(Exists(here))
    assert [(each.universe_id, each.name) for each in both] == [(111, "PAY_KEY")]


def test_no_query_grows_with_the_number_of_grants(universes: list[Universe]) -> None:
    def statement() -> str:
        rows = narrowed(actor, Secret.objects.all(), Permission.LIST_SECRETS)
        anywhere = secrets_anywhere(actor, Permission.LIST_SECRETS)
        events = narrowed(actor, AuditEvent.objects.all(), A.READ_AUDIT, name="secret_name")
        places = narrowed_universes(actor, Universe.objects.all(), Permission.LIST_SECRETS)
        with CaptureQueriesContext(connection) as captured:
            assert len([*rows, *anywhere, *events, *places[:2]]) == 2
        sent = [re.sub(r"'[^']*'|\d+", "", query["sql"]) for query in captured]
        return "\n".join(sent)

    actor = give([granted(Role.AUDITOR, 1, "PAY_*"), granted(Role.AUDITOR, 11, "")])
    for_two = statement()
    more = Universe.objects.bulk_create(
        Universe(id=number, name="Harbor", api_key=universes[0].api_key)
        for number in range(1000, 2500)
    )
    patterns = ("", "PAY_*", "PAY_KEY")
    actor = give(granted(Role.AUDITOR, each.pk, patterns[each.pk % 3]) for each in more)
    assert statement() == for_two


@pytest.mark.long
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=strategies.data(), names=SOME_NAMES)
def test_whatever_the_names_and_grants_are_the_database_agrees_with_policy(
    universes: list[Universe], data: strategies.DataObject, names: list[str]
) -> None:
    held = data.draw(grants_near(names))
    permission = data.draw(strategies.sampled_from(Permission))
    with transaction.atomic():
        store(universes, names)
        record(universes, names)
        assert_narrowed_as_allowed(give(held), permission)
        transaction.set_rollback(True)


@pytest.mark.long
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=strategies.data(), names=SOME_NAMES)
def test_whoever_has_a_permission_is_found_by_it(
    universes: list[Universe], data: strategies.DataObject, names: list[str]
) -> None:
    held = data.draw(grants_near(names))
    permission = data.draw(strategies.sampled_from(Permission))
    with transaction.atomic():
        actor = give(held)
        for name in names:
            found = {person.pk for person in people_with(permission, 11, name)}
            assert (actor.person_id in found) == rights_of(actor).allows(permission, 11, name)
            assert User.objects.get(email="other@example.com").pk in found
        transaction.set_rollback(True)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=strategies.data(), names=SOME_NAMES)
def test_a_pattern_finds_the_names_that_it_matches(
    universes: list[Universe], data: strategies.DataObject, names: list[str]
) -> None:
    pattern = data.draw(patterns_near(names))
    with transaction.atomic():
        store(universes[:1], names)
        found = set(Secret.objects.filter(named(pattern)).values_list("name", flat=True))
        transaction.set_rollback(True)
    assert found == {name for name in names if patterns.matches(pattern, name)}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", {"PAY_KEY", "pay_key", "PAYX", "PAY", "PAY%", "PAY ", "%", "_", "*"}),
        ("*", {"PAY_KEY", "pay_key", "PAYX", "PAY", "PAY%", "PAY ", "%", "_", "*"}),
        ("PAY_*", {"PAY_KEY"}),
        ("pay_*", {"pay_key"}),
        ("PAY%*", {"PAY%"}),
        ("PAY*", {"PAY_KEY", "PAYX", "PAY", "PAY%", "PAY "}),
        ("PAY", {"PAY"}),
        ("PAY ", {"PAY "}),
        ("Pay", set()),
        ("P*Y", set()),
        ("%", {"%"}),
        ("_", {"_"}),
        ("%*", {"%"}),
        ("_*", {"_"}),
        ("**", {"*"}),
        ("PAY\\_*", set()),
        ("' OR '1'='1", set()),
    ],
)
def test_what_is_special_to_a_database_stands_for_itself(
    universes: list[Universe], pattern: str, found: set[str]
) -> None:
    store(universes[:1], ["PAY_KEY", "pay_key", "PAYX", "PAY", "PAY%", "PAY ", "%", "_", "*"])
    assert set(Secret.objects.filter(named(pattern)).values_list("name", flat=True)) == found


def test_events_are_narrowed_by_their_own_column_and_universe(universes: list[Universe]) -> None:
    record([*universes, None], ["PAY_KEY", "PAYX", ""])
    for universe_id, pattern, count in (
        (1, "", 3),
        (11, "PAY_*", 1),
        (111, "pay*", 0),
        (None, "PAY*", 8),
        (None, "", 12),
    ):
        actor = give([granted(Role.AUDITOR, universe_id, pattern)])
        events = narrowed(
            actor, AuditEvent.objects.all(), Permission.READ_AUDIT, name="secret_name"
        )
        assert events.filter(tag="access.refused").count() == count
        if universe_id is not None:
            assert {event.universe_id for event in events} <= {str(universe_id)}
