"""A backup made while people work is of one moment, and goes on elsewhere."""

import http.client
import json
import re
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from emulator import Universe as EmulatedUniverse
from secretsapp.management import serving
from tests.installation import Installation
from tests.shell.copies import (
    ENDED,
    SECONDS,
    backed_up,
    events,
    hand_over_keys,
)
from tests.stocked import EMAIL, HARBOR, PASSWORD

pytestmark = [pytest.mark.engine, pytest.mark.process, pytest.mark.counted]

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="([^"]+)"')


class Browser:
    """A person at the dashboard, over HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, **form: str) -> tuple[int, str]:
        """The status of an answer and its page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
        connection.request(method, path, body=urlencode(form), headers=headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        given = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        self.cookies |= dict(cookie.partition(";")[0].split("=", 1) for cookie in given)
        return answer.status, page

    def send(self, path: str, **form: str) -> int:
        """The status that comes of sending the form of a page."""
        token = TOKEN.search(self.ask("GET", path)[1])
        assert token is not None
        return self.ask("POST", path, csrfmiddlewaretoken=token[1], **form)[0]

    def sign_in(self) -> None:
        assert self.send("/sign-in/", login=EMAIL, password=PASSWORD) == 302

    def rotate(self, name: str, value: str) -> int:
        path = f"/universes/{HARBOR}/secrets/{name}/rotate/"
        version = VERSION.search(self.ask("GET", path)[1])
        assert version is not None
        return self.send(path, version=version[1], value=value)


@contextmanager
def served(installation: Installation) -> Iterator[int]:
    """The port at which gunicorn serves the installation."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with installation.start(*serving.web_server(port), stderr=subprocess.PIPE) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)


def wait_for(port: int) -> None:
    """Wait until something listens."""
    ends = time.monotonic() + SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < ends
        time.sleep(0.05)


@contextmanager
def load(installation: Installation, port: int) -> Iterator[None]:
    """Rotations in the browser and in the shell, one after the other, as long as the block runs."""
    over = threading.Event()
    troubles: list[object] = []

    def rotate_in_the_browser() -> None:
        browser = Browser(port)
        browser.sign_in()
        while not over.is_set():
            status = browser.rotate("PAY_KEY", f"value {time.monotonic()}")
            troubles.extend([status] if status != 302 else [])

    def rotate_in_the_shell() -> None:
        while not over.is_set():
            done = installation.run("rotate_secret", HARBOR, "PAY_WEBHOOK", stdin=b"another")
            troubles.extend([done.stderr] if done.returncode else [])

    threads = [threading.Thread(target=t) for t in (rotate_in_the_browser, rotate_in_the_shell)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert troubles == []


def wait_for_events(installation: Installation, count: int) -> None:
    """Wait until so many further events are in the log."""
    wanted = len(events(installation)) + count
    ends = time.monotonic() + SECONDS
    while len(events(installation)) < wanted:
        assert time.monotonic() < ends
        time.sleep(0.1)


def claims(installation: Installation) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The state of each change as its row has it, and as its last event tells it."""
    rows = installation.rows("SELECT id, state FROM secretsapp_change")
    told = installation.rows(
        "SELECT change_id, tag FROM secretsapp_auditevent WHERE change_id <> '' ORDER BY sequence"
    )
    last = {uuid.UUID(change): tag.rpartition(".")[2] for change, tag in told}
    return (
        {(uuid.UUID(str(change)).hex, state) for change, state in rows},
        {(change.hex, state) for change, state in last.items()},
    )


@pytest.mark.long
def test_a_copy_made_under_load_is_of_one_moment_and_goes_on_elsewhere(
    inhabited: Installation, elsewhere: Installation, harbor: EmulatedUniverse, tmp_path: Path
) -> None:
    file = tmp_path / "copy"
    with served(inhabited) as port, load(inhabited, port):
        wait_for_events(inhabited, 4)
        before = len(events(inhabited))
        said = backed_up(inhabited, file)
        assert said["events"] >= before
        wait_for_events(inhabited, 2)
        visitor = Browser(port)
        visitor.sign_in()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy"]

    hand_over_keys(inhabited, elsewhere)
    restored = json.loads(
        elsewhere.succeed("restore", str(file), "--anchor", said["anchor"], "--json")
    )
    count = said["events"]
    assert restored["backup_anchor"] == said["anchor"]
    assert events(elsewhere)[:count] == events(inhabited)[:count]
    assert [event[3] for event in events(elsewhere)[count:]] == ["installation.restored"]
    assert len(events(inhabited)) > count
    as_rows, as_told = claims(elsewhere)
    assert as_rows == as_told
    assert all(elsewhere.rows(f"SELECT * FROM {table}") == [] for table in ENDED)

    # What was under way at that moment is open in the copy, and the worker settles it in time.
    elsewhere.execute(
        "UPDATE secretsapp_change SET started_at = '2026-01-01 00:00:00+00:00' "
        "WHERE state = 'started'"
    )
    elsewhere.succeed("settle_changes")
    assert elsewhere.rows("SELECT 1 FROM secretsapp_change WHERE state = 'started'") == []
    with served(elsewhere) as port:
        visitor.port = port
        assert visitor.ask("GET", f"/universes/{HARBOR}/")[0] == 302
        visitor.sign_in()
        assert visitor.rotate("SIGNING_SEED", "after the restore") == 302
    assert harbor.values["SIGNING_SEED"] == b"after the restore"
    elsewhere.succeed("create_user", "new@example.com", stdin=PASSWORD.encode())
    elsewhere.succeed("verify_audit", "--anchor", restored["anchor"])
