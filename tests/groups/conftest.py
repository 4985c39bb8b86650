"""Harbor's group with two roles of its own, and a key that may read its audit log."""

import pytest

from emulator import MANAGE_GROUP, READ_UNIVERSE, Emulator, Group
from secretsapp.api_keys import stored_keys
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Universe
from tests.stage import GROUP_ID, STAGEHAND

OWNER, DEVELOPER = 700, 701
LOG_KEY = "emulated-key-for-the-log"


@pytest.fixture
def group(emulator: Emulator) -> Group:
    """A group whose owner is another account than that of Harbor's key."""
    found = emulator.add_group(GROUP_ID, name="Harbor Works", owner_id=OWNER)
    found.assign(DEVELOPER, found.add_role("Developer", 50).role_id)
    return found


@pytest.fixture
def with_log(group: Group, universe: Universe, emulator: Emulator) -> Universe:
    """Harbor with a key for servers that may read the group's log."""
    scopes = {READ_UNIVERSE, MANAGE_GROUP}
    emulator.add_api_key(LOG_KEY, name="log", owner_id=OWNER, scopes=scopes)
    value = Plaintext(LOG_KEY.encode())
    stored_keys.add(STAGEHAND, name="log", value=value, is_meant=True)
    universe.server_key = ApiKey.objects.get(name="log")
    universe.save(update_fields=["server_key"])
    return universe
