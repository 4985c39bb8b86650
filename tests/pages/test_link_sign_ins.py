"""Who has set a password by a link is signed in, as far as the link alone can do that."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from secretsapp.mail import sending
from secretsapp.models import AuditEvent, NewSignIn, SignedIn, User
from secretsapp.people import not_me_mail, passwords, ways_in
from secretsapp.rules.acting import Act
from tests.pages.conftest import ClientFor
from tests.pages.reading import words
from tests.post_office import PostOffice
from tests.stage import PASSWORD, STAGEHAND, Cast
from tests.support.apps_of_people import code_of, give_app

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

VIEWER, SECOND, NEW_PASSWORD = "viewer@example.com", "/sign-in/second-factor/", "a pier lantern"


@pytest.fixture(autouse=True)
def _rested(db: None) -> None:
    """Let no attempt of an earlier test count."""
    cache.clear()


def set_password(client: Client, cast: Cast) -> str:
    """Set the viewer's password in that browser by a new link; where it is led."""
    code = ways_in.make_link(STAGEHAND, cast["viewer"].user).code
    answer = client.post("/password/", {"code": code, "password": NEW_PASSWORD})
    assert answer.status_code == 302
    return answer.headers["Location"]


def signed_in_as(client: Client) -> str:
    """The address of who is signed in there; empty for nobody."""
    answer = client.get("/me/")
    return answer.wsgi_request.user.get_username() if answer.status_code == 200 else ""


def test_one_is_signed_in_and_the_log_says_by_a_link(cast: Cast) -> None:
    client = Client()
    assert set_password(client, cast) == "/"
    assert signed_in_as(client) == VIEWER
    event = AuditEvent.objects.latest("sequence")
    assert (event.tag, json.loads(event.detail)) == ("person.signed_in", {"by": "link"})


def test_the_session_is_a_new_one(cast: Cast) -> None:
    client = Client()
    client.get("/password/forgotten/")
    client.post("/invitation/", {"code": "0"})
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted or ""
    set_password(client, cast)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted or ""
    assert signed_in_as(thief) == ""


def test_a_second_factor_is_asked_for_first_and_makes_no_device_known(cast: Cast) -> None:
    secret = give_app(cast["viewer"].user)
    client = Client()
    assert set_password(client, cast) == SECOND
    assert signed_in_as(client) == ""
    assert "device" not in client.cookies
    client.post(SECOND, {"code": code_of(secret)})
    assert signed_in_as(client) == VIEWER
    assert "device" in client.cookies
    event = AuditEvent.objects.latest("sequence")
    assert json.loads(event.detail)["by"] == "link, authenticator app"


def test_what_the_browser_proved_before_counts_for_nothing(cast: Cast) -> None:
    give_app(cast["viewer"].user)
    client = Client()
    client.post("/sign-in/", {"login": VIEWER, "password": PASSWORD})
    assert set_password(client, cast) == SECOND
    assert signed_in_as(client) == ""


def test_someone_elses_session_stays_theirs(cast: Cast, client_for: ClientFor) -> None:
    client = client_for("editor")
    assert set_password(client, cast) == "/"
    assert "You’re still signed in as editor@example.com." in words(client.get("/"))
    assert signed_in_as(client) == "editor@example.com"


def test_who_is_disabled_meanwhile_stays_out(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    store = passwords.store

    def and_disable(act: Act, person: User) -> int:
        count = store(act, person)
        User.objects.filter(pk=person.pk).update(is_active=False)
        return count

    monkeypatch.setattr(passwords, "store", and_disable)
    client = Client()
    code = ways_in.make_link(STAGEHAND, cast["viewer"].user).code
    answer = client.post("/password/", {"code": code, "password": NEW_PASSWORD})
    assert answer.status_code == 403
    assert signed_in_as(client) == ""
    assert not SignedIn.objects.exists()


def test_it_is_told_by_mail_and_needs_no_answer(cast: Cast, post_office: PostOffice) -> None:
    own = Client()
    own.post("/sign-in/", {"login": VIEWER, "password": PASSWORD})
    set_password(Client(), cast)
    assert sending.send_waiting([not_me_mail.SIGN_IN]) == 1
    assert post_office.recipients == [VIEWER]
    assert not NewSignIn.objects.exists()
