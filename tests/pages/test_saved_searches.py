"""Searches of the audit log that people keep under a name."""

import pytest

from secretsapp.models import AuditEvent, SavedSearch
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words

SEARCHES = "/audit/searches/"


def test_a_search_is_kept_shared_and_deleted(client_for: ClientFor) -> None:
    manager, auditor = client_for("manager"), client_for("auditor")
    page = body(manager.get("/audit/", {"event": "grant", "person": "admin"}))
    assert 'name="query" value="person=admin&amp;event=grant"' in page
    own = {"name": " Grants by an admin ", "query": "person=admin&event=grant"}
    answer = manager.post(SEARCHES, own)
    assert answer.headers["Location"] == "/audit/?person=admin&event=grant"
    assert AuditEvent.objects.latest("sequence").tag == "log.search_saved"
    assert "Saved searches · 1 Grants by an admin" in words(manager.get("/audit/"))
    assert "Grants by an admin" not in words(auditor.get("/audit/"))
    assert "saved a search of that name" in words(manager.post(SEARCHES, own, follow=True))
    manager.post(SEARCHES, {"name": "Rotations", "query": "event=secret.rotate", "shared": "yes"})
    seen = auditor.get("/audit/")
    assert "Rotations shared by manager@example.com" in words(seen)
    assert 'href="/audit/?event=secret.rotate"' in body(seen)
    assert "You have no search of that name" in words(
        auditor.post(SEARCHES, {"delete": "Rotations"}, follow=True)
    )
    manager.post(SEARCHES, {"delete": "Rotations"})
    assert [each.name for each in SavedSearch.objects.all()] == ["Grants by an admin"]
    assert AuditEvent.objects.latest("sequence").tag == "log.search_deleted"


@pytest.mark.engine
def test_what_is_no_search_is_refused(client_for: ClientFor) -> None:
    client = client_for("admin")
    # What is no part of a search is not kept with one: other people follow it.
    client.post(SEARCHES, {"name": "Tidy", "query": "\x00&junk&since=custom&q=b%0D%0A"})
    assert SavedSearch.objects.get().text == "q=b"
    client.post(SEARCHES, {"delete": "Tidy"})
    for query in ("event=grant&event=secret", "event=grant&event=", "event=&event=grant"):
        answer = client.post(SEARCHES, {"name": "Odd", "query": query}, follow=True)
        assert "The address says the same filter twice." in words(answer)
    unknown = ("colour=red", "event=grant&before=9", "event=no.such.event")
    for query in ("", "junk", *unknown, "q=" + "x" * 2000):
        client.post(SEARCHES, {"name": "Odd", "query": query})
    client.post(SEARCHES, {"name": "", "query": "event=secret"})
    client.post(SEARCHES, {"name": "a\x00b", "query": "event=secret"})
    answer = client.post(SEARCHES, {"delete": "a\x00b"}, follow=True)
    assert "You have no search of that name" in words(answer)
    assert not SavedSearch.objects.exists()
    assert client_for("viewer").post(SEARCHES, {"name": "x", "query": "q=x"}).status_code == 403
