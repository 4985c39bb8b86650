"""Many changes at once, against a loop that makes them one by one: `python -m benchmarks.batching`.

Within Roblox's limits the least time is what the limits themselves allow: so many calls at once,
and as many again each minute. Memory is that of a process of its own (`benchmarks.batcher`).
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import rblxopencloud

from benchmarks import place, table
from benchmarks.opening import detour
from benchmarks.place import Served

AWAY_MS = 50
ROUNDS = 3
# So many are changed one by one, which takes as long for each.
ONE_BY_ONE = 50
LIMIT = 120
MINUTE = 60
SEALED, UNIVERSES = 500, 40
FEW, MANY = 1_000, 20_000


def main() -> int:
    """Measure and print."""
    with place.served() as served:
        served.emulator.latency_ms = AWAY_MS
        _print_quicker(served)
        served.emulator.rate_limit = LIMIT
        _print_within_limits(served)
    _print_sealing()
    return 0


def _print_quicker(served: Served) -> None:
    detour(served.emulator.url)
    experience = rblxopencloud.Experience(place.UNIVERSE_ID, api_key=place.API_KEY)
    names = _names()

    def one_by_one() -> None:
        for name in names[:ONE_BY_ONE]:
            experience.update_secret(name, "a new value", domain="api.example.com")

    rounds = [
        (_seconds(one_by_one) * place.SECRETS / ONE_BY_ONE, _seconds(lambda: _rotate(names)))
        for _ in range(ROUNDS)
    ]
    theirs, ours = (median(times) for times in zip(*rounds, strict=True))
    table.at_least(
        f"{place.SECRETS} rotations with Roblox {AWAY_MS} ms away: a loop of rblx-open-cloud to a "
        "batch",
        f"{theirs:.1f} s to {ours:.1f} s",
        theirs / ours,
        8,
    )


def _print_within_limits(served: Served) -> None:
    """All calls of a minute can be made at its start, so the last minute takes next to none."""
    least = (place.SECRETS - 1) // LIMIT * MINUTE
    seconds = _seconds(lambda: _rotate(_names()))
    table.at_most(
        f"{place.SECRETS} rotations within {LIMIT} a minute, to the least that allows",
        f"{seconds:.0f} s to {least} s",
        seconds / least,
        1.05,
    )


def _names() -> list[str]:
    from secretsapp.models import Secret  # noqa: PLC0415 - settings come first

    return list(Secret.objects.values_list("name", flat=True))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _rotate(names: list[str]) -> None:
    """Rotate them all by a batch, until it has ended."""
    from secretsapp.batches import making, planning, running  # noqa: PLC0415 - settings come first
    from secretsapp.core import actor as actors  # noqa: PLC0415
    from secretsapp.core.plaintext import Plaintext  # noqa: PLC0415
    from secretsapp.models import Batch, Change, Secret, Universe  # noqa: PLC0415
    from secretsapp.universes import refreshing  # noqa: PLC0415

    actor = actors.command("bench", account="bench")
    # What the loop changed is no change outside that anyone has to look at first, and what was
    # just changed here is read again all the same.
    Secret.objects.update(drifted_at=None, unsure=True)
    Change.objects.all().delete()
    universe = Universe.objects.select_related("api_key").get()
    refreshing.refresh(actor, universe, rested_for=timedelta(0))
    planned = planning.plan(actor, pairs=[(universe, name) for name in names])
    value = Plaintext(b"a new value")
    batch = making.make(actor, wanted=[making.Wanted(each, value) for each in planned])
    while Batch.objects.filter(pk=batch.pk, ended_at=None).exists():
        running.run_due()
    outcomes = set(batch.items.values_list("state", flat=True))
    if outcomes != {"succeeded"}:
        words = batch.items.exclude(state="succeeded").values_list("words", flat=True)
        raise SystemExit(f"A batch came to {outcomes}: {words[0]}")


def _print_sealing() -> None:
    """Every value for every universe, as a batch of twenty thousand seals them."""
    import secrets  # noqa: PLC0415

    from nacl.public import PrivateKey  # noqa: PLC0415

    from secretsapp.core.plaintext import Plaintext  # noqa: PLC0415
    from secretsapp.core.sealing import PublicKey, seal  # noqa: PLC0415

    keys = [
        PublicKey(bytes(PrivateKey.generate().public_key), "1", datetime.now(UTC))
        for _ in range(UNIVERSES)
    ]
    values = [Plaintext(secrets.token_bytes(64)) for _ in range(SEALED)]
    seconds = _seconds(lambda: [seal(value, key) for key in keys for value in values])
    table.at_most(
        f"sealing {SEALED} values for {UNIVERSES} universes, in seconds",
        f"{seconds:.2f} s",
        seconds,
        3,
    )


if __name__ == "__main__":
    sys.exit(main())
