"""The lanes: run where they can, left visibly or with a failure where they cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import programs
from tests import forked, lanes, postgres, suite
from tests.support import go_programs

PRINT_ADDRESS = "import os; print(os.environ['DATABASE_URL'])"
CONNECT = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    server = connection.info
    print(server.host, connection.execute("SHOW listen_addresses").fetchone()[0] or "no TCP")
raise SystemExit(7)
"""
SAY = """
import os, sys
from django.conf import settings
ours = [name for name in sys.modules if name.startswith(("dashboard", "secretsapp"))]
print(sys.argv, sys.stdin.read(), dict(os.environ), settings.configured, ours, flush=True)
"""


@pytest.fixture
def without_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has neither PostgreSQL nor the address of one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "DEBIAN_SERVERS", tmp_path)
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("CI", raising=False)


@pytest.mark.usefixtures("without_postgresql")
def test_missing_server_is_said_and_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert postgres.main(["false"]) == 0
    assert capsys.readouterr().out.startswith("PostgreSQL lane SKIPPED: initdb and pg_ctl")


@pytest.mark.usefixtures("without_postgresql")
def test_missing_server_fails_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert postgres.main(["true"]) == 1


@pytest.mark.usefixtures("without_postgresql")
def test_missing_lanes_are_named() -> None:
    assert lanes.missing_lanes() == [
        "PostgreSQL (initdb and pg_ctl, or TEST_DATABASE_URL)",
        "Chromium",
    ]


@pytest.mark.usefixtures("without_postgresql")
def test_given_address_is_handed_on(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://db.example.com/rooms")
    assert lanes.has_engine_lane()
    assert postgres.main([sys.executable, "-c", PRINT_ADDRESS]) == 0
    assert capfd.readouterr().out == "postgres://db.example.com/rooms\n"


def test_newest_server_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.setattr(programs, "DEBIAN_SERVERS", tmp_path)
    for version, names in {
        "9": ["initdb", "pg_ctl"],
        "15": ["initdb", "pg_ctl"],
        "16": [],
    }.items():
        directory = tmp_path / version / "bin"
        directory.mkdir(parents=True)
        for program in names:
            (directory / program).touch()
    assert programs.postgresql() == tmp_path / "15" / "bin"


def test_a_program_in_go_is_built_where_its_packages_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "")
    monkeypatch.setattr(programs, "DEBIAN_GO", tmp_path)
    with pytest.raises(pytest.skip.Exception, match=r"Go with golang\.org/x/mod is not here"):
        go_programs.build("package main", tmp_path)


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_a_test_is_left_with_its_reason(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="Chromium is not here"):
        lanes.leave("Chromium is not here")


@pytest.mark.parametrize(
    ("sqlite", "on_postgresql", "part", "status"),
    [
        (0, 0, "", 0),
        (1, 0, "", 1),
        (0, 1, "", 1),
        (0, suite.NOTHING_FOUND, "", 1),
        (0, suite.NOTHING_FOUND, "tests/core", 0),
        (suite.NOTHING_FOUND, suite.NOTHING_FOUND, "tests/core", 1),
    ],
)
def test_the_suite_fails_with_either_lane(
    sqlite: int, on_postgresql: int, part: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "run", lambda *_, **__: (sqlite, on_postgresql))
    assert suite.main(part.split()) == status


@pytest.mark.process
def test_cluster_has_no_port_and_is_gone_after_the_command() -> None:
    if programs.postgresql() is None:
        lanes.leave("PostgreSQL is not here")
    done = subprocess.run(
        [sys.executable, "-m", "tests.postgres", sys.executable, "-c", CONNECT],
        env={name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 7, done.stderr
    directory, tcp = done.stdout.strip().split(" ", 1)
    assert tcp == "no TCP"
    assert not Path(directory).exists()


@pytest.mark.process
def test_a_process_that_begins_with_much_loaded_has_its_own_environment_streams_and_end() -> None:
    with forked.open_server() as server:

        def run(script: str, seconds: float = 60) -> tuple[int, str, list[str]]:
            done = server.run(["-c", SAY + script, "more"], b"piped", {"A": "b"}, seconds)
            return done.returncode, done.stdout.decode(), done.stderr.decode().splitlines()[-1:]

        said = "['-c', 'more'] piped {'A': 'b'} False []\n"
        assert run("") == (0, said, [])
        assert run("sys.exit('over')") == (1, said, ["over"])
        assert run("raise LookupError('lost')") == (1, said, ["LookupError: lost"])
        assert run("os.kill(os.getpid(), 9)") == (-9, said, [])
        with pytest.raises(subprocess.TimeoutExpired):
            run("import time; time.sleep(60)", seconds=0.2)


@pytest.mark.parametrize("case", range(3))
def test_the_first_case_of_a_test_that_asks_a_database_can_stand_for_it(
    request: pytest.FixtureRequest, db: None, case: int
) -> None:
    assert (request.node.get_closest_marker("later") is not None) is (case > 0)


@pytest.mark.parametrize("case", range(3))
def test_of_a_test_that_asks_none_every_case_is_run(
    request: pytest.FixtureRequest, case: int
) -> None:
    assert request.node.get_closest_marker("later") is None
