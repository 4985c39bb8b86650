"""Reports to Sentry: real mistakes of the product arrive, and nothing that anybody typed."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured

from secretsapp import __version__
from secretsapp.adapters import sentry as sentry_reports
from tests.fake_sentry import FakeSentry, open_fake_sentry
from tests.installation import ROOT, Installation
from tests.spine.traces import Traces
from tests.stage import HARBOR_ID

pytestmark = [pytest.mark.process, pytest.mark.counted]

SECONDS = 60

# A bug that holds the value in its words, its notes, its locals and its cause.
BUG = """
import logging, sys
from unittest.mock import patch

marker = sys.stdin.readline().strip()

def bug(*given, **named):
    held = {"value": marker}
    try:
        raise ValueError(marker)
    except ValueError as cause:
        error = RuntimeError(f"a bug that quotes its input: {marker}", held)
        error.add_note(marker)
        raise error from cause
"""

# The product as a web server runs it, and a request that carries the value everywhere.
BY_BROWSER = f"""{BUG}
from dashboard.wsgi import application
from django.conf import settings
from django.test import Client

settings.ALLOWED_HOSTS.append("testserver")
client = Client(raise_request_exception=False, headers={{"X-Thing": marker, "User-Agent": marker}})
client.cookies["thing"] = marker.encode().hex()
with patch("django.forms.Form.is_valid", bug):
    answer = client.post("/password/", {{"code": marker}}, query_params={{"q": marker}})
print(answer.status_code, answer.headers["X-Request-Id"])
"""

# The product as a shell runs it, with the value on standard input.
BY_SHELL = f"""{BUG}
import io
import django
from manage import main

django.setup()
sys.stdin = io.TextIOWrapper(io.BytesIO(marker.encode()))
sys.argv = ["manage.py", "rotate_secret", "{HARBOR_ID}", "PAY_KEY"]
with patch("secretsapp.secrets.changes.seal", bug):
    try:
        main()
    finally:
        print("sentry_sdk" in sys.modules)
"""

# What others hand to the SDK, and what is logged by those who must not be heard.
BY_OTHERS = f"""{BUG}
from dashboard.wsgi import application
import sentry_sdk

sentry_sdk.set_tag("tag", marker)
sentry_sdk.add_breadcrumb(message=marker)
sentry_sdk.capture_message(marker)
try:
    bug()
except RuntimeError as error:
    sentry_sdk.capture_exception(error)
for name in ("django.security.DisallowedHost", "urllib3.connectionpool", "sentry_sdk.errors"):
    logging.getLogger(name).error("%s", marker)
logging.getLogger("secretsapp.tests").warning("%s", marker)
logging.getLogger("secretsapp.tests").error("%s", marker, extra={{"data": marker}})
"""


@pytest.fixture
def sentry() -> Iterator[FakeSentry]:
    """A Sentry that was sent nothing yet."""
    with open_fake_sentry() as opened:
        yield opened


def run(
    installation: Installation, script: str, marker: str, address: str
) -> subprocess.CompletedProcess[str]:
    """Run the product in a process whose environment would lead the SDK astray."""
    spotlight = address.replace("public@", "")
    astray = {"http_proxy": "http://127.0.0.1:9", "SENTRY_SPOTLIGHT": spotlight}
    named = {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "SENTRY_ENVIRONMENT": "astray",
        "SENTRY_RELEASE": "astray",
    }
    return subprocess.run(
        [sys.executable, "-c", script],
        input=f"{marker}\n",
        capture_output=True,
        cwd=ROOT,
        env=installation.environment | astray | named | {"SENTRY_DSN": address},
        timeout=SECONDS,
        check=False,
        text=True,
    )


def assert_nothing_leaked(
    marker: str, sentry: FakeSentry, done: subprocess.CompletedProcess[str]
) -> None:
    """Neither in what was sent, in any form, nor in what was said."""
    traces = Traces(marker)
    traces.add("said", done.stdout + done.stderr)
    for head, body in zip(sentry.heads, sentry.bodies, strict=True):
        traces.add("head", head)
        traces.add("body", body)
    assert traces.found() == []
    assert "astray" not in repr((sentry.heads, sentry.bodies))
    assert os.uname().nodename not in repr(sentry.reports)
    assert str(ROOT) not in repr(sentry.reports)


def test_a_mistake_in_a_request_is_reported_by_its_places(
    stocked: Installation, marker: str, sentry: FakeSentry
) -> None:
    done = run(stocked, BY_BROWSER, marker, sentry.address)
    status, request_id = done.stdout.split()
    assert status == "500"
    (report,) = sentry.reports
    assert set(report) == {
        *("event_id", "timestamp", "platform", "level", "logger", "logentry"),
        *("release", "tags", "exception"),
    }
    assert report["release"] == f"sealroom@{__version__}"
    assert report["tags"] == {"request_id": request_id}
    first, second = report["exception"]["values"]
    assert (first["type"], second["type"]) == ("ValueError", "RuntimeError")
    frames = second["stacktrace"]["frames"]
    assert {tuple(frame) for frame in frames} == {
        ("module", "function", "filename", "lineno", "in_app")
    }
    assert frames[-1]["function"] == "bug"
    ours = [frame["filename"] for frame in frames if frame["in_app"]]
    assert "secretsapp/web/views/passwords.py" in ours
    assert_nothing_leaked(marker, sentry, done)


def test_a_mistake_in_a_command_is_reported_before_it_ends(
    stocked: Installation, marker: str, sentry: FakeSentry
) -> None:
    done = run(stocked, BY_SHELL, marker, sentry.address)
    assert done.returncode == 1
    assert "Sealroom stopped because of an error" in done.stderr
    (report,) = sentry.reports
    assert report["tags"] == {"command": "rotate_secret"}
    assert report["logger"] == "secretsapp.management.base"
    assert_nothing_leaked(marker, sentry, done)


def test_what_we_did_not_put_together_is_not_sent(
    stocked: Installation, marker: str, sentry: FakeSentry
) -> None:
    done = run(stocked, BY_OTHERS, marker, sentry.address)
    assert done.returncode == 0
    (report,) = sentry.reports
    assert report["logger"] == "secretsapp.tests"
    assert "exception" not in report
    without_words = done.stderr.replace(marker, "")
    assert_nothing_leaked(marker, sentry, subprocess.CompletedProcess([], 0, "", without_words))


def test_nothing_is_sent_and_nothing_loaded_where_no_address_is_given(
    stocked: Installation, marker: str
) -> None:
    done = run(stocked, BY_SHELL, marker, "")
    assert (done.returncode, done.stdout) == (1, "False\n")


def test_the_release_is_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__


@pytest.mark.parametrize(
    "address",
    [
        "sentry.example.com",
        "https://sentry.example.com/1",
        "https://public@sentry.example.com/project",
        "http://public@sentry.example.com/1",
        "https://public@sentry.example.com:port/1",
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(
        ImproperlyConfigured, match=r"^SENTRY_DSN must be the address of a Sentry project"
    ):
        sentry_reports.start(address)


@pytest.mark.parametrize(
    ("program", "status"), [(["manage.py", "verify_audit"], 1), (["-m", "dashboard.wsgi"], 4)]
)
def test_an_address_that_is_none_stops_the_start(
    installation: Installation, program: list[str], status: int
) -> None:
    done = start(installation, program, "https://sentry.example.com/1")
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr == (
        "SENTRY_DSN must be the address of a Sentry project, such as "
        "https://PUBLIC_KEY@sentry.example.com/1. Plain HTTP is only for this machine "
        "(127.0.0.1).\n"
    )


@pytest.mark.parametrize(
    ("program", "status"), [("from manage import main; main()", 1), ("import dashboard.wsgi", 4)]
)
def test_an_address_without_the_package_stops_the_start(
    installation: Installation, program: str, status: int
) -> None:
    without = f"import sys; sys.modules['sentry_sdk'] = None; {program}"
    done = start(installation, ["-c", without, "verify_audit"], "http://public@127.0.0.1:9/1")
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr == (
        "SENTRY_DSN is set, but the package sentry-sdk is not installed. Install it, or "
        "remove SENTRY_DSN.\n"
    )


def start(
    installation: Installation, program: list[str], address: str
) -> subprocess.CompletedProcess[str]:
    """What a program says, and its status, where Sentry is at the address."""
    environment = installation.environment | {"SENTRY_DSN": address}
    return subprocess.run(
        [sys.executable, *program],
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=SECONDS,
        check=False,
        text=True,
    )
