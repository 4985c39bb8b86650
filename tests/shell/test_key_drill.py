"""The drill: keys are rotated and moved by the commands of the documents, and all goes on."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from emulator import Universe as EmulatedUniverse
from secretsapp.core.keyring import generate_key
from tests.installation import Installation
from tests.served import FORM, HOST, Answer, answer, free_ports, serving
from tests.stage import HARBOR_ID

pytestmark = [pytest.mark.process, pytest.mark.long]

EMAIL, PASSWORD = "someone@example.com", "a lantern on the pier"
ROTATE = f"/universes/{HARBOR_ID}/secrets/PAY_KEY/rotate/"


@dataclass
class Browser:
    """Someone at the dashboard on that port, with the cookies of their browser."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, **typed: str) -> Answer:
        """Ask with the cookies, and keep those that come back."""
        headers = {"Content-Type": FORM, "Cookie": self._cookie}
        connection = HTTPConnection(HOST, self.port, timeout=60)
        said = answer(connection, method, path, headers, urlencode(typed) if typed else "")
        given = (cookie.partition("=") for cookie in said.cookies.split("; ") if cookie)
        self.cookies |= {name: value for name, _, value in given}
        return said

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def submit(self, path: str, **typed: str) -> int:
        """Fill in the form there, and send it; the status that comes back."""
        token = self.ask("GET", path).token
        return self.ask("POST", path, csrfmiddlewaretoken=token, **typed).status

    def sign_in(self) -> None:
        """Sign in."""
        self.cookies.clear()
        assert self.submit("/sign-in/", login=EMAIL, password=PASSWORD) == 302

    def rotates(self, value: str, harbor: EmulatedUniverse) -> bool:
        """Whether a rotation reaches Roblox."""
        return self.submit(ROTATE, value=value) == 302 and (
            harbor.values["PAY_KEY"] == value.encode()
        )


@contextmanager
def working(installation: Installation) -> Iterator[None]:
    """The worker, which must still be there at the end."""
    worker = installation.start("manage.py", "work", stdout=subprocess.PIPE)
    with worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith(b"Working.")
        try:
            yield
            assert worker.poll() is None
        finally:
            worker.terminate()
            assert worker.communicate(timeout=60)[0] == b"Stopped.\n"


def say(installation: Installation, *command: str) -> dict[str, str]:
    """What a command that succeeds says to scripts."""
    said: dict[str, str] = json.loads(installation.succeed(*command, "--json"))
    return said


def refused(installation: Installation, *command: str, **environment: str) -> str:
    """The one sentence with which a command is refused."""
    done = installation.run(*command, environment=environment)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)
    return done.stderr.decode()


def ids(installation: Installation, ring: int) -> list[str]:
    """The keys of a ring in order, and behind them those that are missing."""
    rings = json.loads(installation.succeed("list_keys", "--json"))["rings"]
    return [key["key_id"] for key in rings[ring]["keys"]]


def test_both_keys_are_rotated_beside_running_processes(
    stocked: Installation, harbor: EmulatedUniverse
) -> None:
    stocked.succeed("create_user", EMAIL, "--admin", stdin=PASSWORD.encode())
    directory = stocked.data_dir / "keys"
    first = {name: (directory / name).read_text() for name in ("master_keys", "audit_keys")}
    old = ids(stocked, 0)[0]
    (port,) = free_ports(1)
    with serving(stocked, port), working(stocked):
        browser, idle = Browser(port), Browser(port)
        browser.sign_in()
        idle.sign_in()
        assert browser.rotates("before", harbor)
        new = say(stocked, "add_key", "master")["key_id"]
        assert browser.rotates("with a second key", harbor)
        stocked.succeed("rotate_master_key", new)
        assert browser.rotates("with the other in front", harbor)
        new_audit = say(stocked, "add_key", "audit")["key_id"]
        anchor = say(stocked, "rotate_audit_key", new_audit)["anchor"]
        assert browser.rotates("under another audit key", harbor)
        assert "Add --yes" in refused(stocked, "drop_key", "master", old)
        stocked.succeed("drop_key", "master", old, "--yes")
        assert browser.rotates("with the new key alone", harbor)
        assert idle.ask("GET", ROTATE).status == 302
        idle.sign_in()
        assert idle.rotates("signed in again", harbor)
    assert (directory / "master_keys").read_text() != first["master_keys"]
    assert first["master_keys"].strip() not in (directory / "master_keys").read_text()
    assert ids(stocked, 0) == [new]
    assert ids(stocked, 1)[0] == new_audit
    stocked.succeed("verify_audit", "--anchor", anchor)
    for setting, lacking in (("MASTER_KEYS", new), ("AUDIT_KEYS", new_audit)):
        sentence = refused(stocked, "work", "--once", **{setting: first[setting.lower()]})
        assert f"key {lacking} is not configured. Add it to {setting}" in sentence


def test_keys_move_to_the_environment_and_are_rotated_there(
    stocked: Installation, harbor: EmulatedUniverse, tmp_path: Path
) -> None:
    directory, mounted = stocked.data_dir / "keys", tmp_path / "mounted"
    directory.rename(mounted)
    named = {f"{path.name.upper()}_FILE": str(path) for path in mounted.iterdir()}
    moved = replace(stocked, environment=stocked.environment | named)
    old, master_keys = ids(moved, 0)[0], mounted / "master_keys"
    rotate = ("rotate_secret", str(HARBOR_ID), "PAY_KEY")
    moved.succeed(*rotate, stdin=b"from elsewhere")
    assert harbor.values["PAY_KEY"] == b"from elsewhere"

    assert "Add the output of `openssl rand" in refused(moved, "add_key", "master")
    with master_keys.open("a") as opened:
        opened.write(f"{generate_key()}\n")
    new = ids(moved, 0)[1]
    assert "Move key number 2 to the front there" in refused(moved, "rotate_master_key", new)
    lines = master_keys.read_text().splitlines()
    master_keys.write_text("\n".join(reversed(lines)))
    assert "Run `manage.py rotate_master_key`" in refused(moved, "drop_key", "master", old)
    moved.succeed("rotate_master_key", new)
    assert "Remove key number 2 there" in refused(moved, "drop_key", "master", old)
    master_keys.write_text(lines[1])
    assert ids(moved, 0) == [new]
    moved.succeed(*rotate, stdin=b"with the new key alone")
    assert harbor.values["PAY_KEY"] == b"with the new key alone"
    moved.succeed("verify_audit")


def test_where_both_places_have_keys_the_environment_comes_first(stocked: Installation) -> None:
    path = stocked.data_dir / "keys" / "master_keys"
    done = stocked.run("list_keys", environment={"MASTER_KEYS": path.read_text()})
    said = done.stdout.decode()
    assert "Master keys, from the environment, MASTER_KEYS\n" in said
    assert f"The file {path} is not used: the environment takes precedence.\n" in said
    assert path.read_text().strip() not in said
