"""Search over 100,000 secrets, by who sees more or less: `python -m benchmarks.finding [ENGINE]`.

Without an engine both are measured, each in a process of its own: Django is set up for one.
"""

import logging
import subprocess  # nosec B404
import sys
from collections.abc import Iterator, Sequence
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote_plus

from django.db import connection

from benchmarks import databases, place, sizes, table
from benchmarks.logs import POSTGRESQL, SQLITE
from benchmarks.sizes import Size
from secretsapp.management.processes import ROOT

UNIVERSES, PEOPLE = 1000, 1000
ROUNDS = 5
BOUND_MS = 100
# A page with the frame and nothing else that is asked for.
BARE = "/help/roles/"
# By how it finds: beginnings, parts, wholes, patterns, places, others than secrets, slips, nothing.
TYPED = (
    *("p", "pay", "key", "pay key", "payapi", "api_key_04", "PAY_API_KEY_000", "PAY_*"),
    *("api.example.com", "yearly", "pay prod", "key pay harbor prod", "rotate pay prod"),
    *("harbor", "harbor 0700", "person 00", "person0007@example.com", "measured"),
    *("settings", "settings harbor 03", "audit", "create secret", ""),
    *("statz", "exmaple", "paypal", "harbor statz", "qx", "zzzzzzz", "qqwxzyk jjkwxzy"),
)


def main(engines: Sequence[str]) -> int:
    """Measure and print."""
    if engines:
        return _measure(engines[0])
    return max(map(_measured_apart, (SQLITE, POSTGRESQL)))


def _measured_apart(engine: str) -> int:
    """Let another process measure with that engine, and give its status."""
    command = [sys.executable, "-m", "benchmarks.finding", engine]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 # nosec B603


def _measure(engine: str) -> int:
    with sizes.installed(engine):
        from benchmarks import crowd  # noqa: PLC0415 - settings come first

        size = sizes.filled(str(connection.settings_dict["NAME"]), UNIVERSES, PEOPLE)
        readers = {place.EMAIL: "an admin", crowd.GRANTED: "who has a grant in each universe"}
        readers |= dict(_readers())
        size.clients.update(sizes.signed_in(*readers))
        databases.analyze()
        logging.disable(logging.ERROR)
        for email, who in readers.items():
            _print(size, email, who)
    return 0


def _readers() -> Iterator[tuple[str, str]]:
    """People with one grant each, and who they are."""
    from secretsapp.core.roles import Role  # noqa: PLC0415 - settings come first
    from secretsapp.models import Universe  # noqa: PLC0415

    one = Universe.objects.order_by("pk")[UNIVERSES // 3]
    here = {"universe": one}
    yield _with_grant("manager", Role.MANAGER, "", here), "who manages one universe"
    yield _with_grant("holder", Role.ROTATOR, "PAY_*", here), "who has a pattern in one universe"
    yield _with_grant("wide", Role.ROTATOR, "PAY_*", {}), "who has a pattern in all universes"
    owner = {"owner": one.owner}
    yield _with_grant("owner", Role.VIEWER, "CHAT_*", owner), "who has a pattern of one owner"
    production = {"environment": "production"}
    yield _with_grant("production", Role.VIEWER, "", production), "who views production"


def _with_grant(name: str, role: str, pattern: str, where: dict[str, Any]) -> str:
    """The address of someone with that grant alone."""
    from django.utils import timezone  # noqa: PLC0415 - settings come first

    from secretsapp.models import Grant, GrantPattern, User  # noqa: PLC0415

    email = f"{name}-of-finding@example.com"
    person = User.objects.create(email=email)
    grant = Grant.objects.create(person=person, role=role, given_at=timezone.now(), **where)
    GrantPattern.objects.create(grant=grant, pattern=pattern)
    return email


def _print(size: Size, email: str, who: str) -> None:
    """A line of how long one search takes, and one of what that is to a page that asks nothing."""
    rounds = [list(_searches(size, email)) for _ in range(1 + ROUNDS)][1:]
    bare = median(size.milliseconds(email, BARE) for _ in range(1 + 4 * ROUNDS))
    times = [median(each) for each in zip(*rounds, strict=True)]
    late, slowest = quantiles(times, n=20)[-1], TYPED[times.index(max(times))]
    of = f"one search by {who}, {connection.display_name}"
    measured = f"median {median(times):.0f} ms, 95th {late:.0f} ms, longest {max(times):.0f} ms"
    table.at_most(f"{of}: 95th to {BOUND_MS} ms", f"{measured} ({slowest})", late / BOUND_MS, 1)
    table.ratio(f"{of}: median to a bare page", f"{bare:.0f} ms", median(times) / bare)


def _searches(size: Size, email: str) -> Iterator[float]:
    """How long a processor works for each, as the bar asks."""
    for text in TYPED:
        yield size.milliseconds(email, f"/search/?q={quote_plus(text)}", for_htmx=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
