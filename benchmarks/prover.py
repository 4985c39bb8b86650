"""Makes evidence of a long log, and prints the lines: `python -m benchmarks.prover`."""

import time

import django

django.setup()

from benchmarks import chains, table  # noqa: E402 - Django must be set up first
from benchmarks.proving import CHOSEN, KILOBYTES, MANY, SECONDS  # noqa: E402
from secretsapp.core import actor as actors  # noqa: E402
from secretsapp.log import checkpoints, evidence, growing  # noqa: E402
from secretsapp.log.filters import AuditFilter  # noqa: E402
from secretsapp.models import AuditEvent  # noqa: E402

MAKER = actors.command("make_evidence", account="measured")


def main() -> None:
    """Write the log and its tree, then make evidence."""
    chains.lengthen(MANY)
    began = time.perf_counter()
    while growing.extend():
        pass
    checkpoints.make(MAKER)
    table.say(f"the tree over {MANY:,} events took {time.perf_counter() - began:.0f} s")
    wanted = _scattered()
    began = time.perf_counter()
    made = evidence.make(MAKER, wanted, "")
    seconds, kilobytes = time.perf_counter() - began, len(made.content) / 1000
    what = f"evidence of {made.count} events of {MANY:,}"
    table.at_most(f"{what}: seconds", f"{seconds:.2f} s", seconds, SECONDS)
    table.at_most(f"{what}: kilobytes", f"{kilobytes:.0f} KB", kilobytes, KILOBYTES)


def _scattered() -> AuditFilter:
    """The first events of one secret, which lie all over the log."""
    one = AuditEvent.objects.exclude(secret_name="").latest("sequence")  # nosec B106
    of_secret = {"universe_id": one.universe_id, "secret_name": one.secret_name}
    times = AuditEvent.objects.filter(**of_secret).order_by("sequence").values_list("time")
    [*_, (last,)] = times[:CHOSEN]
    return AuditFilter(
        universe_id=int(one.universe_id), secret=one.secret_name, until=last, shows_attempts=True
    )


if __name__ == "__main__":
    main()
