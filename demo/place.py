"""Where the demo keeps its things, and which address it serves."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from secretsapp.management.processes import ROOT, ProcessFailed
from secretsapp.management.serving import HOST

# The settings of the person who starts the demo: it must never touch another installation's data.
SETTINGS = (
    "ALLOWED_HOSTS",
    "AUDIT_KEYS",
    "DATABASE_PASSWORD",
    "DATABASE_URL",
    "DATA_DIR",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "GAMES_URL",
    "LOG_FORMAT",
    "MAIL_FROM",
    "MAIL_HOST",
    "MAIL_PASSWORD",
    "MAIL_PORT",
    "MAIL_USER",
    "MASTER_KEYS",
    "METRICS_TOKEN",
    "OPEN_CLOUD_PROXY",
    "OPEN_CLOUD_URL",
    "SECRET_KEY",
    "SENTRY_DSN",
    "SERVER_ADDRESS",
    "SITE_URL",
    "TRUSTED_PROXIES",
)


@dataclass(frozen=True)
class DemoHome:
    """A directory that is the demo's alone, and a port on loopback."""

    directory: Path
    port: int

    @property
    def url(self) -> str:
        """The address of the dashboard."""
        return f"http://{HOST}:{self.port}"

    @property
    def state_file(self) -> Path:
        """What the emulator holds."""
        return self.directory / "emulator.json"

    @property
    def is_seeded(self) -> bool:
        """Whether the demo's past was played to its end."""
        return self._seeded.exists()

    @property
    def _seeded(self) -> Path:
        return self.directory / "seeded"

    def mark_seeded(self) -> None:
        """Remember that the demo's past was played to its end."""
        self._seeded.touch()

    def clear(self) -> None:
        """Remove what the demo made, and nothing else that may lie there."""
        shutil.rmtree(self.directory / "keys", ignore_errors=True)
        for path in (self._seeded, self.state_file, *self.directory.glob("sealroom.sqlite3*")):
            path.unlink(missing_ok=True)

    def environment(self, open_cloud_url: str = "") -> dict[str, str]:
        """The environment of the demo's processes."""
        foreign = {*SETTINGS, *(f"{name}_FILE" for name in SETTINGS)}
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        own = {"DATA_DIR": str(self.directory), "SITE_URL": self.url}
        roblox = {"OPEN_CLOUD_URL": open_cloud_url, "GAMES_URL": open_cloud_url}
        return kept | own | (roblox if open_cloud_url else {})

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the directory for this process; raises ProcessFailed where another demo has it."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.directory / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ProcessFailed(
                    "A demo is already running. Stop it first with Ctrl-C."
                ) from None
            yield


def default_directory() -> Path:
    """`var/demo` in the checkout."""
    return ROOT / "var" / "demo"
