"""Who reads the table of sessions can take none over, and who writes to it can move none."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from secretsapp.adapters.sessions import SessionStore
from secretsapp.core.errors import KeyTrouble
from secretsapp.core.plaintext import Plaintext
from secretsapp.people import accounts, session_storage, ways_in
from tests import stage
from tests.stage import Cast
from tests.support.rings import new_key, present_master_key, restart_with

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

ClientFor = Callable[[str], Client]


def stored(**content: str) -> SessionStore:
    """A new session with that content, in the table."""
    store = SessionStore()
    store.update(content)
    store.create()
    store.save()
    return store


def key_of(store: SessionStore) -> str:
    """The key that goes into the cookie."""
    assert store.session_key is not None
    return store.session_key


def row_of(store: SessionStore) -> Session:
    """Where a session is stored."""
    return Session.objects.get(session_key=session_storage.stored_key(key_of(store)))


def cookie_of(client: Client) -> str:
    """The key in the cookie of a browser."""
    return client.cookies["sessionid"].value


def stored_key_of(client: Client) -> str:
    """Under what the session of a browser is stored."""
    return session_storage.stored_key(cookie_of(client))


def is_signed_in(client: Client) -> bool:
    """Whether the first page opens, or leads to the sign-in."""
    return client.get("/").status_code == 200


def with_cookie(session_key: str) -> Client:
    """A browser that sends this as its session."""
    client = Client()
    client.cookies["sessionid"] = session_key
    return client


def test_what_is_parked_in_a_session_is_not_in_the_table(marker: str) -> None:
    store = stored(parked=marker)
    data = row_of(store).session_data
    for text in (data.encode(), base64.b64decode(data)):
        assert marker.encode() not in text
        assert b"parked" not in text
    assert SessionStore(store.session_key)["parked"] == marker


def test_the_key_in_the_table_is_not_the_one_in_the_cookie(client_for: ClientFor) -> None:
    client = client_for("viewer")
    in_table = Session.objects.get().session_key
    assert len(in_table) == 40
    assert in_table != cookie_of(client)
    assert in_table == session_storage.stored_key(cookie_of(client))
    assert is_signed_in(client)
    assert not is_signed_in(with_cookie(in_table))


def test_a_row_under_a_key_of_ones_own_does_not_open(client_for: ClientFor) -> None:
    client_for("admin")
    row = Session.objects.get()
    row.session_key = session_storage.stored_key("a key that someone chose")
    row.save(force_insert=True)
    assert not is_signed_in(with_cookie("a key that someone chose"))


def test_a_blob_in_the_row_of_another_session_does_not_open(
    client_for: ClientFor, caplog: pytest.LogCaptureFixture
) -> None:
    admin, viewer = client_for("admin"), client_for("viewer")
    of_admin = Session.objects.get(session_key=session_storage.stored_key(cookie_of(admin)))
    of_viewer = Session.objects.get(session_key=session_storage.stored_key(cookie_of(viewer)))
    of_viewer.session_data = of_admin.session_data
    of_viewer.save()
    assert not is_signed_in(viewer)
    assert is_signed_in(admin)
    assert "A session can't be decrypted: WrongKey" in caplog.messages


@pytest.mark.parametrize("data", ["", "é", "no base64", "AAAA", "e30="])
def test_damaged_content_is_an_empty_session(data: str) -> None:
    store = stored(parked="something")
    Session.objects.update(session_data=data)
    assert dict(SessionStore(store.session_key).items()) == {}


def test_a_session_of_another_master_key_is_signed_out(
    client_for: ClientFor, settings: Settings
) -> None:
    client = client_for("viewer")
    assert "_auth_user_id" in client.session
    old = present_master_key(settings)
    restart_with(settings, new_key())
    assert "_auth_user_id" not in client.session
    restart_with(settings, new_key(), old)
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("blob", [b"", b"\x01", b"x" * 200])
def test_what_does_not_open_is_a_trouble_of_keys(blob: bytes) -> None:
    assert session_storage.decrypt(session_storage.encrypt(b"content", "row"), "row") == b"content"
    with pytest.raises(KeyTrouble):
        session_storage.decrypt(blob, "row")
    with pytest.raises(KeyTrouble):
        session_storage.decrypt(session_storage.encrypt(b"content", "row"), "another row")


def test_a_session_is_saved_again_in_its_row() -> None:
    store = stored(parked="first")
    store["parked"] = "second"
    store.save()
    assert Session.objects.count() == 1
    assert SessionStore(store.session_key)["parked"] == "second"


def test_flush_takes_the_row_away() -> None:
    store = stored(parked="something")
    before = key_of(store)
    store.flush()
    assert store.session_key is None
    assert not Session.objects.exists()
    assert not store.exists(before)


def test_a_new_key_keeps_the_content_and_ends_the_old_one() -> None:
    store = stored(parked="something")
    before = key_of(store)
    store.cycle_key()
    store.save()
    assert key_of(store) != before
    assert not store.exists(before)
    assert Session.objects.get() == row_of(store)
    assert SessionStore(before).get("parked") is None
    assert SessionStore(store.session_key)["parked"] == "something"


def test_a_session_that_was_ended_elsewhere_does_not_come_back() -> None:
    store = stored(parked="something")
    SessionStore(store.session_key).flush()
    store["parked"] = "again"
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


def test_an_unknown_key_is_never_adopted() -> None:
    store = SessionStore("a key that someone chose")
    assert store.get("parked") is None
    assert store.session_key is None
    store["parked"] = "something"
    store.save()
    assert not store.exists("a key that someone chose")
    assert store.exists(key_of(store))


def test_a_session_ends_with_its_time_and_is_cleared_away() -> None:
    store, other = stored(parked="something"), stored(parked="else")
    ended = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(pk=row_of(store).pk).update(expire_date=ended)
    assert SessionStore(store.session_key).get("parked") is None
    call_command("clearsessions")
    assert Session.objects.get() == row_of(other)


def put_back(row: Session) -> None:
    """Put the row back, as who can write to the database may, with an end of their own."""
    row.expire_date = timezone.now() + timedelta(days=365)
    row.save(force_insert=not Session.objects.filter(pk=row.pk).exists())


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_session_is_over_at_its_own_end_whatever_its_row_says(
    client_for: ClientFor, is_deleted: bool
) -> None:
    client = client_for("admin")
    row = Session.objects.get()
    with time_machine.travel(timezone.now() + timedelta(hours=11)):
        put_back(row)
        assert is_signed_in(client)
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        if is_deleted:
            call_command("clearsessions")
        put_back(row)
        assert not is_signed_in(client)


@pytest.mark.parametrize("way", ["others ended", "password changed", "link", "admin", "disabled"])
def test_a_deleted_session_that_is_put_back_opens_nothing(
    client_for: ClientFor, cast: Cast, password: str, way: str
) -> None:
    here, elsewhere = client_for("viewer"), client_for("viewer")
    assert is_signed_in(elsewhere)
    row, viewer = Session.objects.get(pk=stored_key_of(elsewhere)), cast["viewer"].user
    if way == "others ended":
        here.post("/me/sessions/end-others/")
    elif way == "password changed":
        here.post("/me/password/", {"current": password, "password": "a lantern on the pier"})
    elif way == "link":
        code = ways_in.make_link(stage.STAGEHAND, viewer).code
        Client().post("/password/", {"code": code, "password": "a lantern on the pier"})
    elif way == "admin":
        accounts.set_password(stage.STAGEHAND, viewer, Plaintext(password.encode()))
    else:
        accounts.disable(stage.STAGEHAND, viewer)
        accounts.enable(stage.STAGEHAND, viewer)
    assert not Session.objects.filter(pk=row.pk).exists()
    put_back(row)
    assert not is_signed_in(elsewhere)
    assert is_signed_in(here) == (way in {"others ended", "password changed"})


def test_a_session_of_the_version_before_is_signed_out(client_for: ClientFor) -> None:
    client = client_for("viewer")
    row = Session.objects.get()
    content = SessionStore(cookie_of(client)).load()
    blob = session_storage.encrypt(json.dumps(content).encode(), row.pk)
    Session.objects.update(session_data=base64.b64encode(blob).decode())
    assert not is_signed_in(client)


def test_deleting_no_session_is_no_error() -> None:
    other = stored(parked="else")
    SessionStore().delete()
    SessionStore("a key that is unknown").delete()
    assert Session.objects.get() == row_of(other)


def test_signing_out_takes_the_row_away(client_for: ClientFor) -> None:
    client = client_for("viewer")
    cookie = cookie_of(client)
    client.post("/sign-out/")
    assert not SessionStore().exists(cookie)
    assert not is_signed_in(with_cookie(cookie))


def test_a_disabled_person_is_signed_out_at_once(client_for: ClientFor, cast: Cast) -> None:
    client = client_for("viewer")
    assert is_signed_in(client)
    accounts.disable(stage.STAGEHAND, cast["viewer"].user)
    assert not is_signed_in(client)


async def cycled(store: SessionStore) -> None:
    """Save the session, under a new key."""
    await store.asave()
    await store.acycle_key()
    await store.asave()


async def parked_in(store: SessionStore) -> object:
    """What is parked in the session."""
    return await store.aget("parked")


@pytest.mark.django_db(transaction=True)
def test_the_asynchronous_methods_use_the_same_rows(marker: str) -> None:
    store = SessionStore()
    store["parked"] = marker
    async_to_sync(cycled)(store)
    row = row_of(store)
    assert Session.objects.get() == row
    assert async_to_sync(parked_in)(SessionStore(store.session_key)) == marker
    assert async_to_sync(parked_in)(SessionStore(row.session_key)) is None
    assert async_to_sync(store.aexists)(key_of(store))
    assert not async_to_sync(store.aexists)(row.session_key)
    assert async_to_sync(store.acreate_model_instance)({}).session_key == row.session_key
    async_to_sync(store.aflush)()
    assert not Session.objects.exists()
