"""Policies and snoozes: who can set them, what is refused, and what the log is told."""

from datetime import timedelta
from typing import Any

import pytest

from secretsapp.core.errors import Correctable, Forbidden, InvalidInput, SecretGone
from secretsapp.core.labels import NOTE_LIMIT, REASON_LIMIT
from secretsapp.core.upkeep_errors import NothingDue
from secretsapp.due import policies, snoozing
from secretsapp.due.policies import Covered, Terms
from secretsapp.models import RotationPolicy, Secret, Snooze, Universe
from secretsapp.models.due import DueRule
from tests.due.dating import NINETY, age, cover, today
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_only_admins_set_policies_of_many_secrets(universe: Universe, cast: Cast) -> None:
    for who in ("manager", "editor", "viewer", "stranger"):
        for covered in (Covered(), Covered(environment="production"), Covered(universe)):
            with pytest.raises(Forbidden):
                policies.set_policy(cast[who].actor, covered, NINETY)
            with pytest.raises(Forbidden):
                policies.remove_policy(cast[who].actor, covered)
    assert not RotationPolicy.objects.exists()


def test_who_edits_a_secret_says_when_it_is_due(universe: Universe, cast: Cast) -> None:
    covered = Covered(universe, "PAY_KEY")
    assert policies.set_policy(cast["editor"].actor, covered, NINETY)
    for who in ("rotator", "viewer", "auditor"):
        with pytest.raises(Forbidden):
            policies.set_policy(cast[who].actor, covered, Terms(DueRule.NEVER))
    assert RotationPolicy.objects.get().days == 90


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(DueRule.EVERY), "days"),
        (Terms(DueRule.EVERY, days=0), "days"),
        (Terms(DueRule.EVERY, days=-5), "days"),
        (Terms(DueRule.EVERY, days=3651), "days"),
        (Terms(DueRule.ENDS), "ends_on"),
        (Terms(DueRule.ENDS, ends_on=today() - DAY), "ends_on"),
        (Terms(DueRule.ENDS, ends_on=today() + 3660 * DAY), "ends_on"),
        (Terms(DueRule.FOLLOWS), "rule"),
        (Terms(DueRule.NEVER, hint="a" * (NOTE_LIMIT + 1)), "hint"),
        (Terms(DueRule.NEVER, hint="a\x00b"), "hint"),
    ],
)
def test_what_makes_no_sense_is_refused(universe: Universe, terms: Terms, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        policies.set_policy(STAGEHAND, Covered(universe, "PAY_KEY"), terms)
    assert refused.value.field == field
    assert not RotationPolicy.objects.exists()


@pytest.mark.parametrize(
    ("covered", "terms"),
    [
        (Covered(environment="moon"), NINETY),
        (Covered(), Terms(DueRule.FOLLOWS, hint="a hint")),
        (Covered(), Terms(DueRule.ENDS, ends_on=today() + DAY)),
        (Covered(), Terms(DueRule.EVERY, days=9, hint="a hint")),
    ],
)
def test_many_secrets_have_neither_an_end_nor_a_hint(
    universe: Universe, covered: Covered, terms: Terms
) -> None:
    with pytest.raises(InvalidInput):
        policies.set_policy(STAGEHAND, covered, terms)


def test_a_secret_that_is_gone_has_no_policy(universe: Universe) -> None:
    with pytest.raises(SecretGone):
        policies.set_policy(STAGEHAND, Covered(universe, "NOT_THERE"), NINETY)
    cover(universe, "PAY_KEY")
    Secret.objects.filter(name="PAY_KEY").delete()
    assert not RotationPolicy.objects.exists()


def test_the_log_has_the_rule_but_never_the_hint(universe: Universe, cast: Cast) -> None:
    watch, covered = Watch(), Covered(universe, "PAY_KEY")
    terms = Terms(DueRule.EVERY, days=90, hint="ask the provider")
    for _ in range(2):
        policies.set_policy(cast["editor"].actor, covered, terms)
    policies.remove_policy(cast["editor"].actor, covered)
    assert [(event.tag, detail(event)) for event in watch.events] == [
        ("secret.policy.set", {"rule": "every 90 days", "hint": "changed"}),
        ("secret.policy.removed", {"rule": "every 90 days"}),
    ]


def test_a_policy_of_many_says_where(universe: Universe) -> None:
    watch = Watch()
    for covered in (Covered(), Covered(environment="production"), Covered(universe)):
        policies.set_policy(STAGEHAND, covered, NINETY)
    told = [(detail(event)["where"], event.universe_name) for event in watch.events]
    assert told == [("all universes", ""), ("Production", ""), ("Harbor", "Harbor")]


def test_a_place_without_a_policy_of_its_own_has_none_to_remove(universe: Universe) -> None:
    cover()
    with pytest.raises(NothingDue):
        policies.remove_policy(STAGEHAND, Covered(universe))


def snooze(universe: Universe, **changed: Any) -> None:
    """Put PAY_KEY off for three days."""
    arguments: dict[str, Any] = {
        "name": "PAY_KEY",
        "until": today() + 3 * DAY,
        "reason": "away",
    } | changed
    snoozing.snooze(STAGEHAND, universe=universe, **arguments)


@pytest.mark.engine
@pytest.mark.parametrize("environment", ["moon", "\0"])
def test_no_policy_is_removed_of_a_place_that_there_is_not(
    universe: Universe, environment: str
) -> None:
    with pytest.raises(NothingDue, match="no policy of its own"):
        policies.remove_policy(STAGEHAND, Covered(environment=environment))


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": today()},
        {"until": today() + 99 * DAY},
        {"reason": ""},
        {"reason": "two\nlines"},
        {"reason": "a" * (REASON_LIMIT + 1)},
    ],
)
def test_a_snooze_ends_within_90_days_and_has_a_reason(
    universe: Universe, wrong: dict[str, Any]
) -> None:
    cover(universe)
    age("PAY_KEY", 90)
    with pytest.raises(Correctable):
        snooze(universe, **wrong)
    assert not Snooze.objects.exists()
    snooze(universe, until=today() + 90 * DAY)


def test_a_second_click_puts_off_nothing_more(universe: Universe) -> None:
    cover(universe)
    age("PAY_KEY", 90)
    watch = Watch()
    for until in (3, 3, 4):
        snooze(universe, until=today() + until * DAY)
    assert watch.tags == ["secret.snoozed"] * 2
    assert Snooze.objects.get().until == today() + 4 * DAY


def test_what_is_not_due_is_not_put_off(universe: Universe) -> None:
    with pytest.raises(NothingDue):
        snooze(universe)
    cover(universe)
    with pytest.raises(NothingDue):
        snooze(universe)
    with pytest.raises(NothingDue):
        snooze(universe, name="NOT_THERE")


def test_who_only_rotates_puts_nothing_off(universe: Universe, cast: Cast) -> None:
    cover(universe)
    age("PAY_KEY", 90)
    with pytest.raises(Forbidden):
        snoozing.snooze(
            cast["rotator"].actor, universe=universe, name="PAY_KEY", until=today(), reason="x"
        )
