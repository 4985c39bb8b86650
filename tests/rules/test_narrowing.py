"""What the database narrows to is exactly what the rights allow, whatever the names are."""

from collections.abc import Iterable
from itertools import combinations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies

from secretsapp.core import patterns
from secretsapp.core.events import Event
from secretsapp.core.input_rules import NAME_LIMIT, is_storable
from secretsapp.core.roles import Permission, Role
from secretsapp.models import ApiKey, AuditEvent, Secret, Universe
from secretsapp.rules import audit
from secretsapp.rules.narrowing import named, narrowed
from secretsapp.rules.policy import Holding, Rights
from tests.stage import STAGEHAND

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

# Each number begins the next, as text.
UNIVERSE_IDS = (1, 11, 111)
NAMES = ["PAY_KEY", "PAY_WEBHOOK", "pay_key", "PAYX", "PAY", "SIGNING_SEED"]
SCOPES = [
    (None, ""),
    (None, "PAY*"),
    (1, ""),
    (1, "PAY_*"),
    (1, "PAY"),
    (11, "pay*"),
    (11, "PAY%*"),
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


@strategies.composite
def holdings_near(draw: strategies.DrawFn, names: list[str]) -> Holding:
    """A holding of some role, in some universe or all, under such a pattern."""
    role = draw(strategies.sampled_from(Role))
    universe_id = draw(strategies.sampled_from([None, *UNIVERSE_IDS]))
    return Holding(role, universe_id, draw(patterns_near(names)), None)


@pytest.fixture
def universes() -> list[Universe]:
    """Universes of similar ids, without a secret."""
    api_key = ApiKey.objects.create(name="automation", encrypted_value=b"-")
    return Universe.objects.bulk_create(
        Universe(id=number, name="Harbor", api_key=api_key) for number in UNIVERSE_IDS
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
                audit.Entry(Event.ACCESS_REFUSED, STAGEHAND, each, name)
                for each in universes
                for name in names
            ]
        )


def assert_narrowed_as_allowed(rights: Rights, permission: Permission) -> None:
    """Compare the database with policy, secret by secret."""
    secrets = Secret.objects.all()
    assert set(narrowed(secrets, rights, permission)) == {
        secret for secret in secrets if rights.allows(permission, secret.universe_id, secret.name)
    }


def test_the_database_lists_what_the_rights_allow(universes: list[Universe]) -> None:
    store(universes, NAMES)
    for scopes in [(), *combinations(SCOPES, 1), *combinations(SCOPES, 2)]:
        rights = Rights(tuple(Holding(Role.VIEWER, *scope, None) for scope in scopes))
        assert_narrowed_as_allowed(rights, Permission.LIST_SECRETS)


@pytest.mark.parametrize("permission", Permission)
def test_a_role_without_the_permission_adds_nothing(
    universes: list[Universe], permission: Permission
) -> None:
    store(universes, NAMES)
    held = (Holding(Role.AUDITOR, 1, "PAY_*", None), Holding(Role.ROTATOR, 11, "", None))
    assert_narrowed_as_allowed(Rights(held), permission)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=strategies.data(), names=SOME_NAMES)
def test_whatever_the_names_and_grants_are_the_database_agrees_with_policy(
    universes: list[Universe], data: strategies.DataObject, names: list[str]
) -> None:
    held = data.draw(strategies.lists(holdings_near(names), max_size=4))
    permission = data.draw(strategies.sampled_from(Permission))
    with transaction.atomic():
        store(universes, names)
        assert_narrowed_as_allowed(Rights(tuple(held)), permission)
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
        (77, "", 0),
        (None, "PAY*", 8),
        (None, "", 12),
    ):
        rights = Rights((Holding(Role.AUDITOR, universe_id, pattern, None),))
        events = narrowed(
            AuditEvent.objects.all(), rights, Permission.READ_AUDIT, name="secret_name"
        )
        assert events.count() == count
        if universe_id is not None:
            assert {event.universe_id for event in events} <= {str(universe_id)}
