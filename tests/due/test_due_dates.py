"""When secrets are due: which policy counts, and that what is stored is what is true."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core.due_states import DueDates, DueState
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.times import day_of_value, due_after
from secretsapp.due import policies, snoozing
from secretsapp.due.policies import Covered, Terms
from secretsapp.models import ApiKey, Secret, Universe
from secretsapp.models.due import DueRule
from secretsapp.rules.due_dates import asking, dates_of, in_state
from secretsapp.secrets import changes
from secretsapp.universes import managing, refreshing
from tests.due.dating import age, check_all, cover, today
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import mirrored

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

DAY = timedelta(days=1)


def state_of(universe: Universe, name: str = "PAY_KEY") -> DueState:
    """How far along that secret is today."""
    return dates_of(Secret.objects.get(universe=universe, name=name)).state(today())


def due_in(universe: Universe, name: str = "PAY_KEY") -> int | None:
    """In how many days it is due."""
    due_on = mirrored(universe, name).due_on
    return (due_on - today()).days if due_on else None


@pytest.mark.parametrize(
    ("days_old", "state"),
    [
        (0, DueState.IN_TIME),
        (75, DueState.IN_TIME),
        (76, DueState.SOON),
        (89, DueState.SOON),
        (90, DueState.DUE),
        (96, DueState.DUE),
        (97, DueState.OVERDUE),
    ],
)
def test_a_secret_is_soon_due_then_due_then_overdue(
    universe: Universe, days_old: int, state: DueState
) -> None:
    assert state_of(universe) is DueState.UNCOVERED
    cover(universe)
    age("PAY_KEY", days_old)
    assert state_of(universe) is state
    check_all()


def test_the_lead_is_a_fifth_of_a_short_interval() -> None:
    leads = []
    for days in (1, 7, 30, 70, 365):
        due_on, soon_on = due_after(date(2026, 1, 1), days)
        assert due_on == date(2026, 1, 1) + days * DAY
        leads.append((due_on - soon_on).days if soon_on else None)
    assert leads == [0, 1, 6, 14, 14]


def test_the_most_exact_policy_counts(universe: Universe) -> None:
    age("PAY_KEY", 0)
    for covered, days in (
        (Covered(), 300),
        (Covered(environment="production"), 200),
        (Covered(universe), 100),
        (Covered(universe, "PAY_KEY"), 50),
    ):
        policies.set_policy(STAGEHAND, covered, Terms(DueRule.EVERY, days=days))
        assert due_in(universe) == days
        check_all()
    for name, days in (("PAY_KEY", 100), ("", 200)):
        policies.remove_policy(STAGEHAND, Covered(universe, name))
        assert due_in(universe) == days
        check_all()
    policies.remove_policy(STAGEHAND, Covered(environment="production"))
    assert due_in(universe) == 300


def test_another_environment_has_other_policies(universe: Universe) -> None:
    policies.set_policy(STAGEHAND, Covered(environment="staging"), Terms(DueRule.EVERY, days=20))
    assert state_of(universe) is DueState.UNCOVERED
    managing.edit(STAGEHAND, universe, name="Harbor", environment="staging")
    assert due_in(universe) == 20
    check_all()


def test_a_universe_that_is_added_later_is_covered_too(
    emulator: Emulator, universe: Universe, api_key: ApiKey
) -> None:
    policies.set_policy(STAGEHAND, Covered(environment="staging"), Terms(DueRule.EVERY, days=20))
    emulator.add_universe(77, name="Quay").put("KEY", b"a value", "*")
    quay = managing.add(STAGEHAND, universe_id=77, api_key=api_key, environment="staging")
    assert due_in(quay, "KEY") == 20
    check_all()


def test_a_secret_can_be_left_out(universe: Universe) -> None:
    cover(universe)
    policies.set_policy(STAGEHAND, Covered(universe, "PAY_KEY"), Terms(DueRule.NEVER))
    assert state_of(universe) is DueState.UNCOVERED
    assert state_of(universe, "PAY_WEBHOOK") is DueState.IN_TIME
    check_all()


def test_a_hint_alone_changes_no_date(universe: Universe) -> None:
    cover(universe)
    before = due_in(universe)
    terms = Terms(DueRule.FOLLOWS, hint="Ask the provider.")
    policies.set_policy(STAGEHAND, Covered(universe, "PAY_KEY"), terms)
    assert due_in(universe) == before
    check_all()


def rotate(universe: Universe, cast: Cast) -> None:
    """Give PAY_KEY another value."""
    changes.rotate(
        actor=cast["rotator"].actor,
        universe=universe,
        name="PAY_KEY",
        value=Plaintext(b"another value"),
    )


def test_a_rotation_starts_the_interval_again_and_ends_a_snooze(
    universe: Universe, cast: Cast
) -> None:
    cover(universe)
    refreshing.refresh(STAGEHAND, universe)
    Secret.objects.filter(name="PAY_KEY").update(due_on=today() - DAY, due_soon_on=today() - DAY)
    until = today() + 5 * DAY
    snoozing.snooze(STAGEHAND, universe=universe, name="PAY_KEY", until=until, reason="away")
    assert mirrored(universe).snoozed_until == until
    rotate(universe, cast)
    assert (due_in(universe), mirrored(universe).snoozed_until) == (90, None)
    check_all()


def test_the_end_of_a_credential_is_of_the_value_that_is_there(
    universe: Universe, cast: Cast
) -> None:
    terms = Terms(DueRule.ENDS, ends_on=today() + 3 * DAY)
    policies.set_policy(STAGEHAND, Covered(universe, "PAY_KEY"), terms)
    assert (due_in(universe), state_of(universe)) == (3, DueState.SOON)
    rotate(universe, cast)
    assert state_of(universe) is DueState.UNKNOWN
    check_all()
    policies.set_policy(STAGEHAND, Covered(universe, "PAY_KEY"), terms)
    assert due_in(universe) == 3
    check_all()


def test_a_change_at_roblox_starts_the_interval_again(
    universe: Universe, harbor: EmulatedUniverse
) -> None:
    cover()
    age("PAY_KEY", 200)
    age("PAY_WEBHOOK", 200)
    harbor.put("PAY_KEY", b"theirs", "api.pay.example")
    harbor.put("NEW_ONE", b"theirs", "api.pay.example")
    refreshing.refresh(STAGEHAND, universe)
    assert due_in(universe) == due_in(universe, "NEW_ONE") == 90
    check_all()


def test_what_roblox_no_longer_has_is_not_due(universe: Universe, harbor: EmulatedUniverse) -> None:
    cover()
    age("PAY_KEY", 200)
    harbor.remove("PAY_KEY")
    refreshing.refresh(STAGEHAND, universe)
    assert state_of(universe) is DueState.UNCOVERED
    check_all()


def test_a_time_that_cannot_be_is_never_in_time() -> None:
    now = timezone.now()
    old, ahead = "2020-03-01T10:00:00Z", f"{now + DAY:%Y-%m-%dT%H:%M:%SZ}"
    assert day_of_value(old, "2019-01-01T00:00:00Z", now) == date(2020, 3, 1)
    assert day_of_value("", old, now) == date(2020, 3, 1)
    for update_time in ("yesterday", ahead):
        assert day_of_value(update_time, old, now) is None
    assert DueDates(is_covered=True).state(today()) is DueState.UNKNOWN


def test_a_secret_without_a_time_is_said_to_be_unknown(universe: Universe) -> None:
    Secret.objects.filter(name="PAY_KEY").update(update_time="?", valued_on=None)
    cover(universe)
    assert state_of(universe) is DueState.UNKNOWN
    check_all()


def test_the_states_in_sql_are_those_of_each_secret(universe: Universe) -> None:
    cover(universe)
    for name, days in (("PAY_KEY", 90), ("PAY_WEBHOOK", 200), ("SIGNING_SEED", 80)):
        age(name, days)
    until = today() + DAY
    snoozing.snooze(STAGEHAND, universe=universe, name="PAY_WEBHOOK", until=until, reason="away")
    rows = Secret.objects.all()
    for day in (today() + each * DAY for each in range(-100, 30)):
        for state in DueState:
            found = set(Secret.objects.filter(in_state(state, day)).values_list("name", flat=True))
            assert found == {each.name for each in rows if dates_of(each).state(day) is state}
        named = set(Secret.objects.filter(asking(day)).values_list("name", flat=True))
        asked = (DueState.SOON, DueState.DUE, DueState.OVERDUE)
        assert named == {each.name for each in rows if dates_of(each).state(day) in asked}
