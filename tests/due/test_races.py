"""A policy that is set while a universe comes, or becomes something else, covers it as well."""

from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connections

from emulator import Emulator
from secretsapp.due import policies
from secretsapp.due.policies import Covered
from secretsapp.models import ApiKey, RotationPolicy, Universe
from secretsapp.rules import due_dates
from secretsapp.universes import managing
from tests.due.dating import NINETY, check_all
from tests.stage import STAGEHAND
from tests.support.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

STAGING = Covered(environment="staging")
# As long as a policy takes that nothing keeps waiting.
A_MOMENT = 0.2


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Covered], Thread]:
    """Sets a policy when days were brought up to date, before that is committed."""
    renew = due_dates.renew

    def set_policy(covered: Covered) -> None:
        policies.set_policy(STAGEHAND, covered, NINETY)
        connections.close_all()

    def prepare(covered: Covered) -> Thread:
        other = Thread(target=set_policy, args=[covered])

        def renew_and_wait(*universes: object) -> None:
            renew(*universes)  # type: ignore[arg-type]  # as it was called
            other.start()
            other.join(A_MOMENT)

        monkeypatch.setattr(due_dates, "renew", renew_and_wait)
        return other

    return prepare


@pytest.mark.parametrize("covered", [Covered(), STAGING])
def test_a_policy_that_is_set_while_a_universe_is_added_covers_it(
    meanwhile: Callable[[Covered], Thread], emulator: Emulator, api_key: ApiKey, covered: Covered
) -> None:
    emulator.add_universe(77, name="Quay").put("KEY", b"a value", "*")
    other = meanwhile(covered)
    managing.add(STAGEHAND, universe_id=77, api_key=api_key, environment="staging")
    other.join()
    assert Universe.objects.get().rotate_days == 90
    check_all()


def test_a_policy_that_is_set_while_a_universe_moves_into_its_environment_covers_it(
    meanwhile: Callable[[Covered], Thread], universe: Universe
) -> None:
    other = meanwhile(STAGING)
    managing.edit(STAGEHAND, universe, name="Harbor", environment="staging")
    other.join()
    assert Universe.objects.get().rotate_days == 90
    check_all()


def test_of_two_who_set_the_first_policy_of_a_place_without_universes_nobody_sees_a_fault(
    db: None,
) -> None:
    def set_policy() -> object:
        return policies.set_policy(STAGEHAND, STAGING, NINETY)

    answers = together(*[set_policy] * 4)
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert RotationPolicy.objects.count() == 1
