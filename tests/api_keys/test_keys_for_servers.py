"""A key that is only for game servers is looked at daily too, and told of with its universes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from emulator import Block, Emulator
from secretsapp.api_keys import key_health, key_listing, looking, stored_keys
from secretsapp.core import actor as actors
from secretsapp.core.errors import RobloxRefused
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Budget, Universe
from secretsapp.rules import budgets
from secretsapp.rules.paging import FIRST
from tests.stage import Cast
from tests.support.game_servers import SERVER_KEY, give_key
from tests.support.together import together
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

LOOKER = actors.system("keys")


@pytest.fixture
def with_key(universe: Universe, emulator: Emulator) -> Universe:
    """Harbor with a key for its servers."""
    return give_key(universe, emulator)


def look() -> ApiKey:
    """The key for servers after a round in which every key was due."""
    ApiKey.objects.update(look_due_at=None)
    looking.look_due(LOOKER)
    return ApiKey.objects.get(name="servers")


def test_its_servers_are_read_for_real(with_key: Universe, emulator: Emulator) -> None:
    emulator.clear_requests()
    found = look()
    assert (found.check_verdict, found.check_result) == (
        KeyVerdict.OPENS,
        "it can read the game servers of 1 universe",
    )
    assert found.used_at is not None
    assert sum("restarts:forecast" in request.path for request in emulator.requests) == 1


def test_one_that_fails_is_told_and_the_universe_keeps_its_secrets(
    with_key: Universe, emulator: Emulator
) -> None:
    watch = Watch()
    emulator.add_api_key(SERVER_KEY, scopes=())
    found = look()
    assert (found.check_verdict, found.broken_universe) == (KeyVerdict.LACKS_SERVERS, with_key.pk)
    assert watch.tags == ["api_key.failing"]
    [finding] = [each for each in key_health.findings(found) if each.stops]
    assert "can’t read game servers" in finding.sentence
    assert key_health.trouble_in(Universe.objects.get()) == ""
    emulator.block_api_key(SERVER_KEY, Block.MODERATED)
    assert look().check_verdict == KeyVerdict.REFUSED


def test_a_key_for_both_is_tried_for_both(with_key: Universe, emulator: Emulator) -> None:
    with_key.server_key = with_key.api_key
    with_key.save()
    ApiKey.objects.update(look_due_at=None)
    looking.look_due(LOOKER)
    both = ApiKey.objects.get(name="automation")
    assert both.check_verdict == KeyVerdict.LACKS_SERVERS
    assert key_health.trouble_in(Universe.objects.get()) == ""


def test_a_replacement_must_read_the_servers_too(
    with_key: Universe, emulator: Emulator, cast: Cast
) -> None:
    emulator.add_api_key("narrow")
    with pytest.raises(RobloxRefused, match="can’t read game servers"):
        stored_keys.replace(
            cast["admin"].actor, ApiKey.objects.get(name="servers"), Plaintext(b"narrow")
        )


def test_its_page_lists_the_universes_that_it_is_for(
    with_key: Universe, cast: Cast, client: Client
) -> None:
    found = ApiKey.objects.get(name="servers")
    view = key_listing.view(cast["admin"].actor, found.pk)
    assert (view.count, view.universes) == (1, [with_key])
    assert key_listing.universes_of(cast["admin"].actor, found, FIRST).items == [with_key]
    client.force_login(cast["admin"].user)
    page = client.get(f"/api-keys/{found.pk}/").content.decode()
    assert "for its game servers" in page


def test_the_guide_to_its_replacement_names_the_operations_that_it_needs(
    with_key: Universe, client: Client, cast: Cast
) -> None:
    client.force_login(cast["admin"].user)
    key = ApiKey.objects.get(name="servers")
    guide = client.get(f"/api-keys/{key.pk}/replace/").content.decode()
    assert all(scope in guide for scope in (">universe:read<", ">universe:write<"))
    assert "universe.secret:" not in guide


def test_two_workers_read_no_more_than_one(with_key: Universe) -> None:
    assert budgets.take_some("keys", 8, of=8) == 8
    ApiKey.objects.update(look_due_at=None)
    assert looking.look_due(LOOKER) == []
    assert not ApiKey.objects.filter(look_claimed_until__isnull=False).exists()
    Budget.objects.update(used_at=timezone.now() - timedelta(minutes=1))
    assert len(looking.look_due(LOOKER)) == 2


def test_a_budget_counts_until_nothing_was_used_for_a_minute() -> None:
    assert [budgets.take("calls", 4, of=9) for _ in range(3)] == [True, True, False]
    assert budgets.take_some("calls", 4, of=9) == 1
    Budget.objects.update(used_at=timezone.now() - timedelta(seconds=50))
    assert not budgets.take("calls", 1, of=9)
    Budget.objects.update(used_at=timezone.now() + timedelta(hours=1))
    assert budgets.take("calls", 9, of=9)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_take_at_once_no_more_get_some_than_there_is() -> None:
    taken: list[bool] = []
    together(*[lambda: taken.append(budgets.take("calls", 3, of=9))] * 6)
    assert taken.count(True) == 3
