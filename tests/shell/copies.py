"""What tests of backups share: an installation's rows, its log, and what it is refused."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.apps import apps

from tests.installation import Installation

SECONDS = 60
# Commands that are refused one after the other, in one process.
REFUSE = """
import json, sys
import django
django.setup()
from django.core.management import CommandError, call_command
said = []
for command in json.load(sys.stdin):
    try:
        call_command(*command)
    except CommandError as refusal:
        said.append(str(refusal))
json.dump(said, sys.stdout)
"""
NO_ANCHOR = f"1:{'0' * 64}"

# What a restored copy ends on purpose, and what goes on in it.
ENDED = {
    "django_session",
    "secretsapp_onetimecode",
    "secretsapp_outgoingmail",
    "secretsapp_passwordmail",
    "secretsapp_signedin",
    "secretsapp_worker",
}
LOG = {"secretsapp_auditevent", "secretsapp_audithead"}


def hand_over_keys(origin: Installation, place: Installation) -> None:
    """Bring the key files of one installation to another."""
    keys = place.data_dir / "keys"
    keys.mkdir(mode=0o700, parents=True)
    for key in (origin.data_dir / "keys").iterdir():
        (keys / key.name).touch(mode=0o600)
        (keys / key.name).write_bytes(key.read_bytes())


def refused(installation: Installation, *arguments: object, **environment: str) -> str:
    """The one sentence with which a command is refused."""
    done = installation.run(*map(str, arguments), environment=environment)
    assert (done.returncode, done.stdout) == (1, b""), done.stderr.decode()
    sentence = done.stderr.decode()
    assert sentence.count("\n") == 1
    assert "Traceback" not in sentence
    return sentence


def refusals(installation: Installation, *commands: tuple[object, ...]) -> list[str]:
    """The sentences with which these commands are refused, all of them."""
    piped = json.dumps([[str(word) for word in command] for command in commands]).encode()
    done = installation.execute_script(REFUSE, piped)
    said: list[str] = json.loads(done)
    assert (len(said), "\n" in "".join(said)) == (len(commands), False), said
    return said


def backed_up(installation: Installation, file: Path) -> dict[str, Any]:
    """Make a backup, and give what was said of it."""
    said: dict[str, Any] = json.loads(installation.succeed("backup", str(file), "--json"))
    return said


def doctored(installation: Installation, file: Path, *statements: str) -> None:
    """Make a copy that someone changed, past `backup`, which looks first."""
    address = installation.environment.get("DATABASE_URL")
    if address:
        installation.execute(";".join(statements))
        kind = ("--format=custom", "--no-owner", "--no-privileges")
        subprocess.run(["pg_dump", *kind, f"--file={file}", address], check=True)
        return
    backed_up(installation, file)
    with closing(sqlite3.connect(file)) as copy:
        copy.executescript(";".join(statements))


def tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted({"django_migrations", *(model._meta.db_table for model in models)})


def contents(installation: Installation) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a restored copy takes over as it is."""
    kept = [table for table in tables() if table not in ENDED | LOG]
    return {table: sorted(installation.rows(f"SELECT * FROM {table}"), key=str) for table in kept}


def events(installation: Installation) -> list[tuple[Any, ...]]:
    return installation.rows("SELECT * FROM secretsapp_auditevent ORDER BY sequence")


def head(installation: Installation) -> str:
    """The anchor of the log as it is now."""
    [(sequence, link)] = installation.rows("SELECT sequence, link FROM secretsapp_audithead")
    return f"{sequence}:{link}"
