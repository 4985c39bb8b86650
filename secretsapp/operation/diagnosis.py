"""How an installation is, also one that is broken: everything is looked at, nothing is changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import DatabaseError, connection

from secretsapp.core.actor import Actor
from secretsapp.core.errors import SealroomError
from secretsapp.core.roles import Permission
from secretsapp.operation import diagnosis_database, diagnosis_log, diagnosis_machine
from secretsapp.operation.findings import Finding, Findings, Level, wrong
from secretsapp.rules.policy import require_installation

Check = Callable[[], Findings]


@dataclass(frozen=True)
class Line:
    """A finding, and the name of the check that found it."""

    check: str
    finding: Finding


_OF_THE_MACHINE: dict[str, Check] = {
    "secret key": diagnosis_machine.secret_key,
    "master keys": diagnosis_machine.master_keys,
    "audit keys": diagnosis_machine.audit_keys,
    "checkpoint keys": diagnosis_machine.checkpoint_keys,
    "strength of keys": diagnosis_machine.strength,
    "passwords": diagnosis_machine.passwords,
    "permissions": diagnosis_machine.permissions,
    "disk": diagnosis_machine.disk,
    "addresses": diagnosis_machine.addresses,
    "roblox": diagnosis_machine.roblox,
    "mail": diagnosis_machine.mail,
}
_OF_THE_TABLES: dict[str, Check] = {
    "migrations": diagnosis_database.tables,
    "log guards": diagnosis_database.guards,
    "indexes": diagnosis_database.indexes,
    "search": diagnosis_database.search,
    "log head": diagnosis_database.head,
    "checkpoints": diagnosis_log.checkpoints_of_log,
    "witnesses": diagnosis_log.witnesses_of_log,
    "archives": diagnosis_log.archives,
    "stored keys": diagnosis_machine.stored,
    "api keys": diagnosis_database.api_keys,
    "workers": diagnosis_database.background,
    "waiting mail": diagnosis_database.mail,
    "channels": diagnosis_database.channels,
    "clock": diagnosis_machine.clock,
}


def diagnose(actor: Actor) -> list[Line]:
    """Everything that was looked at; of a database that cannot be asked, that alone.

    Raises Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    lines = _lines("database", diagnosis_database.database)
    checks = dict(_OF_THE_MACHINE)
    if all(line.finding.level is not Level.WRONG for line in lines):
        checks = _OF_THE_TABLES | checks
    for name, check in checks.items():
        lines += _lines(name, check)
    return lines


def _lines(name: str, check: Check) -> list[Line]:
    return [Line(name, finding) for finding in _tried(check)]


def _tried(check: Check) -> Iterator[Finding]:
    """What the check finds; its own failure is a finding, and the others go on."""
    try:
        yield from check()
    except SealroomError as error:
        # The sentence of a refusal says what to do.
        yield wrong(str(error), "")
    except DatabaseError as error:
        yield wrong(f"The database couldn't be read: {type(error).__name__}.", _to_do())
    except Exception as error:  # noqa: BLE001 - what is broken may fail in any way
        yield wrong(f"The check itself failed: {type(error).__name__}.", "Check it yourself.")


def _to_do() -> str:
    if connection.vendor == "postgresql":
        return (
            "Check DATABASE_URL, its password and whether the server is running, then run `setup`."
        )
    return "Check the file and its permissions; `manage.py setup` creates missing tables."
