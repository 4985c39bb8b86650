"""What sealing a value costs beside libsodium's own part of it: `python -m benchmarks.sealing`."""

import base64
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from nacl.public import PrivateKey, SealedBox
from nacl.public import PublicKey as BoxKey

from benchmarks import table
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import PublicKey, seal

VALUE_BYTES = 1024
ROUNDS = 60
CALLS = 200
VALUES, UNIVERSES, VALUE_OF_BATCH_BYTES = 500, 40, 64

VALUE = secrets.token_bytes(VALUE_BYTES)
KEY = bytes(PrivateKey.generate().public_key)
# As Roblox sends it.
KEY_TEXT = base64.b64encode(KEY).decode("ascii")
OURS = PublicKey.from_base64(KEY_TEXT, "1")


def bare() -> str:
    """A value sealed with PyNaCl alone, from the bytes of a key to text that can be sent."""
    return base64.b64encode(SealedBox(BoxKey(KEY)).encrypt(VALUE)).decode("ascii")


def ours() -> str:
    """The same through the product."""
    return seal(Plaintext(VALUE), OURS).box


def bare_with_key() -> str:
    """The same as `bare`, from the text of a key."""
    key = BoxKey(base64.b64decode(KEY_TEXT, validate=True))
    return base64.b64encode(SealedBox(key).encrypt(VALUE)).decode("ascii")


def ours_with_key() -> str:
    """The same through the product, which looks whether the key can seal before it is used."""
    return seal(Plaintext(VALUE), PublicKey.from_base64(KEY_TEXT, "1")).box


def seconds_of_many() -> float:
    """How long it takes to seal every value for every universe, as the largest batch does."""
    keys = (bytes(PrivateKey.generate().public_key) for _ in range(UNIVERSES))
    public = [PublicKey(key, "1", datetime.now(UTC)) for key in keys]
    values = [Plaintext(secrets.token_bytes(VALUE_OF_BATCH_BYTES)) for _ in range(VALUES)]
    began = time.perf_counter()
    for key in public:
        for value in values:
            seal(value, key)
    return time.perf_counter() - began


def main() -> int:
    """Measure and print."""
    seconds = seconds_of_many()
    what = f"sealing {VALUES} values for {UNIVERSES} universes, in seconds"
    table.at_most(what, f"{seconds:.2f} s", seconds, 3)
    works = (bare, ours, bare_with_key, ours_with_key)
    rounds = [[_cost(work) for work in works] for _ in range(ROUNDS)]
    plain, own, plain_with_key, own_with_key = map(median, zip(*rounds, strict=True))
    table.at_most(
        f"sealing {VALUE_BYTES} bytes to PyNaCl alone",
        f"{own:.0f} µs to {plain:.0f} µs",
        own / plain,
        1.1,
    )
    table.ratio(
        "the same with reading the key, of which ours is tried out first",
        f"{own_with_key:.0f} µs to {plain_with_key:.0f} µs",
        own_with_key / plain_with_key,
    )
    return 0


def _cost(work: Callable[[], str]) -> float:
    """The microseconds of one call, over many."""
    began = time.perf_counter()
    for _ in range(CALLS):
        work()
    return (time.perf_counter() - began) / CALLS * 1_000_000


if __name__ == "__main__":
    sys.exit(main())
