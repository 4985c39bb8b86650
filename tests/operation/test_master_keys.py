"""The master key is changed in two steps, and all is encrypted again or nothing is."""

import pytest
from pytest_django import Settings

from emulator import Emulator
from secretsapp.api_keys import stored_keys
from secretsapp.core.errors import Forbidden, MissingKey, WrongKey
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, KeyProof, OAuthAccess, Universe
from secretsapp.operation import installation, master_keys
from secretsapp.operation.encrypted import Kind
from secretsapp.operation.master_keys import Moved
from secretsapp.rules import connections, keys, oauth_access
from tests.stage import HARBOR_ID, STAGEHAND, Cast
from tests.support.connected import connect, let_access_end, set_up_app
from tests.support.rings import new_key, present_master_key, restart_with
from tests.support.unfinished import make
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def blobs() -> list[bytes]:
    """Everything that is encrypted, as it is stored."""
    stored = [bytes(found.encrypted_value) for found in ApiKey.objects.order_by("pk")]
    return [*stored, bytes(KeyProof.objects.get().blob)]


def test_the_drill_ends_with_the_new_key_alone(
    universe: Universe, cast: Cast, settings: Settings
) -> None:
    stored_keys.add(
        STAGEHAND, name="unused", value=Plaintext(b"emulated-unused-key"), is_meant=True
    )
    old, new = present_master_key(settings), new_key()
    restart_with(settings, new, old)
    installation.check_ready()
    watch = Watch()
    rotation = master_keys.rotate(cast["admin"].actor)
    assert rotation.of[Kind.API_KEYS] == Moved(2, 2)
    assert rotation.key_id == keys.current_master_key_id()
    assert watch.tags == ["master_key.rotated"]
    assert detail(watch.last) == {"count": "2", "key": rotation.key_id}
    restart_with(settings, new)
    installation.check_ready()
    make("rotate", cast, Universe.objects.get())
    restart_with(settings, old)
    with pytest.raises(MissingKey):
        installation.check_ready()


def test_a_second_rotation_finds_nothing_to_do(
    api_key: ApiKey, settings: Settings, cast: Cast
) -> None:
    restart_with(settings, new_key(), present_master_key(settings))
    master_keys.rotate(STAGEHAND)
    before = blobs()[:-1]
    assert master_keys.rotate(STAGEHAND).of[Kind.API_KEYS].reencrypted == 0
    assert blobs()[:-1] == before


def test_a_dry_run_opens_everything_and_stores_nothing(api_key: ApiKey, settings: Settings) -> None:
    restart_with(settings, new_key(), present_master_key(settings))
    before, watch = blobs(), Watch()
    rotation = master_keys.rotate(STAGEHAND, dry_run=True)
    assert rotation.of[Kind.API_KEYS] == Moved(1, 1)
    assert (blobs(), watch.tags) == (before, [])


@pytest.mark.parametrize("dry_run", [True, False])
def test_one_blob_that_does_not_open_stops_all(
    api_key: ApiKey, settings: Settings, dry_run: bool
) -> None:
    second = stored_keys.add(
        STAGEHAND, name="second", value=Plaintext(b"emulated-second-key"), is_meant=True
    )
    ApiKey.objects.filter(pk=second.pk).update(encrypted_value=api_key.encrypted_value)
    restart_with(settings, new_key(), present_master_key(settings))
    before, watch = blobs(), Watch()
    with pytest.raises(WrongKey, match="damaged or moved"):
        master_keys.rotate(STAGEHAND, dry_run=dry_run)
    assert (blobs(), watch.tags) == (before, [])


def test_without_the_old_key_nothing_is_touched(api_key: ApiKey, settings: Settings) -> None:
    restart_with(settings, new_key())
    before, watch = blobs(), Watch()
    with pytest.raises(MissingKey, match="Add it to MASTER_KEYS again"):
        master_keys.rotate(STAGEHAND)
    assert (blobs(), watch.tags) == (before, [])


@pytest.mark.parametrize("who", ["manager", "auditor", "stranger"])
def test_only_admins_rotate_it(cast: Cast, settings: Settings, who: str) -> None:
    before = blobs()
    with pytest.raises(Forbidden):
        master_keys.rotate(cast[who].actor)
    assert blobs() == before


def test_the_value_survives_the_rotation(api_key: ApiKey, settings: Settings) -> None:
    restart_with(settings, new_key(), present_master_key(settings))
    assert connections.key_id_of(api_key) != keys.current_master_key_id()
    master_keys.rotate(STAGEHAND)
    api_key.refresh_from_db()
    assert connections.key_id_of(api_key) == keys.current_master_key_id()
    assert stored_keys.test(STAGEHAND, api_key).result == "not used yet"


def test_tokens_of_oauth_are_moved_and_still_open(
    emulator: Emulator, universe: Universe, settings: Settings
) -> None:
    set_up_app(emulator, settings)
    api_key = connect()
    before, old, new = (
        oauth_access.key_id_of(api_key.oauth),
        present_master_key(settings),
        new_key(),
    )
    restart_with(settings, new, old)
    assert master_keys.rotate(STAGEHAND).of[Kind.OAUTH] == Moved(1, 1)
    assert oauth_access.key_id_of(OAuthAccess.objects.get()) != before
    restart_with(settings, new)
    let_access_end(emulator)
    with connections.client_of(STAGEHAND, api_key) as client:
        assert len(client.list_secrets(HARBOR_ID)) == 3
