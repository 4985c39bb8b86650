"""A dashboard of its own to measure: universes with secrets, served as the product is."""

import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django

from demo import shell
from demo.place import DemoHome
from emulator import Emulator, Universe
from secretsapp.management.processes import Processes
from secretsapp.management.serving import HOST, wait_until_ready, web_server

UNIVERSE_ID = 6930499524
SECRETS = 500
EMAIL = "admin@example.com"
PASSWORD = "measured with care 7"  # noqa: S105 - of a dashboard that lives for a minute
API_KEY = "key-of-the-measured"

SUBJECTS = ("PAY", "CHAT", "MATCH", "STATS", "MODERATION", "TRANSLATE", "WEATHER", "FLAGS")
THINGS = ("API_KEY", "WEBHOOK_URL", "TOKEN", "SIGNING_SEED", "CLIENT_SECRET")
DOMAINS = ("api.example.com", "*.collector.example.com", "*", "", "hooks.chat.example.net")


@dataclass(frozen=True)
class Served:
    """A dashboard that runs: its address, what it takes for Roblox, and how more is started."""

    url: str
    emulator: Emulator
    processes: Processes
    environment: dict[str, str]


@contextmanager
def served(sizes: Sequence[int] = (SECRETS,)) -> Iterator[Served]:
    """A dashboard while it runs, with a universe for each of the sizes, which are secrets.

    Their ids begin at UNIVERSE_ID. Django is set up for its database in this process too.
    """
    with (
        tempfile.TemporaryDirectory(prefix="sealroom-bench-") as directory,
        Emulator() as emulator,
        Processes() as processes,
    ):
        place = DemoHome(Path(directory), free_port())
        environment = place.environment(emulator.url)
        processes.finish("set-up", ["manage.py", "setup"], environment)
        _stock(emulator, sizes)
        _seed(environment, len(sizes))
        processes.start("dashboard", web_server(place.port), environment)
        wait_until_ready(place.port, processes, site=place.url)
        yield Served(place.url, emulator, processes, environment)


def free_port() -> int:
    """A port on loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def set_up_django(environment: dict[str, str]) -> None:
    """Let this process ask the database of that environment."""
    os.environ.update(environment | {"DJANGO_SETTINGS_MODULE": "dashboard.settings"})
    django.setup()


def _stock(emulator: Emulator, sizes: Sequence[int]) -> None:
    emulator.add_api_key(API_KEY, name="measured")
    for universe_id, size in enumerate(sizes, start=UNIVERSE_ID):
        universe = emulator.add_universe(universe_id, name=f"Harbor {size}", group_id=1234567)
        for number in range(size):
            _put(universe, number)


def _put(universe: Universe, number: int) -> None:
    subject, thing = SUBJECTS[number % len(SUBJECTS)], THINGS[number % len(THINGS)]
    universe.put(f"{subject}_{thing}_{number:03}", b"value", DOMAINS[number % len(DOMAINS)])


def _seed(environment: dict[str, str], universes: int) -> None:
    """An admin, universes, a note for every second secret, and some that need attention."""
    set_up_django(environment)
    shell.run("create_user", EMAIL, "--admin", piped=PASSWORD)
    shell.run("add_api_key", "measured", piped=API_KEY)
    for universe_id in range(UNIVERSE_ID, UNIVERSE_ID + universes):
        shell.run("add_universe", universe_id, "--api-key", "measured")
    _write_notes()


def _write_notes() -> None:
    from django.utils import timezone  # noqa: PLC0415 - settings come first

    from secretsapp.models import Secret  # noqa: PLC0415 - settings come first

    secrets = list(Secret.objects.all())
    for number, secret in enumerate(secrets):
        if number % 2:
            secret.note = f"Key {number} of the provider. Theirs ends yearly.\nAsk before use."
        if number % 10 == 0:
            secret.drifted_at = timezone.now()
    Secret.objects.bulk_update(secrets, ["note", "drifted_at"], batch_size=100)
