"""Installations with something in them: made once by real processes, and copied for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator import Emulator, SecretRecord
from emulator import Universe as EmulatedUniverse
from tests import stage
from tests.installation import Command, Installation, open_copy

HARBOR = str(stage.HARBOR_ID)
EMAIL, PASSWORD = "rotator@example.com", "a lantern on the pier"
API_KEY = "automation"

STOCKING: dict[Command, str] = {
    ("add_api_key", API_KEY): stage.API_KEY,
    ("add_universe", HARBOR, "--api-key", API_KEY): "",
}
INHABITING: dict[Command, str] = {
    ("create_user", EMAIL): PASSWORD,
    ("grant", EMAIL, "rotator", "--universe", HARBOR, "--reason", "x"): "",
    ("password_link", EMAIL): "",
}


@dataclass(frozen=True)
class Template:
    """An installation at which nobody works, and what Roblox held when it was filled."""

    installation: Installation
    secrets: tuple[SecretRecord, ...]

    @contextmanager
    def copied(
        self, data_dir: Path, roblox: Emulator, harbor: EmulatedUniverse
    ) -> Iterator[Installation]:
        """A copy of it, for which this Roblox holds the same since the same times."""
        stage.hold(self.secrets, harbor)
        with open_copy(self.installation, data_dir, roblox.url) as opened:
            yield opened


@contextmanager
def open_stocked(bare: Installation, data_dir: Path) -> Iterator[Template]:
    """A copy of the installation that has an API key and Harbor as well."""
    with Emulator() as roblox, open_copy(bare, data_dir, roblox.url) as opened:
        roblox.add_api_key(stage.API_KEY)
        harbor = stage.add_harbor(roblox)
        opened.prepare(STOCKING)
        yield Template(opened, tuple(harbor.secrets.values()))


@contextmanager
def open_inhabited(stocked: Template, data_dir: Path) -> Iterator[Template]:
    """A copy with a person who rotates, and who was given a link."""
    nobody = stocked.installation.environment["OPEN_CLOUD_URL"]
    with open_copy(stocked.installation, data_dir, nobody) as opened:
        opened.prepare(INHABITING)
        yield Template(opened, stocked.secrets)
