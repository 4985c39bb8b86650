"""A storm over batches: Roblox fails in every way, workers are killed, and then all is counted.

`python -m tests.batches.storm` lets a large one rage; the suite has a small one.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from tests.installation import Installation, open_installation

FIRST_ID = 7_100_000_001
DOMAIN = "api.pay.example"
WORKERS = 3
# Far enough away that something is always on its way when a worker is killed.
AWAY_MS = 200
OLD, NEW = "value-before-the-storm", "value-of-the-storm"
# What is open for longer is let lie so far back that it cannot be on its way any more.
ON_ITS_WAY = timedelta(seconds=5)
LONG_AGO = (
    "UPDATE secretsapp_change SET started_at = '2026-01-01 00:00:00+00:00', claimed_until = NULL "
    "WHERE state IN ('started', 'unknown') AND started_at < '{:%Y-%m-%d %H:%M:%S}'"
)
MAKE = """
import json, sys
import django
django.setup()
from secretsapp.batches import making, planning
from secretsapp.core import actor
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Universe
value, names = json.load(sys.stdin)
universes = list(Universe.objects.select_related("api_key").order_by("pk"))
pairs = [(universe, name) for name in names for universe in universes]
planned = planning.plan(actor.command("storm", account="storm"), pairs=pairs)
wanted = [
    making.Wanted(each, Plaintext(f"{value}-{each.universe.pk}-{each.name}".encode()), "*")
    for each in planned
]
making.make(actor.command("storm", account="storm"), wanted=wanted, reason="a storm")
"""


@dataclass
class Sizes:
    """How large a storm is; every third name is created, the others rotated."""

    universes: int
    names: int
    owners: int
    kills: int
    faults: int
    calm_seconds: float
    all_seconds: float
    seed: int = 1

    @property
    def all_names(self) -> list[str]:
        """The names in each universe."""
        return [f"STORM_{number:03}" for number in range(self.names)]


SMALL = Sizes(4, 15, 2, kills=3, faults=14, calm_seconds=1.5, all_seconds=50)
LARGE = Sizes(20, 100, 3, kills=20, faults=300, calm_seconds=2, all_seconds=900)


@dataclass
class Damage:
    """What is not as it should be, in words, and how the items ended."""

    states: Counter[str]
    wrong: list[str] = field(default_factory=list)


def rage(installation: Installation, emulator: Emulator, sizes: Sizes) -> Damage:
    """Let it rage over universes that are there only for it; gives what is amiss afterwards."""
    dice = random.Random(sizes.seed)
    universes = _set_up(installation, emulator, sizes)
    installation.execute_script(MAKE, json.dumps([NEW, sizes.all_names]).encode())
    emulator.clear_requests()
    emulator.latency_ms = AWAY_MS
    _cloud_over(emulator, sizes, dice)
    ends = time.monotonic() + sizes.all_seconds
    with _workers(installation) as workers:
        for number in range(sizes.kills):
            time.sleep(dice.uniform(0.5, 1) * sizes.calm_seconds)
            if number == sizes.kills // 2:
                dice.choice(universes).rotate_key_pair()
            workers.kill_one(dice)
        emulator.latency_ms = 0
        emulator.clear_faults()
        while _open(installation) and time.monotonic() < ends:
            installation.execute(LONG_AGO.format(datetime.now(UTC) - ON_ITS_WAY))
            installation.run("settle_changes", "--older-than", "0")
            time.sleep(1)
    return _count(installation, emulator, universes, sizes)


def _set_up(installation: Installation, emulator: Emulator, sizes: Sizes) -> list[EmulatedUniverse]:
    commands = dict[tuple[str, ...], str]()
    for owner in range(sizes.owners):
        emulator.add_api_key(f"key-of-owner-{owner}", owner_id=owner + 1)
        commands["add_api_key", f"owner-{owner}"] = f"key-of-owner-{owner}"
    universes = []
    for number in range(sizes.universes):
        universe_id = FIRST_ID + number
        universe = emulator.add_universe(universe_id, name=f"Sea {number}", group_id=1)
        for place, name in enumerate(sizes.all_names):
            if place % 3:
                universe.put(name, OLD.encode(), DOMAIN)
        key = f"owner-{number % sizes.owners}"
        commands["add_universe", str(universe_id), "--api-key", key] = ""
        universes.append(universe)
    installation.prepare(commands)
    return universes


def _cloud_over(emulator: Emulator, sizes: Sizes, dice: random.Random) -> None:
    """Let faults of every kind wait among the calls, each for a while."""
    kinds = [
        faults.status(429, {}, {"retry-after": "1"}),
        faults.status(500),
        faults.status(500, carried_out=True),
        faults.cut_before(),
        faults.cut_after(),
        faults.truncated(),
        faults.html(502),
    ]
    for _ in range(sizes.faults):
        name = dice.choice(sizes.all_names)
        path = re.compile(f"/secrets(/{name})?$")
        method = dice.choice(("PATCH", "PATCH", "POST", "GET"))
        emulator.inject(dice.choice(kinds), method=method, path=path, skip=dice.randrange(3))


class _Workers:
    """Worker processes, of which one or another is killed and another takes its place."""

    def __init__(self, installation: Installation, stack: ExitStack) -> None:
        self._installation, self._stack = installation, stack
        self._running = [self._start() for _ in range(WORKERS)]

    def _start(self) -> subprocess.Popen[bytes]:
        silence = subprocess.DEVNULL
        process = self._installation.start("manage.py", "work", stdout=silence, stderr=silence)
        self._stack.callback(_end, process)
        return process

    def kill_one(self, dice: random.Random) -> None:
        """Kill -9 one of them, and start another."""
        place = dice.randrange(len(self._running))
        self._running[place].kill()
        self._running[place] = self._start()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@contextmanager
def _workers(installation: Installation) -> Iterator[_Workers]:
    with ExitStack() as stack:
        yield _Workers(installation, stack)


def _open(installation: Installation) -> bool:
    still = "SELECT 1 FROM secretsapp_batch WHERE ended_at IS NULL"
    return bool(installation.rows(still))


def _count(
    installation: Installation,
    emulator: Emulator,
    universes: list[EmulatedUniverse],
    sizes: Sizes,
) -> Damage:
    rows = installation.rows("SELECT universe_id, name, state FROM secretsapp_batchitem")
    damage = Damage(Counter(state for _, _, state in rows))
    if len(rows) != sizes.universes * sizes.names:
        damage.wrong.append(f"{len(rows)} items are there")
    by_id = {universe.profile.universe_id: universe for universe in universes}
    for universe_id, name, state in rows:
        value = by_id[universe_id].values.get(name)
        is_new = value == f"{NEW}-{universe_id}-{name}".encode()
        if {"succeeded": not is_new, "failed": is_new, "undetermined": False}.get(state, True):
            damage.wrong.append(f"{universe_id} {name} is {state}, and Roblox holds {value!r}")
    damage.wrong += _sent_twice(emulator)
    return damage


def _sent_twice(emulator: Emulator) -> list[str]:
    """What reached Roblox more than once, but for what it refused as one too many."""
    sent = Counter(
        (request.path, json.loads(request.body)["id"] if request.method == "POST" else "")
        for request in emulator.requests
        if request.method != "GET" and "/secrets" in request.path and request.status != 429
    )
    return [f"{path} was sent {times} times" for (path, _), times in sent.items() if times > 1]


def main() -> int:
    """Let a large one rage and say what came of it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.quick_settings")
    with (
        tempfile.TemporaryDirectory(prefix="sealroom-storm-") as directory,
        Emulator() as emulator,
        open_installation(Path(directory) / "data", emulator.url) as installation,
    ):
        began = time.monotonic()
        damage = rage(installation, emulator, LARGE)
        installation.succeed("verify_audit")
    sys.stdout.write(f"{dict(damage.states)} in {time.monotonic() - began:.0f} s\n")
    sys.stdout.write("\n".join(damage.wrong) + "\n" if damage.wrong else "Nothing is amiss.\n")
    return 1 if damage.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
