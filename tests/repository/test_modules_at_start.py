"""What a command loads before it does anything: what few need comes with its first use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository.files import ROOT

pytestmark = pytest.mark.process

# `doctor` alone asks at once whether Roblox can be reached.
LOADS_HTTP = "doctor"
FIRST = "list_secrets"
MODULES_AT_MOST = 705

HEAVY = {
    "allauth.account.forms",
    "allauth.account.views",
    "allauth.mfa.adapter",
    "allauth.mfa.recovery_codes",
    "allauth.mfa.totp",
    "allauth.socialaccount",
    "charset_normalizer",
    "cryptography",
    "dashboard.urls",
    "fido2",
    "gunicorn",
    "idna",
    "nacl",
    "playwright",
    "prometheus_client",
    "psycopg",
    "publicsuffixlist",
    "pygments",
    "requests",
    "rich",
    "sentry_sdk",
    "structlog",
    "urllib3",
    "whitenoise",
}

# As `manage.py` does, without carrying a command out: the settings, the apps, and the command.
LOAD = """
import json, sys
import django
from django.core.management import load_command_class
django.setup()
from django.db import connection
connection.vendor
counts = []
for name in sys.argv[1:]:
    load_command_class("secretsapp", name)
    counts.append(len(sys.modules))
print(json.dumps([counts[0], list(sys.modules)]))
"""


def commands() -> list[str]:
    """Every command, the one whose modules are counted before the others."""
    files = (ROOT / "secretsapp" / "management" / "commands").glob("[a-z]*.py")
    return [FIRST, *sorted({path.stem for path in files} - {FIRST})]


def loaded(names: list[str], data_dir: Path) -> tuple[int, set[str]]:
    """How many modules the first of the commands loads, and which all of them do, on SQLite."""
    own = {"DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *names],
        cwd=ROOT,
        env=kept | own,
        capture_output=True,
        check=True,
        timeout=60,
    )
    count, modules = json.loads(done.stdout)
    return count, set(modules)


def test_no_command_loads_what_few_need(tmp_path: Path) -> None:
    count, modules = loaded([name for name in commands() if name != LOADS_HTTP], tmp_path)
    assert modules & HEAVY == set()
    assert count <= MODULES_AT_MOST


def test_what_a_command_needs_at_once_is_noticed(tmp_path: Path) -> None:
    assert loaded([LOADS_HTTP], tmp_path)[1] & HEAVY >= {"requests", "urllib3"}
