"""What was changed outside Sealroom, listed and reviewed in the shell."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.models import Secret, Universe
from tests.shell.conftest import Shell
from tests.stage import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def quay(universe: Universe) -> Universe:
    """A second universe with two secrets, one of which is no longer at Roblox."""
    quay = Universe.objects.create(id=42, name="Quay", api_key=universe.api_key)
    now = timezone.now()
    Secret.objects.create(universe=quay, name="PAY_KEY", drifted_at=now, update_time="2026-01-02")
    Secret.objects.create(universe=quay, name="GONE", missing_since=now - timedelta(days=1))
    hour = now - timedelta(hours=1)
    Secret.objects.filter(universe=universe, name="PAY_KEY").update(drifted_at=hour)
    return quay


def test_the_shell_lists_them_and_adopts(shell: Shell, quay: Universe, cast: Cast) -> None:
    said = shell.run("list_drift").output
    assert said.index("Quay") < said.index("Harbor") < said.index("deleted")
    data = shell.run("list_drift", "--json").json
    assert (data["count"], data["secrets"][2]["found"]) == (3, "deleted")
    assert "Harbor: Nobody has looked yet who could." in said
    assert len(data["secrets"][1]["could"]) == 1
    owner = cast["editor"].user.email
    said = shell.run("acknowledge_drift", "42", "PAY_KEY", "GONE", "--owner", owner).output
    assert "Marked as reviewed: PAY_KEY in Quay." in said
    assert "Removed GONE in Quay from the list." in said
    assert Secret.objects.get(universe=quay).owner == cast["editor"].user
