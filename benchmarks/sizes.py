"""Installations of one size or another, in databases of their own, with people signed in."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

from benchmarks import databases, place, table
from demo import shell
from demo.place import DemoHome
from emulator import Emulator
from secretsapp.management.processes import Processes
from secretsapp.management.serving import HOST


@dataclass(frozen=True)
class Size:
    """A database of one size, by its name, with people signed in to it, by their addresses."""

    database: str
    universes: int
    clients: dict[str, Client]

    def ask(self, who: str, address: str, *, for_htmx: bool = False) -> HttpResponseBase:
        """The answer there; only one database is open at a time."""
        databases.opened(self.database)
        headers = {"HX-Request": "true"} if for_htmx else {}
        return self.clients[who].get(address, headers=headers)

    def milliseconds(self, who: str, address: str, *, for_htmx: bool = False) -> float:
        """How long a processor works for that answer."""
        databases.opened(self.database)
        began = databases.worked()
        self.ask(who, address, for_htmx=for_htmx)
        return (databases.worked() - began) / 1e6


@contextmanager
def installed(engine: str) -> Iterator[str]:
    """An installation with an admin and a key on that engine; the address of its server, if any.

    Django is set up for it in this process.
    """
    with (
        databases.server(engine) as server,
        tempfile.TemporaryDirectory(prefix="sealroom-bench-") as directory,
        Emulator() as emulator,
        Processes() as processes,
    ):
        home = DemoHome(Path(directory), place.free_port())
        environment = home.environment(emulator.url)
        if server:
            environment["DATABASE_URL"] = server
        processes.finish("set-up", ["manage.py", "setup"], environment)
        emulator.add_api_key(place.API_KEY, name="measured")
        place.set_up_django(environment)
        settings.STYLEGUIDE = True
        shell.run("create_user", place.EMAIL, "--admin", piped=place.PASSWORD)
        shell.run("add_api_key", "measured", piped=place.API_KEY)
        connection.close()
        yield server
        connection.close()


def filled(database: str, universes: int, people: int) -> Size:
    """That database with so much in it, and with who may see most of it signed in."""
    from benchmarks import crowd  # noqa: PLC0415 - settings come first

    databases.opened(database)
    began = time.perf_counter()
    crowd.gather(universes, people)
    table.say(f"  {universes} universes in {time.perf_counter() - began:.1f} s")
    return Size(database, universes, signed_in(place.EMAIL, crowd.GRANTED))


def signed_in(*emails: str) -> dict[str, Client]:
    """Browsers of these people in the database that is open."""
    from secretsapp.models import User  # noqa: PLC0415 - settings come first

    clients = {}
    for email in emails:
        clients[email] = Client(headers={"host": HOST}, raise_request_exception=False)
        clients[email].force_login(User.objects.get(email=email))
    return clients
