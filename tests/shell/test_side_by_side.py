"""Two web servers and two workers over one database: no work is done twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from tests.installation import Installation
from tests.post_office import PostOffice, open_post_office
from tests.served import FORM, HOST, SECONDS, Answer, answer, free_ports, serving
from tests.stage import HARBOR_ID
from tests.waiting import wait_until

pytestmark = [pytest.mark.process, pytest.mark.engine]

EMAIL = "someone@example.com"
PASSWORD = "a lantern on the pier"
ASKING = [f"asking-{number}@example.com" for number in range(4)]
REFRESH = f"/universes/{HARBOR_ID}/refresh/"
# Long enough for whoever comes second to come meanwhile.
A_WHILE = faults.delay(0.7)


class Person:
    """Someone at two servers, signed in once."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._cookies = self._ask(ports[0], "GET", "/sign-in/", {}).cookies
        typed = {"login": EMAIL, "password": PASSWORD}
        signed_in = self._send(ports[0], "/sign-in/", typed)
        assert signed_in.status == 302
        self._cookies = signed_in.cookies

    def open_everywhere_at_once(self) -> list[int]:
        """Have the universe refreshed twice by each server, as its page does when it is opened."""
        with ThreadPoolExecutor() as pool:
            answers = pool.map(lambda port: self._send(port, REFRESH, {}), self._ports * 2)
            return [each.status for each in answers]

    def _send(self, port: int, path: str, typed: dict[str, str]) -> Answer:
        token = self._ask(port, "GET", "/me/" if path == REFRESH else path, {}).token
        return self._ask(port, "POST", path, typed | {"csrfmiddlewaretoken": token})

    def _ask(self, port: int, method: str, path: str, typed: dict[str, str]) -> Answer:
        headers = {"Content-Type": FORM, "Cookie": getattr(self, "_cookies", "")}
        connection = HTTPConnection(HOST, port, timeout=SECONDS)
        return answer(connection, method, path, headers, urlencode(typed))


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server that takes its time."""
    with open_post_office() as office:
        office.seconds = 0.3
        yield office


@pytest.fixture
def shared(stocked: Installation, post_office: PostOffice) -> Installation:
    """An installation with Harbor and a mail server."""
    settings = {"MAIL_HOST": HOST, "MAIL_PORT": str(post_office.port)}
    return replace(stocked, environment=stocked.environment | settings)


@contextmanager
def working(shared: Installation, count: int) -> Iterator[None]:
    """So many workers, which end in order."""
    workers = [shared.start("manage.py", "work") for _ in range(count)]
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
        ended = [worker.wait(SECONDS) for worker in workers]
    assert ended == [0] * count


@pytest.fixture
def person(shared: Installation) -> Iterator[Person]:
    """Someone at two servers beside which two workers work."""
    shared.succeed("create_user", EMAIL, "--admin", stdin=f"{PASSWORD}\n".encode())
    ports = free_ports(2)
    with ExitStack() as started:
        started.enter_context(working(shared, 2))
        for port in ports:
            started.enter_context(serving(shared, port))
        yield Person(ports)


def count(shared: Installation, what: str) -> int:
    """How many rows there are of that."""
    return int(shared.rows(f"SELECT COUNT(*) FROM secretsapp_{what}")[0][0])


def events(shared: Installation, tag: str) -> int:
    """How many audit events there are of that kind."""
    return count(shared, f"auditevent WHERE tag = '{tag}'")


def test_a_universe_that_is_opened_everywhere_is_read_once_and_drift_told_once(
    shared: Installation, person: Person, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    shared.execute("DELETE FROM secretsapp_secret")
    shared.execute("UPDATE secretsapp_universe SET synced_at = NULL, sync_tried_at = NULL")
    baselines = events(shared, "universe.baseline")
    emulator.clear_requests()
    emulator.inject(A_WHILE, method="GET")
    assert person.open_everywhere_at_once() == [302] * 4
    assert len(emulator.requests) == 1
    assert events(shared, "universe.baseline") == baselines + 1
    assert count(shared, "secret") == 3

    harbor.put("PAY_KEY", b"changed elsewhere", "api.pay.example")
    shared.execute("UPDATE secretsapp_universe SET sync_tried_at = NULL")
    emulator.inject(A_WHILE, method="GET")
    assert person.open_everywhere_at_once() == [302] * 4
    assert len(emulator.requests) == 2
    assert events(shared, "secret.drift.changed") == 1


def leave_a_change_open(shared: Installation, emulator: Emulator) -> None:
    """A write that Roblox carried out, and whose answer never came, long ago."""
    emulator.inject(faults.cut_after(), method="PATCH")
    assert shared.run("rotate_secret", str(HARBOR_ID), "PAY_KEY", stdin=b"new").returncode == 3
    shared.execute("UPDATE secretsapp_change SET started_at = '2026-01-01 00:00:00'")


def ask_for_links(shared: Installation) -> None:
    """Several people have forgotten their passwords."""
    for email in ASKING:
        shared.execute(
            "INSERT INTO secretsapp_user "
            "(password, email, name, is_active, created_at, generation, connects_by_address) "
            f"VALUES ('!', '{email}', '', TRUE, CURRENT_TIMESTAMP, 0, TRUE)"
        )
    shared.execute(
        "INSERT INTO secretsapp_passwordmail (person_id, asked_at) "
        "SELECT id, CURRENT_TIMESTAMP FROM secretsapp_user WHERE email LIKE 'asking-%'"
    )


def test_workers_settle_a_change_once_and_mail_each_link_once(
    shared: Installation, emulator: Emulator, post_office: PostOffice
) -> None:
    leave_a_change_open(shared, emulator)
    ask_for_links(shared)
    # The daily look at the key reads the same list.
    shared.execute("UPDATE secretsapp_apikey SET look_due_at = '2999-01-01 00:00:00'")
    emulator.clear_requests()
    # The other worker comes when it has mailed what it could.
    emulator.inject(faults.delay(3), method="GET", path="/secrets")
    with working(shared, 2):
        wait_until(lambda: count(shared, "worker") == 2)
        wait_until(lambda: count(shared, "change WHERE state = 'unknown'") == 0)
        wait_until(lambda: count(shared, "passwordmail") == 0)
    assert count(shared, "worker") == 0
    # What the servers have of it is asked beside that, and doesn't settle anything.
    reads = [each.method for each in emulator.requests if each.path.endswith("/secrets")]
    assert reads == ["GET"]
    # So late it cannot be told whose write is seen there.
    assert events(shared, "secret.rotate.undetermined") == 1
    assert sorted(post_office.recipients) == ASKING
    assert events(shared, "person.link_mailed") == len(ASKING)
    assert "intact" in shared.succeed("verify_audit")


def empty(shared: Installation) -> None:
    """Leave nothing of the database; the keys stay."""
    if shared.environment.get("DATABASE_URL"):
        shared.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    else:
        (shared.data_dir / "sealroom.sqlite3").unlink()


def test_several_that_start_at_once_set_an_empty_database_up_once(
    installation: Installation,
) -> None:
    empty(installation)
    started = [installation.start("manage.py", "setup") for _ in range(3)]
    # They wait for each other: the last one for as long as all of them take.
    assert [each.wait(len(started) * SECONDS) for each in started] == [0, 0, 0]
    installation.succeed("verify_audit")
