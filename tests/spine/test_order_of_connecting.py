"""The order of OAuth and of asking about a key: written down, sent, and stored before use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from pytest_django import Settings

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import authorizing, connecting
from secretsapp.core.errors import AlreadyExists, KeyTrouble, LogBroken, RobloxRefused
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, AuditEvent, OAuthAccess, Universe
from secretsapp.opencloud.transport import DeadlineAdapter
from secretsapp.rules import connections as conversations
from secretsapp.rules import oauth_access
from secretsapp.rules.roblox import in_our_words
from secretsapp.secrets import roblox_values
from tests.core.values import MADE_UP_KEY
from tests.stage import HARBOR_ID, STAGEHAND, Cast
from tests.support.breaking import lose_audit_keys, lose_head, refuse_events_like
from tests.support.connected import (
    NAME,
    connect,
    connect_again,
    granted,
    let_access_end,
    refreshes,
    set_up_app,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


@dataclass(frozen=True)
class Scene:
    """Harbor, an app that is set up, and a key of Roblox that is to be a value."""

    universe: Universe
    cast: Cast
    emulator: Emulator


@dataclass
class Calls:
    """What was true whenever Roblox was called, in the order of the calls."""

    paths: list[str] = field(default_factory=list)
    within: list[bool] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    rows: list[OAuthAccess | None] = field(default_factory=list)
    bearers: list[str] = field(default_factory=list)

    def note(self, request: Any) -> None:
        self.within.append(connections["default"].in_atomic_block)
        self.paths.append(request.path_url)
        self.rows.append(OAuthAccess.objects.first())
        newest = AuditEvent.objects.order_by("-sequence").values_list("tag", flat=True).first()
        self.events.append(newest or "")
        self.bearers.append(str(request.headers.get("authorization", "")))


@pytest.fixture
def scene(
    universe: Universe,
    harbor: EmulatedUniverse,
    cast: Cast,
    emulator: Emulator,
    settings: Settings,
) -> Scene:
    """Roblox knows the key, and grants Harbor to the app."""
    set_up_app(emulator, settings)
    emulator.add_api_key(MADE_UP_KEY)
    emulator.clear_requests()
    return Scene(universe, cast, emulator)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is true whenever Roblox is called."""
    send, found = DeadlineAdapter.send, Calls()

    def watched(adapter: DeadlineAdapter, request: Any, *told: Any, **options: Any) -> Any:
        found.note(request)
        return send(adapter, request, *told, **options)

    monkeypatch.setattr(DeadlineAdapter, "send", watched)
    return found


def ask(scene: Scene) -> None:
    actor, value = scene.cast["rotator"].actor, Plaintext(MADE_UP_KEY.encode())
    roblox_values.ask(actor, Permission.ROTATE_SECRET, scene.universe, "PAY_KEY", value)


def read(scene: Scene) -> None:
    """List Harbor with the connection, which is renewed first if that is due."""
    api_key = ApiKey.objects.get(is_oauth=True)
    with in_our_words(), conversations.client_of(STAGEHAND, api_key) as client:
        client.list_secrets(HARBOR_ID)


def renew(scene: Scene) -> None:
    connect()
    let_access_end(scene.emulator)
    read(scene)


def again(scene: Scene) -> None:
    connect_again(connect())


def disconnect(scene: Scene) -> None:
    connecting.disconnect(STAGEHAND, connect())


def refuse(scene: Scene) -> None:
    """Connect by a name that is taken, so that what was granted is revoked."""
    sent = authorizing.begin(STAGEHAND, name=NAME)
    said = granted(sent.address)
    connect()
    with pytest.raises(AlreadyExists, match="was revoked there"):
        connecting.finish(STAGEHAND, sent.as_json(), said)


def lose(scene: Scene) -> None:
    connect()
    scene.emulator.oauth.revoke_all()
    let_access_end(scene.emulator)
    with pytest.raises(RobloxRefused):
        read(scene)


Deed = Callable[[Scene], None]


@pytest.mark.parametrize("deed", [ask, renew, again, disconnect, refuse, lose])
def test_roblox_is_called_outside_any_transaction(scene: Scene, calls: Calls, deed: Deed) -> None:
    deed(scene)
    assert calls.within, "Roblox wasn’t called"
    assert not any(calls.within)


def asked(scene: Scene) -> int:
    """How often Roblox was asked about a key that is a value."""
    return sum("introspect" in request.path for request in scene.emulator.requests)


def test_that_a_key_is_asked_about_is_told_before(scene: Scene, calls: Calls) -> None:
    ask(scene)
    assert (calls.events, asked(scene)) == (["secret.key.asked"], 1)


def test_without_a_head_of_the_log_a_key_is_asked_about_nowhere(scene: Scene) -> None:
    lose_head()
    with pytest.raises(LogBroken):
        ask(scene)
    assert asked(scene) == 0


def test_without_an_audit_key_a_key_is_asked_about_nowhere(
    scene: Scene, settings: Settings, tmp_path: Path
) -> None:
    lose_audit_keys(settings, tmp_path)
    with pytest.raises(KeyTrouble):
        ask(scene)
    assert asked(scene) == 0


def test_a_key_is_not_asked_about_within_a_transaction(scene: Scene) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        ask(scene)
    assert asked(scene) == 0


@pytest.fixture
def refusing() -> Iterator[None]:
    """Lets the database refuse things, until the test ends."""
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS refuse_for_test() CASCADE")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS refuse_for_test")


def refuse_tokens(when: str) -> None:
    """Let the database refuse each change of an access where `when` holds."""
    update = f"BEFORE UPDATE ON secretsapp_oauthaccess FOR EACH ROW WHEN ({when})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION refuse_for_test() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'refused for a test'; END$$"
            )
            run = "EXECUTE FUNCTION refuse_for_test()"
        else:
            run = "BEGIN SELECT RAISE(ABORT, 'refused for a test'); END"
        cursor.execute(f"CREATE TRIGGER refuse_for_test {update} {run}")


def test_where_the_event_is_refused_a_key_is_asked_about_nowhere(
    scene: Scene, refusing: None
) -> None:
    refuse_events_like("secret.key.asked")
    with pytest.raises(Exception, match="refused for a test"):
        ask(scene)
    assert asked(scene) == 0


def test_a_renewal_is_written_down_then_sent_then_stored_and_then_used(
    scene: Scene, calls: Calls
) -> None:
    before = OAuthAccess.objects.get(pk=connect().pk)
    let_access_end(scene.emulator)
    known = len(calls.paths)
    read(scene)
    assert [path.partition("?")[0].rpartition("/")[2] for path in calls.paths[known:]] == [
        "token",
        "secrets",
    ]
    sending, using = calls.rows[known:]
    assert sending is not None
    assert using is not None
    assert sending.renewal_began_at is not None
    assert sending.claimed_until is not None
    assert sending.generation == before.generation
    assert (using.generation, using.renewal_began_at) == (before.generation + 1, None)
    access, _refresh = oauth_access._tokens_in(using)
    assert calls.bearers[-1] == f"Bearer {access.expose().decode()}"


def test_where_it_cannot_be_written_down_no_refresh_token_is_sent(
    scene: Scene, refusing: None
) -> None:
    connect()
    let_access_end(scene.emulator)
    scene.emulator.clear_requests()
    refuse_tokens("NEW.renewal_began_at IS NOT NULL")
    with pytest.raises(DatabaseError):
        read(scene)
    assert scene.emulator.requests == []


def test_what_could_not_be_stored_is_not_used_and_its_renewal_stays_begun(
    scene: Scene, refusing: None
) -> None:
    connect()
    let_access_end(scene.emulator)
    scene.emulator.clear_requests()
    refuse_tokens("NEW.generation <> OLD.generation")
    with pytest.raises(DatabaseError):
        read(scene)
    assert len(refreshes(scene.emulator)) == len(scene.emulator.requests) == 1
    row = OAuthAccess.objects.get()
    assert (row.renewal_began_at is not None, row.lost_at) == (True, None)


def test_what_the_log_cannot_tell_is_not_connected_and_is_revoked(
    scene: Scene, refusing: None
) -> None:
    lose_head()
    with pytest.raises(LogBroken, match="was revoked there"):
        connect()
    assert not OAuthAccess.objects.exists()
    assert [each.revoked for each in scene.emulator.oauth.authorizations] == [True]
