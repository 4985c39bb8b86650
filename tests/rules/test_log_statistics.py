"""What SQLite expects of the audit log decides by what it looks events up."""

import pytest
from django.db import connection

from secretsapp.log import reading
from secretsapp.log.filters import AuditFilter
from secretsapp.models import AuditEvent, Universe
from secretsapp.rules import log_statistics
from secretsapp.rules.sql import execute, rows
from tests.stage import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

STORED = "SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'secretsapp_auditevent' ORDER BY 1"


@pytest.fixture(autouse=True)
def _on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its own statistics")


def test_events_are_looked_up_by_their_numbers_and_not_by_all_of_a_universe(
    cast: Cast, universe: Universe
) -> None:
    found = reading.looking_for(cast["manager"].actor, AuditFilter()).found
    for those in (found.filter(sequence__in=[7, 8, 9]), found.filter(sequence__gt=7)):
        # The rest is what an outcome is looked for by.
        plan = those.explain().partition("CORRELATED SCALAR SUBQUERY")[0]
        assert "SEARCH secretsapp_auditevent USING INDEX sqlite_autoindex" in plan, plan


def test_statistics_that_someone_made_stay() -> None:
    told = rows(STORED)
    assert len(told) == 7
    execute("UPDATE sqlite_stat1 SET stat = '9 1' WHERE idx = 'event_of_actor'")
    log_statistics.install()
    assert rows(STORED) == sorted({**dict(told), "event_of_actor": "9 1"}.items())
    execute("DELETE FROM sqlite_stat1 WHERE tbl = 'secretsapp_auditevent'")
    log_statistics.install()
    assert rows(STORED) == told


def test_an_index_that_was_made_again_gets_its_statistics_again() -> None:
    told = rows(STORED)
    index = next(each for each in AuditEvent._meta.indexes if each.name == "event_of_actor")
    execute("DROP INDEX event_of_actor")
    assert len(rows(STORED)) == 6
    with connection.cursor() as cursor:
        cursor.execute(str(index.create_sql(AuditEvent, connection.schema_editor())))
    log_statistics.install()
    assert rows(STORED) == told
