"""What the version before said of a key in a sentence becomes a verdict, and goes back."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from secretsapp.rules import triggers
from secretsapp.rules.sql import rows
from tests import stage

pytestmark = [pytest.mark.long, pytest.mark.engine, pytest.mark.django_db(transaction=True)]

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger",
}
BEFORE, AFTER = ("secretsapp", "0004_workers"), ("secretsapp", "0005_key_verdicts")
NOT_ALLOWED = (
    "Roblox does not allow this: the API key lacks the scope universe.secret:read or "
    "universe.secret:write or does not cover this universe, or its user lacks the permission for "
    "secrets in the group. Whoever manages the API keys can test which, and correct that at Roblox."
)
REFUSED = (
    "Roblox refused the API key: it is wrong, disabled or expired, or this server's address is not "
    "on the key's list. Check the key at Roblox, or replace it here."
)
REFUSED_REQUEST = (
    "Roblox refused the request (status 400) and changed nothing. Refresh the list, check name, "
    "domain and value, and try again."
)
UNREACHABLE = (
    "Roblox could not be reached, so nothing was done. Check this server's connection and try "
    "again."
)
SAID = [
    (True, "it opens 2 universes", "opens"),
    (None, "not used yet", "unused"),
    (False, "it reads, but cannot change secrets: it lacks universe.secret:write", "reads_only"),
    (
        False,
        "it reads, but cannot change secrets in Quay, Pier: it lacks universe.secret:write there",
        "reads_only_somewhere",
    ),
    (False, f"{REFUSED} This server's address is 203.0.113.7: put it on the list.", "refused"),
    (False, f"Harbor: {NOT_ALLOWED}", "not_allowed"),
    (False, f"Roblox refused the API key: a game: {NOT_ALLOWED}", "not_allowed"),
    (
        False,
        "Harbor: Roblox has no such secret or universe any more. Refresh the list and look again.",
        "missing",
    ),
    (False, UNREACHABLE, "unreachable"),
    (
        False,
        "Roblox gave an answer that cannot be used, so nothing was done. Try again in a minute.",
        "unusable",
    ),
    (False, REFUSED_REQUEST, "fails_otherwise"),
    (False, "The master key 0a0b is needed. Add it to MASTER_KEYS again.", "fails_otherwise"),
]


def migrated(state: tuple[str, str]) -> Any:
    """The table of API keys as it is once the database is at that migration."""
    executor = MigrationExecutor(connection)
    executor.migrate([state])
    executor.loader.build_graph()
    return executor.loader.project_state([state]).apps.get_model("secretsapp", "ApiKey").objects


@pytest.fixture
def keys_before() -> Iterator[Any]:
    """The table of the version before; afterwards it is today's again."""
    yield migrated(BEFORE)
    call_command("migrate", verbosity=0)
    stage.forget()


def store(keys: Any, name: str, **said: Any) -> None:
    """A key as the version before stored it."""
    keys.create(id=uuid4(), name=name, encrypted_value=b"-", **said)


def test_each_sentence_becomes_its_verdict_and_goes_back(keys_before: Any) -> None:
    store(keys_before, "never tested")
    for passed, sentence, _ in SAID:
        store(
            keys_before,
            sentence[:100],
            checked_at=timezone.now(),
            check_passed=passed,
            check_result=sentence,
        )
    stored = dict(migrated(AFTER).values_list("check_result", "check_verdict"))
    assert stored == {"": ""} | {sentence: verdict for _, sentence, verdict in SAID}
    there = connection.introspection.table_names()
    wanted = {name for name, table in triggers.places().items() if table in there}
    assert wanted <= {name for (name,) in rows(TRIGGERS[connection.vendor])}
    back = dict(migrated(BEFORE).values_list("check_result", "check_passed"))
    assert back == {"": None} | {sentence: passed for passed, sentence, _ in SAID}
