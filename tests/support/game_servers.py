"""What tests of game servers begin with: a key that reads them, and a rotation between starts."""

from emulator import READ_UNIVERSE, WRITE_PLACES, WRITE_UNIVERSE, Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import stored_keys
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Universe
from secretsapp.secrets import changes
from tests.stage import STAGEHAND, Cast

SERVER_KEY = "emulated-key-for-servers"
SCOPES = {READ_UNIVERSE, WRITE_UNIVERSE, WRITE_PLACES}
RBXL = b"<roblox!\x89\xff\r\n\x1a\n a place as Studio saves it"
RBXLX = b'<roblox version="4"><Item class="Workspace"></Item></roblox>'


def give_key(universe: Universe, emulator: Emulator) -> Universe:
    """Let the universe have a key for its servers."""
    emulator.add_api_key(SERVER_KEY, name="servers", scopes=SCOPES)
    value = Plaintext(SERVER_KEY.encode())
    stored_keys.add(STAGEHAND, name="servers", value=value, is_meant=True)
    universe.server_key = ApiKey.objects.get(name="servers")
    universe.save(update_fields=["server_key"])
    return universe


def rotate(universe: Universe, cast: Cast, name: str = "PAY_KEY") -> None:
    """Rotate it as the rotator."""
    actor, value = cast["rotator"].actor, Plaintext(b"new value")
    changes.rotate(actor=actor, universe=universe, name=name, value=value)


def create(universe: Universe, cast: Cast, name: str) -> None:
    """Create it as the editor."""
    actor, value = cast["editor"].actor, Plaintext(b"value")
    changes.create(actor=actor, universe=universe, name=name, value=value, domain="*")


def rotate_between_starts(universe: Universe, harbor: EmulatedUniverse, cast: Cast) -> Universe:
    """Let nine servers start before PAY_KEY was rotated, and three after it."""
    root = harbor.profile.root_place_id
    harbor.fleet.start(root, 9)
    rotate(universe, cast)
    harbor.fleet.start(root, 3)
    return universe
