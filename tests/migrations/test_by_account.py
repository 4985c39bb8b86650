"""Who gave access is found by their account from now on, whatever their address becomes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from secretsapp.rules import triggers
from tests import stage
from tests.migrations.test_teams import migrated

pytestmark = [pytest.mark.long, pytest.mark.engine, pytest.mark.django_db(transaction=True)]

BEFORE, AFTER = ("secretsapp", "0032_new_sign_ins"), ("secretsapp", "0034_accounts_found")


@pytest.fixture
def before() -> Iterator[Any]:
    """The tables before; the database is at the newest migration again afterwards."""
    yield migrated(BEFORE)
    call_command("migrate", verbosity=0)
    triggers.install()
    stage.forget()


def test_who_gave_it_is_found_by_their_address_of_then(before: Any) -> None:
    now = timezone.now()
    giver, held = (
        before.get_model("secretsapp", "User").objects.create(email=f"{name}@example.com")
        for name in ("giver", "held")
    )
    team = before.get_model("secretsapp", "Team").objects.create(name="Build")
    grants = before.get_model("secretsapp", "Grant").objects
    given = {"person": held, "given_at": now, "role": "viewer"}
    grants.create(**given, given_by="giver@example.com")
    grants.create(**given, given_by="root (command grant)", environment="staging")
    members = before.get_model("secretsapp", "Membership").objects
    members.create(team=team, person=held, added_at=now, added_by="giver@example.com")
    members.create(team=team, person=giver, added_at=now, added_by="root (command add_to_team)")
    after = migrated(AFTER)
    changers = after.get_model("secretsapp", "Grant").objects.order_by("pk")
    assert list(changers.values_list("changer", flat=True)) == [giver.pk, None]
    adders = after.get_model("secretsapp", "Membership").objects.order_by("pk")
    assert list(adders.values_list("adder", flat=True)) == [giver.pk, None]
