"""Roblox connected with OAuth 2.0 from a shell: the address is printed, and the answer pasted."""

from urllib.parse import urlencode

import pytest
from pytest_django import Settings

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import authorizing
from secretsapp.api_keys.authorizing import Sent
from secretsapp.core.actor import Actor
from secretsapp.core.plaintext import Plaintext
from secretsapp.management.commands import connect_roblox
from secretsapp.models import ApiKey, OAuthAccess, Universe
from tests.shell.conftest import Shell
from tests.stage import STAGEHAND
from tests.support.connected import NAME, PERSON, connect, granted, set_up_app
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def app(emulator: Emulator, harbor: EmulatedUniverse, settings: Settings) -> Emulator:
    """An app that is set up, and a person who grants Harbor."""
    set_up_app(emulator, settings)
    return emulator


@pytest.mark.parametrize("pasted", [b"", b"nonsense", b"http://[", b"\xff", b"http://x/?code=a"])
def test_what_is_no_answer_of_roblox_connects_nothing(
    shell: Shell, app: Emulator, pasted: bytes
) -> None:
    watch = Watch()
    *_, sentence = shell.refuse_at_length("connect_roblox", NAME, piped=pasted)
    assert "Nothing was stored" in sentence
    assert (watch.tags, ApiKey.objects.count()) == ([], 0)


def test_an_answer_to_another_run_connects_nothing(shell: Shell, app: Emulator) -> None:
    said = granted(authorizing.begin(STAGEHAND, name=NAME).address)
    pasted = f"{authorizing.back_to()}?{urlencode(said)}".encode()
    *_, sentence = shell.refuse_at_length("connect_roblox", NAME, piped=pasted)
    assert "no connection that was begun" in sentence


def test_what_was_granted_beside_what_is_here_is_printed(
    shell: Shell, app: Emulator, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(actor: Actor, **named: str) -> Sent:
        sent = done(actor, **named)
        pasted.append(f"{authorizing.back_to()}?{urlencode(granted(sent.address))}".encode())
        return sent

    done, pasted = authorizing.begin, list[bytes]()
    monkeypatch.setattr(authorizing, "begin", begin)
    monkeypatch.setattr(connect_roblox, "read_hidden", lambda _: Plaintext(pasted[0]))
    app.add_universe(2, name="Quay")
    app.oauth.let_consent(PERSON, [universe.pk, 2])
    *_, line = shell.run("connect_roblox", NAME).output.splitlines()
    assert line == "Granted and not in Sealroom: 2. Add each with add_universe --api-key."


def test_it_is_listed_with_its_state_and_disconnected(shell: Shell, app: Emulator) -> None:
    connect()
    (found,) = shell.run("check_keys", "--json").json["api_keys"]
    assert (found["api_key"], found["is_oauth"], found["is_lost"]) == (NAME, True, False)
    assert "connected with OAuth" in shell.refuse("remove_api_key", NAME, "--yes")
    assert "--yes" in shell.refuse("disconnect_roblox", NAME)
    watch = Watch()
    assert shell.run("disconnect_roblox", NAME, "--yes").output == f"Disconnected “{NAME}”.\n"
    assert watch.tags == ["api_key.disconnected"]
    assert app.oauth.authorizations[-1].revoked
    assert not OAuthAccess.objects.exists()


def test_it_is_no_key_for_servers(shell: Shell, app: Emulator, universe: Universe) -> None:
    connect()
    app.clear_requests()
    said = shell.refuse("edit_universe", str(universe.pk), "--server-key", NAME)
    assert "Choose an API key for servers" in said
    assert app.requests == []


def test_a_note_belongs_to_a_new_one(shell: Shell, app: Emulator) -> None:
    connect()
    assert "edit_api_key" in shell.refuse("connect_roblox", NAME, "--again", "--note", "x")
