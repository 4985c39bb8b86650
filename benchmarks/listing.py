"""How fast the list of 100 secrets is served, and its queries: `python -m benchmarks.listing`."""

import re
import sys
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import place, requesting, table
from benchmarks.place import Served
from secretsapp.management.serving import HOST, wait_until_ready, web_server

SIZES = (1, 100, 500)
MEASURED = place.UNIVERSE_ID + SIZES.index(100)
ROUNDS = 7
SECONDS = 2.0
WARM_SECONDS = 1.0

OURS, BARE, FLAT = "ours", "bare", "flat"


def main() -> int:
    """Measure and print."""
    with place.served(SIZES) as served:
        client = _signed_in()
        pages = _pages(served, client)
        _check_same_table(pages)
        rates = _rates(pages)
        queries = [_queries(client, place.UNIVERSE_ID + number) for number in range(len(SIZES))]
    found = {name: median(each) for name, each in rates.items()}
    _print_rates(found)
    table.at_most(
        f"queries of the list with {SIZES[-1]} secrets to those with {SIZES[0]}",
        ", ".join(f"{n} of {size}" for n, size in zip(queries, SIZES, strict=True)),
        queries[-1] / queries[0],
        1,
    )
    return 0


def _print_rates(found: dict[str, float]) -> None:
    table.at_least(
        "the list of 100 secrets, signed in, to a bare view of the same templates",
        f"{found[OURS]:.1f}/s to {found[BARE]:.1f}/s",
        found[OURS] / found[BARE],
        0.5,
    )
    table.at_least(
        "the same, to a bare view of one flat template",
        f"{found[OURS]:.1f}/s to {found[FLAT]:.1f}/s",
        found[OURS] / found[FLAT],
        0.8,
    )


def _signed_in() -> Client:
    """A browser's session of the admin, in the database that the server uses."""
    from secretsapp.models import User  # noqa: PLC0415 - settings come first

    client = Client(headers={"host": HOST})
    client.force_login(User.objects.get())
    return client


def _pages(served: Served, client: Client) -> dict[str, tuple[str, dict[str, str]]]:
    """Each page that is measured: its address, and the headers that go with it."""
    port = place.free_port()
    bare = [word.replace("dashboard.wsgi", "benchmarks.bare.wsgi") for word in web_server(port)]
    served.processes.start("bare dashboard", bare, served.environment)
    wait_until_ready(port, served.processes, site=f"http://{HOST}:{port}")
    name = settings.SESSION_COOKIE_NAME
    cookie = {"Cookie": f"{name}={client.cookies[name].value}"}
    return {
        OURS: (f"{served.url}/universes/{MEASURED}/", cookie),
        BARE: (f"http://{HOST}:{port}/universes/{MEASURED}/", {}),
        FLAT: (f"http://{HOST}:{port}/flat/{MEASURED}/", {}),
    }


def _check_same_table(pages: dict[str, tuple[str, dict[str, str]]]) -> None:
    """End here where the three do not show the same: then there is nothing to compare."""
    shown = {name: _table(requesting.page(*page)) for name, page in pages.items()}
    for name in (BARE, FLAT):
        if shown[name] != shown[OURS]:
            sys.exit(f"The {name} view does not show the table that the dashboard shows.")


def _table(page: str) -> str:
    """The table in a page, without white space and without how long ago things were."""
    inner = page.partition('<tbody id="rows"')[2].partition("</tbody>")[0]
    return re.sub(r"\s+|(?<=\">)[^<]*(?=</time>)", "", inner)


def _rates(pages: dict[str, tuple[str, dict[str, str]]]) -> dict[str, list[float]]:
    """Requests a second of each page, in rounds, so that what else happens meets all of them."""
    for page in pages.values():
        requesting.rate(*page, WARM_SECONDS)
    rounds = [
        {name: requesting.rate(*page, SECONDS) for name, page in pages.items()}
        for _ in range(ROUNDS)
    ]
    return {name: [each[name] for each in rounds] for name in pages}


def _queries(client: Client, universe_id: int) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/universes/{universe_id}/")
    return len(captured)


if __name__ == "__main__":
    sys.exit(main())
