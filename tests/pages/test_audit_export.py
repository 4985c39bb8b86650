"""Exports of the audit log and of a universe's activity: what the page finds, as a file."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponseBase, StreamingHttpResponse

from secretsapp.access import grants
from secretsapp.adapters import export_slots
from secretsapp.core.errors import Forbidden
from secretsapp.core.roles import Role
from secretsapp.log import exporting, streaming
from secretsapp.models import AuditEvent, Grant, Universe
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.reading import words
from tests.pages.reading_log import fill_log, link_to, sequences
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch


def streamed(answer: HttpResponseBase) -> Iterator[bytes]:
    """The pieces of a file that is being sent."""
    assert isinstance(answer, StreamingHttpResponse)
    return iter(answer.streaming_content)  # type: ignore[arg-type]


def text(answer: HttpResponseBase) -> str:
    """The file that was sent, to its end."""
    return b"".join(streamed(answer)).decode()


def numbers(answer: HttpResponseBase) -> list[int]:
    """The numbers of the events in it, newest first as on the page."""
    rows = csv.DictReader(io.StringIO(text(answer)))
    return [int(row["sequence"]) for row in rows][::-1]


def test_the_page_leads_to_a_file_of_exactly_what_it_finds(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    fill_log(universe, cast, 3)
    client = client_for("auditor")
    filters = {"event": "secret.details", "secret": "PAY_*", "since": "24h"}
    shown = client.get("/audit/", filters)
    address = link_to(shown.content.decode(), "export/")
    asked = client.get(address)
    page = words(asked)
    assert "3 events match, the oldest first." in page
    assert all(each in page for each in ("secret PAY_*", "Last 24 hours"))
    watch = Watch()
    sent = client.post(address, {"format": "csv"})
    assert sent["Content-Type"] == "text/csv; charset=utf-8"
    newest = AuditEvent.objects.latest("sequence").sequence - 1
    assert sent["Content-Disposition"] == f'attachment; filename="audit-log-to-{newest}.csv"'
    assert numbers(sent) == sequences(shown.content.decode())
    [event] = watch.events
    assert (event.tag, event.actor_name) == ("log.exported", "auditor@example.com")
    assert json.loads(event.detail) == {
        "count": "3",
        "filter": "secret=PAY_%2A&event=secret.details&since=24h",
        "format": "CSV",
        "up_to": str(newest),
    }
    log = words(client_for("admin").get("/audit/", {"event": "log.exported"}))
    assert "exported 3 events of the audit log as CSV" in log


def test_people_export_what_they_see_and_nothing_more(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    fill_log(universe, cast, 1)
    manager, viewer = client_for("manager"), client_for("viewer")
    shown = sequences(manager.get("/audit/", {"attempts": "on"}).content.decode())
    assert numbers(manager.post("/audit/export/?attempts=on", {"format": "csv"})) == shown
    assert viewer.post("/audit/export/", {"format": "csv"}).status_code == 403
    activity = f"/universes/{universe.pk}/activity/"
    seen = sequences(viewer.get(activity).content.decode())
    watch = Watch()
    sent = viewer.post(f"{activity}export/", {"format": "ndjson"})
    assert sent["Content-Type"] == "application/x-ndjson"
    events = list(map(json.loads, text(sent).splitlines()))
    assert [event["sequence"] for event in events][::-1] == seen
    # A hash would tell the address to whoever tries out all of them.
    hidden = {event[name] for event in events for name in ("address", "change_id", "content")}
    assert hidden == {""}
    [event] = watch.events
    assert event.universe_id == str(universe.pk)


def test_what_cannot_be_exported_is_said_and_no_export_begins(client_for: ClientFor) -> None:
    client, watch = client_for("auditor"), Watch()
    for query, sentence in (
        ("?from=2026-12-04&to=2026-12-03", "Swap them"),
        ("?address=nowhere", "Enter an IP address"),
        ("?nothing=such", "There is no such filter"),
    ):
        for answer in (
            client.get(f"/audit/export/{query}"),
            client.post(f"/audit/export/{query}", {"format": "csv"}),
        ):
            assert answer.status_code == 422
            assert sentence in words(answer)
            assert "Download" not in words(answer)
    answer = client.post("/audit/export/", {"format": "xlsx"})
    assert answer.status_code == 422
    assert "Choose CSV or NDJSON." in words(answer)
    nothing = words(client.get("/audit/export/?event=universe.removed"))
    assert "No events match." in nothing
    assert watch.tags == []


def test_the_page_says_how_far_an_export_is(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "AT_ONCE", 5)
    monkeypatch.setattr(export_slots, "RENEWED_AFTER", 0)
    client = client_for("auditor")
    assert "Sending" not in words(client.get("/audit/export/"))
    pieces = streamed(client.post("/audit/export/", {"format": "csv"}))
    for _ in range(3):
        next(pieces)
    running = words(client.get("/audit/export/running/"))
    assert re.search(r"Sending your export: (5|10) of \d+ events", running)
    assert "Sending" not in words(client_for("admin").get("/audit/export/running/"))


def test_an_export_stops_once_a_right_is_lost(
    client_for: ClientFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ASKED_AFTER", 0)
    pieces = streamed(client_for("auditor").post("/audit/export/", {"format": "csv"}))
    next(pieces)
    Grant.objects.filter(person=cast["auditor"].user).delete()
    with pytest.raises(Forbidden, match="so the file isn't complete"):
        list(pieces)


def test_no_export_begins_with_rights_that_were_lost_while_it_was_counted(
    client_for: ClientFor, cast: Cast
) -> None:
    auditor, client = cast["auditor"].user, client_for("auditor")
    grants.give(STAGEHAND, auditor, None, Terms(Role.AUDITOR))

    def revoke(run: Any, statement: str, *rest: Any) -> Any:
        if statement.startswith('SELECT MAX("secretsapp_auditevent'):
            Grant.objects.filter(person=auditor, universe=None).delete()
        return run(statement, *rest)

    watch = Watch()
    with connection.execute_wrapper(revoke):
        refused = client.post("/audit/export/", {"format": "csv"})
    assert refused.status_code == 403
    assert "Your access changed" in words(refused)
    assert "log.exported" not in watch.tags


def test_two_exports_are_sent_to_a_person_at_once(client_for: ClientFor) -> None:
    client, address = client_for("auditor"), "/audit/export/"
    first, second = (client.post(address, {"format": "csv"}) for _ in range(2))
    refused = client.post(address, {"format": "csv"})
    assert refused.status_code == 422
    assert "2 exports are being downloaded already." in words(refused)
    assert client_for("admin").post(address, {"format": "csv"}).status_code == 200
    assert text(first)
    assert client.post(address, {"format": "csv"}).status_code == 200
    assert text(second)
