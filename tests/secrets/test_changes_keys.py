"""For which public key a value was sealed is recorded, and another one than before is told."""

import hashlib
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import PublicKey, Sealed, seal, short_fingerprint
from secretsapp.models import Change, Universe
from secretsapp.secrets import changes
from secretsapp.secrets.listing import NEW_KEY_FOR
from tests.stage import HARBOR_ID, Cast
from tests.support.together import together
from tests.support.unfinished import later, make
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

TOLD = "universe.key_changed"
ANOTHER = "another public key"


def fingerprint(harbor: EmulatedUniverse) -> str:
    """The fingerprint of the key that Roblox gives now."""
    return hashlib.sha256(b64decode(harbor.key_pair.public_key)).hexdigest()


def stored() -> Universe:
    """Harbor as it is stored."""
    return Universe.objects.get(pk=HARBOR_ID)


def seal_now(harbor: EmulatedUniverse) -> Sealed:
    """A value sealed for the key of now."""
    pair = harbor.key_pair
    return seal(Plaintext(b"value"), PublicKey.from_base64(pair.public_key, pair.key_id))


@pytest.mark.parametrize("kind", ["create", "rotate"])
def test_the_first_event_of_a_change_names_the_key(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, kind: str
) -> None:
    watch = Watch()
    make(kind, cast, universe)
    assert watch.tags == [f"secret.{kind}.started", f"secret.{kind}.succeeded"]
    told = detail(watch.events[0])
    assert told["key_id"] == harbor.key_pair.key_id
    assert told["key_fingerprint"] == fingerprint(harbor) == stored().key_fingerprint
    assert stored().key_before == ""


def test_a_deletion_seals_nothing(universe: Universe, cast: Cast) -> None:
    watch = Watch()
    make("delete", cast, universe)
    assert "key_id" not in detail(watch.events[0])
    assert (stored().key_fingerprint, stored().key_since) == ("", None)


def test_another_key_than_the_last_is_told_once(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    make("rotate", cast, universe)
    before = fingerprint(harbor)
    harbor.rotate_key_pair()
    watch = Watch()
    change = make("create", cast, universe)
    make("rotate", cast, universe)
    assert watch.tags.count(TOLD) == 1
    event = watch.events[0]
    assert (event.tag, event.actor_name) == (TOLD, "manager@example.com")
    assert (event.universe_name, event.secret_name) == ("Harbor", "NEW_KEY")
    assert event.change_id == str(change.pk)
    assert detail(event) == {
        "key_id": harbor.key_pair.key_id,
        "key_fingerprint": fingerprint(harbor),
        "key_fingerprint_before": before,
    }
    assert (stored().key_fingerprint, stored().key_before) == (fingerprint(harbor), before)


def test_a_value_that_was_sealed_before_the_key_changed_tells_nothing(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    make("rotate", cast, universe)
    old = seal_now(harbor)
    harbor.rotate_key_pair()
    make("rotate", cast, universe)
    watch, actor = Watch(), cast["editor"].actor
    with pytest.raises(Exception, match="Roblox refused"):
        changes.create(actor=actor, universe=universe, name="LATE", value=old, domain="")
    assert watch.tags == ["secret.create.started", "secret.create.failed"]
    assert detail(watch.events[0])["key_fingerprint"] == old.fingerprint
    assert stored().key_fingerprint == fingerprint(harbor)


@pytest.mark.django_db(transaction=True)
def test_writes_that_meet_another_key_at_once_tell_it_once(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    make("rotate", cast, universe)
    emulator.clear_requests()
    emulator.inject(faults.delay(1, carried_out_first=True), method="GET", path="public-key")
    watch = Watch()

    def create(name: str) -> Change:
        actor, value = cast["editor"].actor, Plaintext(b"value")
        return changes.create(actor=actor, universe=universe, name=name, value=value, domain="")

    def create_after_a_change_of_keys() -> Change:
        emulator.wait_for_requests(2)
        harbor.rotate_key_pair()
        done = [create("ONE"), create("TWO")]
        return done[0]

    refused, created = together(lambda: create("BEHIND"), create_after_a_change_of_keys)
    connections.close_all()
    assert isinstance(created, Change)
    assert "Roblox refused" in str(refused)
    assert watch.tags.count(TOLD) == 1
    assert stored().key_fingerprint == fingerprint(harbor)


def test_it_is_told_on_the_page_for_a_week(
    client_for: Callable[[str], Client], harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    address = f"/universes/{HARBOR_ID}/"
    make("rotate", cast, universe)
    before = short_fingerprint(fingerprint(harbor))
    assert ANOTHER not in client_for("viewer").get(address).content.decode()
    harbor.rotate_key_pair()
    make("rotate", cast, universe)
    page = client_for("viewer").get(address).content.decode()
    now = short_fingerprint(fingerprint(harbor))
    assert ANOTHER in page
    assert f"<code>{now}</code>" in page
    assert f"<code>{before}</code>" in page
    history = client_for("viewer").get(f"{address}secrets/PAY_KEY/").content.decode()
    assert "found a new public key" in history
    with later(minutes=NEW_KEY_FOR // timedelta(minutes=1) + 1):
        assert ANOTHER not in client_for("viewer").get(address).content.decode()


def test_the_settings_show_the_whole_fingerprint(
    client_for: Callable[[str], Client], harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    address = f"/universes/{HARBOR_ID}/settings/"
    unknown = "Unknown until the first value is saved"
    assert unknown in client_for("admin").get(address).content.decode()
    make("rotate", cast, universe)
    page = client_for("admin").get(address).content.decode()
    assert f"<code>{fingerprint(harbor)}</code>" in page
    assert unknown not in page


def test_the_shell_tells_it_too(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    make("rotate", cast, universe)
    call_command("list_secrets", HARBOR_ID)
    assert "public key has changed" not in "".join(capsys.readouterr())
    before = short_fingerprint(fingerprint(harbor))
    harbor.rotate_key_pair()
    make("rotate", cast, universe)
    call_command("list_secrets", HARBOR_ID)
    said = "".join(capsys.readouterr())
    assert f"public key has changed: {short_fingerprint(fingerprint(harbor))}, not {before}" in said
