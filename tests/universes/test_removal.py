"""Universes given another key, and universes removed, also while something is under way."""

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.api_keys import stored_keys
from secretsapp.core.errors import NotFound, OutcomeUnknown, RobloxRefused, StillInUse
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.log import reading
from secretsapp.log.filters import AuditFilter
from secretsapp.models import ApiKey, AuditEvent, Change, Grant, Secret, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.secrets import attempts, changes, settling
from secretsapp.universes import managing, refreshing
from tests.stage import STAGEHAND, Cast
from tests.support.together import together
from tests.support.unfinished import later, leave_open, let_rest
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

SECOND = "second-emulated-api-key"


def second_key(emulator: Emulator, **terms: object) -> ApiKey:
    """Another stored key, with its terms at Roblox."""
    emulator.add_api_key(SECOND, **terms)  # type: ignore[arg-type]  # the caller names them
    return stored_keys.add(
        STAGEHAND, name="second", value=Plaintext(SECOND.encode()), is_meant=True
    )


def rekey(universe: Universe, api_key: ApiKey) -> None:
    """Give the universe another key, and change nothing else."""
    managing.edit(
        STAGEHAND,
        universe,
        name=universe.name,
        environment=universe.environment,
        api_key=api_key,
    )


def test_a_universe_is_given_another_key_once_that_opens_it(
    emulator: Emulator, universe: Universe
) -> None:
    watch = Watch()
    api_key = second_key(emulator)
    rekey(universe, api_key)
    assert Universe.objects.get().api_key == api_key
    assert detail(watch.last) == {
        "fields": "API key",
        "api_key_before": "automation",
        "api_key": "second",
    }
    rekey(universe, api_key)
    assert watch.tags == ["api_key.added", "universe.changed"]


def test_a_key_that_does_not_open_it_changes_nothing(
    emulator: Emulator, universe: Universe
) -> None:
    api_key = second_key(emulator, universes=[77])
    watch = Watch()
    with pytest.raises(RobloxRefused):
        managing.edit(STAGEHAND, universe, name="Port", environment="staging", api_key=api_key)
    stored = Universe.objects.get()
    assert (stored.name, stored.environment, stored.api_key.name, watch.tags) == (
        "Harbor",
        "production",
        "automation",
        [],
    )


def test_a_removed_universe_takes_its_grants_and_leaves_its_events_and_secrets(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    before = AuditEvent.objects.count()
    watch = Watch()
    managing.remove(cast["admin"].actor, universe)
    assert [model.objects.exists() for model in (Universe, Secret, Change)] == [False] * 3
    assert [grant.role for grant in Grant.objects.all()] == [Role.ADMIN]
    assert watch.tags == ["grant.revoked"] * 5 + ["universe.removed"]
    assert {event.universe_name for event in watch.events} == {"Harbor"}
    assert AuditEvent.objects.count() == before + 6
    assert len(harbor.secrets) == 3
    page = reading.page(cast["admin"].actor, AuditFilter())
    assert page.events[0].sentence == "removed the universe Harbor from Sealroom"


def test_a_removed_universe_can_be_added_again(
    universe: Universe, cast: Cast, api_key: ApiKey
) -> None:
    managing.remove(cast["admin"].actor, universe)
    added = managing.add(cast["admin"].actor, universe_id=universe.pk, api_key=api_key)
    assert (added.secrets.count(), added.grants.count()) == (3, 0)


def test_an_open_change_keeps_its_universe(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    watch = Watch()
    with pytest.raises(StillInUse, match="outcome of a change is still unknown"):
        managing.remove(STAGEHAND, universe)
    assert (watch.tags, Universe.objects.count()) == ([], 1)
    with later():
        settling.settle(STAGEHAND)
    managing.remove(STAGEHAND, universe)
    assert not Universe.objects.exists()


def test_what_comes_after_a_removal_is_not_found(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    let_rest(universe)
    managing.remove(STAGEHAND, universe)
    assert not refreshing.refresh(STAGEHAND, universe)
    with pytest.raises(NotFound, match="has removed the universe"):
        managing.remove(STAGEHAND, universe)
    with pytest.raises(NotFound):
        managing.edit(STAGEHAND, universe, name="Port", environment="")
    watch = Watch()
    with pytest.raises(NotFound):
        changes.create(
            actor=STAGEHAND, universe=universe, name="NEW_KEY", value=Plaintext(b"x"), domain=""
        )
    assert watch.tags == []


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_after_all_was_settled_and_removed_stores_nothing(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    emulator.inject(faults.delay(0.4), method="PATCH")
    emulator.clear_requests()

    def remove_meanwhile() -> None:
        emulator.wait_for_requests(3)
        change = Change.objects.get()
        assert attempts.settle_row(change, ChangeState.FAILED, "judged")
        managing.remove(STAGEHAND, universe)

    rotate = together(
        lambda: changes.rotate(
            actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(b"x")
        ),
        remove_meanwhile,
    )
    assert [type(found) for found in rotate] == [OutcomeUnknown, type(None)]
    assert not Universe.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_sweep_goes_on_where_a_universe_is_removed_under_it(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    change = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    emulator.clear_requests()
    emulator.inject(faults.delay(0.4), method="GET")

    def remove_meanwhile() -> None:
        emulator.wait_for_requests(1)
        attempts.settle_row(change, ChangeState.FAILED, "judged elsewhere")
        managing.remove(STAGEHAND, universe)

    with later():
        settled, _ = together(lambda: settling.settle(STAGEHAND), remove_meanwhile)
    assert settled == []
    assert not Universe.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_grant_revoked_while_its_universe_is_removed_is_told_once(
    universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    together(
        lambda: managing.remove(STAGEHAND, universe),
        lambda: grants.revoke_all(STAGEHAND, cast["viewer"].user, universe),
    )
    assert sorted(watch.tags) == ["grant.revoked"] * 5 + ["universe.removed"]
    assert not Universe.objects.exists()
