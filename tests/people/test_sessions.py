"""Sessions as their person is shown them: recorded now and then, ended at once."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.core.errors import Forbidden
from secretsapp.models import SignedIn, User
from secretsapp.operation import upkeep
from secretsapp.people import directory, own_account, sessions
from secretsapp.people.session_storage import stored_key
from tests.actions.acting import PASSWORD
from tests.pages.conftest import ClientFor
from tests.stage import Cast

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
EDGE = f"{CHROME} Edg/140.0.0.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Linux"),
        (EDGE, "Edge on Linux"),
        (SAFARI, "Safari on iPhone"),
        ("Firefox/1", "Firefox"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 300, "x" * sessions.UNKNOWN_LIMIT),
        ("nul \x00", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_words(user_agent: str, words: str) -> None:
    assert sessions.in_words(user_agent) == words


def session_of(client: Client) -> SignedIn:
    """What is shown of the session of that browser."""
    return SignedIn.objects.get(pk=stored_key(client.session.session_key or ""))


def test_activity_is_written_every_five_minutes_and_read_once_between(
    client_for: ClientFor, cast: Cast
) -> None:
    client = client_for("viewer")
    began = timezone.now()
    client.get("/me/", headers={"User-Agent": FIREFOX})
    assert session_of(client).browser == "Firefox on Windows"
    with time_machine.travel(began + timedelta(minutes=4)):
        with CaptureQueriesContext(connection) as captured:
            client.get("/theme/")
        asked = [query["sql"] for query in captured if "signedin" in query["sql"]]
        assert len(asked) == 1
        assert asked[0].startswith("SELECT")
    assert session_of(client).active_at < began + timedelta(minutes=1)
    with time_machine.travel(began + timedelta(minutes=6)):
        client.get("/theme/", headers={"User-Agent": CHROME}, REMOTE_ADDR="192.0.2.7")
    session = session_of(client)
    assert session.active_at > began + timedelta(minutes=5)
    assert session.began_at < began + timedelta(minutes=1)
    assert (session.browser, session.address) == ("Chrome on Linux", "192.0.2.7")
    assert User.objects.get(pk=cast["viewer"].user.pk).last_active_at == session.active_at


def test_a_session_is_known_from_the_sign_in_on(cast: Cast, password: str) -> None:
    client = Client()
    client.post("/sign-in/", {"login": "viewer@example.com", "password": password})
    assert session_of(client).person == cast["viewer"].user


def test_a_page_does_not_fail_because_activity_cannot_be_noted(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise DatabaseError("locked, and here a parameter")

    monkeypatch.setattr(sessions, "record", fail)
    assert client_for("viewer").get("/me/").status_code == 200
    assert "Activity could not be noted: DatabaseError" in caplog.messages


def test_only_living_sessions_of_ones_own_are_shown(client_for: ClientFor, cast: Cast) -> None:
    here, elsewhere, ended = (client_for("viewer") for _ in range(3))
    for client in (here, elsewhere, ended, client_for("editor")):
        client.get("/theme/")
    Session.objects.filter(pk=session_of(ended).pk).update(expire_date=timezone.now())
    views = directory.own_sessions(cast["viewer"].actor, session_of(here).pk)
    assert [(view.session, view.is_current) for view in views] == [
        (session_of(here), True),
        (session_of(elsewhere), False),
    ]
    assert upkeep.clear_ended_sessions() == 1
    assert SignedIn.objects.count() == 3


def test_nobody_touches_the_account_or_sessions_of_another(
    client_for: ClientFor, cast: Cast
) -> None:
    client = client_for("viewer")
    client.get("/theme/")
    key, viewer, admin = session_of(client).pk, cast["viewer"].user, cast["admin"].actor
    for act in (
        lambda: sessions.end(admin, viewer, key),
        lambda: sessions.end_others(admin, viewer, ""),
        lambda: sessions.move(admin, viewer, key, "x"),
        lambda: own_account.rename(admin, viewer, "Someone"),
        lambda: own_account.change_password(admin, viewer, PASSWORD, ""),
    ):
        with pytest.raises(Forbidden):
            act()
    assert sessions.end(admin, cast["admin"].user, key) == 0
    assert client.get("/me/").status_code == 200


def test_two_requests_at_once_leave_one_row(cast: Cast) -> None:
    viewer = cast["viewer"]
    for _ in range(2):
        SignedIn.objects.update(active_at=timezone.now() - timedelta(hours=1))
        sessions.record(viewer.actor, viewer.user, "key", FIREFOX)
    assert SignedIn.objects.count() == 1
