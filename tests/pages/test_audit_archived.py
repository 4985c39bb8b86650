"""Pages of a log whose first events are in an archive: they say so, and where."""

from datetime import timedelta
from pathlib import Path

import pytest

from secretsapp.log.index import building
from secretsapp.models import AuditEvent
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.pages.reading_log import sequences
from tests.stage import Cast
from tests.support.old_log import archive, make_old

NOTE = "Earlier events, up to number 512, are in the archive log.gz, made"


@pytest.fixture
def _archived(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make_old(monkeypatch)
    archive(tmp_path / "log.gz")
    building.extend()


@pytest.mark.usefixtures("_archived")
def test_each_list_of_events_ends_with_where_the_earlier_ones_are(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    admin = client_for("admin")
    newest = admin.get("/audit/")
    assert NOTE not in words(newest)
    assert "to the archive log.gz: Older than the two years" in words(newest)
    last = admin.get("/audit/?before=530")
    assert sequences(body(last))[-1] == 513
    assert NOTE in words(last)
    assert "No older events" not in words(last)
    # A number that is in the archive, a filter that finds nothing, and a log of less.
    for address in ("/audit/?before=40", "/audit/?event=universe.removed", "/me/activity/"):
        assert NOTE in words(admin.get(address)), address
    first = AuditEvent.objects.earliest("sequence").time
    begin, end = (f"{first + timedelta(days=days):%Y-%m-%d}" for days in (-20, 1))
    assert body(admin.get(f"/audit/?from={begin}&to={end}")).count(": not counted") == 21
    assert NOTE in words(client_for("manager").get(address_of("universe_activity")))
    assert NOTE in words(client_for("viewer").get(address_of("secret", "PAY_KEY")))
    assert "No events. Earlier" in words(client_for("viewer").get(address_of("secret", "PAY_KEY")))
