"""One process that changes many secrets when it is told to: `python -m benchmarks.batcher`.

It reads a word and a number a line, and answers each with the seconds it took, and for a batch with
the memory of the process in kilobytes early in it and at its end.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path

import django

django.setup()

import rblxopencloud  # noqa: E402 - Django must be set up first

from benchmarks import place  # noqa: E402
from harness.detour import ROBLOX, Detour  # noqa: E402
from secretsapp.batches import making, planning, running  # noqa: E402
from secretsapp.core import actor as actors  # noqa: E402
from secretsapp.core.plaintext import Plaintext  # noqa: E402
from secretsapp.models import Batch, Change, Secret, Universe  # noqa: E402
from secretsapp.universes import refreshing  # noqa: E402

ACTOR = actors.command("bench", account="bench")
EARLY = 1_000


def one_by_one(count: int) -> str:
    """Rotate so many with the library, one after the other; it fetches the key by itself."""
    session = rblxopencloud.http_session
    session.trust_env = False
    for prefix in (f"{ROBLOX}/", "https://", "http://"):
        session.mount(prefix, Detour(sys.argv[1]))
    experience = rblxopencloud.Experience(place.UNIVERSE_ID, api_key=place.API_KEY)
    names = list(Secret.objects.values_list("name", flat=True)[:count])
    began = time.perf_counter()
    for name in names:
        experience.update_secret(name, "a new value", domain="api.example.com")
    return str(time.perf_counter() - began)


def together(count: int) -> str:
    """Rotate so many by a batch, to its end."""
    _forget()
    secrets = Secret.objects.select_related("universe__api_key").order_by("universe_id", "name")
    pairs = [(secret.universe, secret.name) for secret in secrets[:count]]
    planned = planning.plan(ACTOR, pairs=pairs)
    began = time.perf_counter()
    wanted = [making.Wanted(each, Plaintext(b"a new value")) for each in planned]
    batch = making.make(ACTOR, wanted=wanted)
    early = list[int]()

    def look() -> bool:
        if not early and batch.items.exclude(state="waiting").count() >= min(EARLY, count):
            early.append(_kilobytes())
        return False

    while Batch.objects.filter(pk=batch.pk, ended_at=None).exists():
        running.run_due(look)
    seconds = time.perf_counter() - began
    _check(batch)
    return f"{seconds} {early[0] if early else _kilobytes()} {_kilobytes()}"


def _forget() -> None:
    """Take over what the library changed as if it was always so, and read it all again."""
    Secret.objects.update(drifted_at=None, unsure=True)
    Change.objects.all().delete()
    for universe in Universe.objects.select_related("api_key"):
        refreshing.refresh(ACTOR, universe, rested_for=timedelta(0))


def _check(batch: Batch) -> None:
    amiss = batch.items.exclude(state="succeeded").values_list("state", "words")[:1]
    if amiss:
        raise SystemExit(f"A batch came to {amiss[0]}.")


def _kilobytes() -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


WORK = {"one_by_one": one_by_one, "together": together}

if __name__ == "__main__":
    for line in sys.stdin:
        word, number = line.split()
        sys.stdout.write(f"{WORK[word](int(number))}\n")
        sys.stdout.flush()
