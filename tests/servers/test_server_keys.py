"""The key for servers: tried before it is stored, and kept while a universe needs it."""

import pytest

from emulator import READ_SECRETS, Emulator
from secretsapp.api_keys import stored_keys
from secretsapp.core.errors import Forbidden, RobloxRefused, StillInUse
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Universe
from secretsapp.servers import server_keys
from tests.stage import STAGEHAND, Cast
from tests.support.game_servers import SCOPES
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def second(universe: Universe, emulator: Emulator) -> ApiKey:
    """A key that may read servers, which no universe uses yet."""
    emulator.add_api_key("second-key", scopes=SCOPES)
    value = Plaintext(b"second-key")
    stored_keys.add(STAGEHAND, name="second", value=value, is_meant=True)
    return ApiKey.objects.get(name="second")


def test_a_key_that_reads_the_servers_is_stored_and_told(
    universe: Universe, second: ApiKey, cast: Cast
) -> None:
    watch = Watch()
    server_keys.choose(cast["admin"].actor, universe, second)
    server_keys.choose(cast["admin"].actor, universe, second)
    universe.refresh_from_db()
    assert universe.server_key == second
    [event] = watch.events
    assert (event.tag, "key_for_servers" in event.detail) == ("universe.changed", True)


def test_a_key_that_does_not_is_refused_and_nothing_changes(
    universe: Universe, second: ApiKey, cast: Cast, emulator: Emulator
) -> None:
    emulator.add_api_key("second-key", scopes={READ_SECRETS})
    with pytest.raises(RobloxRefused, match="universe:read"):
        server_keys.choose(cast["admin"].actor, universe, second)
    universe.refresh_from_db()
    assert universe.server_key is None


def test_it_can_be_taken_away_again(universe: Universe, second: ApiKey, cast: Cast) -> None:
    server_keys.choose(cast["admin"].actor, universe, second)
    server_keys.choose(cast["admin"].actor, universe, None)
    universe.refresh_from_db()
    assert universe.server_key is None


def test_a_key_that_servers_are_read_with_is_not_removed(
    universe: Universe, second: ApiKey, cast: Cast
) -> None:
    server_keys.choose(cast["admin"].actor, universe, second)
    with pytest.raises(StillInUse, match="Harbor"):
        stored_keys.remove(cast["admin"].actor, second)


def test_only_admins_choose_it(universe: Universe, second: ApiKey, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        server_keys.choose(cast["manager"].actor, universe, second)
