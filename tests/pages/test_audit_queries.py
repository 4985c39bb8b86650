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
from tests.channels.telling import happens
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.stage import STAGEHAND, Cast, engage

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

# Of who reads everything, one universe, and the names that a pattern matches.
MOST = {"admin": 24, "manager": 26, "names": 28}
# The same with several filters at once.
MOST_FILTERED = {"admin": 30, "manager": 31, "names": 33}
FILTERS = "?secret=PAY_*&event=secret&from=2024-01-01"


@pytest.fixture
def clients(
    client_for: ClientFor, cast: Cast, api_key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Client]:
    """Sessions of them, with more universes than are shown, and small blocks of the index."""
    monkeypatch.setattr(audit_tables, "BLOCK_SIZE", 16)
    monkeypatch.setattr(audit_tables, "SHELF_SIZE", 2)
    monkeypatch.setattr(counting, "LOOKED_THROUGH", 80)
    Universe.objects.bulk_create(
        Universe(id=100 + number, name=f"Quay {number}", api_key=api_key) for number in range(20)
    )
    of_names = engage("names")
    grants.give(STAGEHAND, of_names.user, None, Terms(Role.AUDITOR, "PAY_*"))
    found = {"admin": client_for("admin"), "manager": client_for("manager"), "names": Client()}
    found["names"].force_login(of_names.user)
    return found


def asked(clients: dict[str, Client], query: str = "") -> dict[str, int]:
    """How often each one's page asks."""
    counted = {}
    for who, client in clients.items():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/audit/{query}").status_code == 200
        counted[who] = len(captured)
    return counted


def let_grow(universe: Universe, events: int) -> None:
    """Let so many events happen, and be in the index."""
    happens(universe, ["PAY_KEY"] * events)
    checkpoints.make(STAGEHAND)
    while building.extend():
        pass
    assert AuditBlock.objects.count() * 16 > events


@pytest.mark.long
def test_a_page_asks_so_often_however_long_the_log_is(
    clients: dict[str, Client], universe: Universe
) -> None:
    let_grow(universe, 150)
    # The first page of a session also asks what is asked seldom.
    asked(clients)
    for events in (0, 150):
        let_grow(universe, events)
        counted = asked(clients)
        assert all(counted[who] <= MOST[who] for who in clients), counted
    filtered = asked(clients, FILTERS)
    assert all(filtered[who] <= MOST_FILTERED[who] for who in clients), filtered
