"""How often a page of the audit log asks the database: so often, however long the log is."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.log import checkpoints, counting
from secretsapp.log.index import building
from secretsapp.models import ApiKey, AuditBlock, Universe
from secretsapp.models import audit as audit_tables
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.reading_log import fill_log
from tests.stage import STAGEHAND, Cast, engage

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

# Of who reads everything, one universe, and the names that a pattern matches.
MOST = {"admin": 24, "manager": 26, "names": 28}


@pytest.fixture
def clients(
    client_for: ClientFor, universe: Universe, api_key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Client]:
    """Sessions of them, with more universes than are shown, and small blocks of the index."""
    monkeypatch.setattr(audit_tables, "BLOCK_SIZE", 32)
    monkeypatch.setattr(audit_tables, "SHELF_SIZE", 2)
    monkeypatch.setattr(counting, "LOOKED_THROUGH", 160)
    Universe.objects.bulk_create(
        Universe(id=100 + number, name=f"Quay {number}", api_key=api_key) for number in range(20)
    )
    of_names = engage("names")
    grants.give(STAGEHAND, of_names.user, None, Terms(Role.AUDITOR, "PAY_*"))
    found = {"admin": client_for("admin"), "manager": client_for("manager"), "names": Client()}
    found["names"].force_login(of_names.user)
    return found


def asked(clients: dict[str, Client], query: str = "") -> dict[str, int]:
    """How often each one's page asks, once what is asked seldom was asked."""
    counted = {}
    for who, client in clients.items():
        client.get("/audit/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/audit/{query}").status_code == 200
        counted[who] = len(captured)
    return counted


def test_a_page_asks_so_often_however_long_the_log_is(
    clients: dict[str, Client], universe: Universe, cast: Cast
) -> None:
    for events in (300, 900):
        fill_log(universe, cast, events)
        checkpoints.make(STAGEHAND)
        while building.extend():
            pass
        assert AuditBlock.objects.count() * 32 > events
        counted = asked(clients)
        assert all(counted[who] <= most for who, most in MOST.items()), counted
