"""What a new connection to the database is told."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def test_postgresql_compiles_no_query() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite compiles none")
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
