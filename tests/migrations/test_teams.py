"""The pattern of a grant becomes a row of its own, and goes back as far as it can be said."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from secretsapp.rules import triggers
from tests import stage

pytestmark = [pytest.mark.long, pytest.mark.engine, pytest.mark.django_db(transaction=True)]

BEFORE, AFTER = ("secretsapp", "0012_change_of_actor"), ("secretsapp", "0015_grant_patterns")


def migrated(state: tuple[str, str]) -> Any:
    """The tables as they are once the database is at that migration."""
    executor = MigrationExecutor(connection)
    executor.migrate([state])
    executor.loader.build_graph()
    return executor.loader.project_state([state]).apps


@pytest.fixture
def before() -> Iterator[Any]:
    """The tables before; the database is at the newest migration again afterwards."""
    yield migrated(BEFORE)
    call_command("migrate", verbosity=0)
    triggers.install()
    stage.forget()


def test_each_grant_keeps_what_it_says(before: Any) -> None:
    people = [
        before.get_model("secretsapp", "User").objects.create(email=f"{name}@example.com")
        for name in ("giver", "held")
    ]
    given = {"person": people[1], "given_at": timezone.now(), "role": "rotator"}
    grants = before.get_model("secretsapp", "Grant").objects
    grants.create(**given, pattern="PAY_*", given_by="giver@example.com")
    grants.create(**(given | {"person": people[0]}), given_by="root (command grant)")
    after = migrated(AFTER).get_model("secretsapp", "Grant").objects
    columns = ("patterns__pattern", "giver__email", "role")
    assert list(after.order_by("pk").values_list(*columns)) == [
        ("PAY_*", "giver@example.com", "rotator"),
        ("", None, "rotator"),
    ]
    held = after.earliest("pk")
    held.patterns.create(pattern="AD_KEY")
    after.create(person_id=people[1].pk, role="viewer", given_at=timezone.now(), given_by="-")
    wide = {"environment": "staging", "given_at": timezone.now(), "given_by": "-"}
    after.create(person_id=people[1].pk, role="viewer", **wide).patterns.create(pattern="")
    again = migrated(BEFORE).get_model("secretsapp", "Grant").objects
    assert list(again.order_by("pk").values_list("pattern", "role")) == [
        ("PAY_*", "rotator"),
        ("", "rotator"),
    ]
