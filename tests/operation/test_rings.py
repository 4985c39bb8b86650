"""Keys are added, rotated to and dropped; whatever is still under one keeps it where it is."""

import base64
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from time import sleep
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from secretsapp.core.errors import (
    Forbidden,
    KeysElsewhere,
    KeyTrouble,
    LogBroken,
    NotFound,
    NothingToRotate,
    StillInUse,
)
from secretsapp.log import verifying
from secretsapp.log.checking import Anchor
from secretsapp.models import ApiKey, KeyProof, SignedIn, Universe
from secretsapp.operation import audit_keys, key_proof, master_keys, ring_changes
from secretsapp.operation.encrypted import Kind
from secretsapp.operation.ring_contents import KeyView, RingView, Use, listing
from secretsapp.rules import key_files, keys
from secretsapp.rules.keys import Ring
from tests.stage import STAGEHAND, Cast
from tests.support.breaking import lose_head
from tests.support.rings import new_key, present_master_key, restart_with, use_copies
from tests.support.unfinished import make
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture(autouse=True)
def own_keys(settings: Settings, tmp_path: Path) -> None:
    """Files of keys that the test may change, with what everything was written with."""
    use_copies(settings, tmp_path / "keys")


def view_of(ring: Ring) -> RingView:
    """What an admin is told of the ring."""
    return next(view for view in listing(STAGEHAND) if view.ring is ring)


def test_the_master_key_is_rotated_by_three_actions(
    universe: Universe, cast: Cast, settings: Settings
) -> None:
    watch, old = Watch(), keys.current_master_key_id()
    new = ring_changes.add(cast["admin"].actor, Ring.MASTER)
    assert keys.current_master_key_id() == old
    assert master_keys.rotate(STAGEHAND, new, dry_run=True).of[Kind.API_KEYS].reencrypted == 1
    assert keys.current_master_key_id() == old
    assert master_keys.rotate(cast["admin"].actor, new).of[Kind.API_KEYS].reencrypted == 1
    assert master_keys.rotate(cast["admin"].actor, new).of[Kind.API_KEYS].reencrypted == 0
    assert ring_changes.drop(cast["admin"].actor, Ring.MASTER, old).sessions == 0
    assert keys.key_ids(Ring.MASTER) == [new]
    assert watch.tags == [
        "master_key.added",
        "master_key.rotated",
        "master_key.rotated",
        "master_key.dropped",
    ]
    assert detail(watch.events[0]) == {"key": new}
    assert detail(watch.last) == {"key": old, "count": "0"}
    make("rotate", cast, Universe.objects.get())


def test_the_audit_key_is_rotated_and_both_verify_the_log(cast: Cast) -> None:
    old = keys.audit_ring().current_key_id
    new = ring_changes.add(STAGEHAND, Ring.AUDIT)
    watch = Watch()
    rotation = audit_keys.rotate(STAGEHAND, new)
    assert (watch.last.tag, watch.last.key_id) == ("audit_key.rotated", new)
    assert (rotation.key_id, rotation.link) == (new, watch.last.link)
    verified = verifying.verify(STAGEHAND, Anchor(rotation.sequence, rotation.link))
    assert verified.events == watch.last.sequence
    with pytest.raises(StillInUse, match=f"Events 1 to .* need the audit key {old}"):
        ring_changes.drop(STAGEHAND, Ring.AUDIT, old)
    assert keys.key_ids(Ring.AUDIT) == [new, old]


def test_an_audit_key_is_rotated_to_once(cast: Cast) -> None:
    with pytest.raises(NothingToRotate, match="add_key audit"):
        audit_keys.rotate(STAGEHAND)
    first = keys.audit_ring().current_key_id
    second = ring_changes.add(STAGEHAND, Ring.AUDIT)
    # Put in front by hand: events come under it before anybody says so.
    key_files.promote(Ring.AUDIT, second)
    ring_changes.add(STAGEHAND, Ring.MASTER)
    assert audit_keys.rotate(STAGEHAND).key_id == second
    for key_id in ("", first, second):
        with pytest.raises(NothingToRotate):
            audit_keys.rotate(STAGEHAND, key_id)


def test_an_audit_key_that_no_event_bears_can_go(cast: Cast) -> None:
    unused = ring_changes.add(STAGEHAND, Ring.AUDIT)
    watch = Watch()
    ring_changes.drop(STAGEHAND, Ring.AUDIT, unused)
    assert watch.tags == ["audit_key.dropped"]
    assert len(keys.key_ids(Ring.AUDIT)) == 1


def test_what_api_keys_and_the_proof_are_under_stays(api_key: ApiKey) -> None:
    old = keys.current_master_key_id()
    key_files.promote(Ring.MASTER, ring_changes.add(STAGEHAND, Ring.MASTER))
    with pytest.raises(StillInUse, match=r"Run `manage\.py rotate_master_key`"):
        ring_changes.drop(STAGEHAND, Ring.MASTER, old, ends_sessions=True)
    key_proof.store()
    with pytest.raises(StillInUse, match="API keys"):
        ring_changes.drop(STAGEHAND, Ring.MASTER, old, ends_sessions=True)
    ApiKey.objects.all().delete()
    ring_changes.drop(STAGEHAND, Ring.MASTER, old)


def test_sessions_end_with_their_key_only_where_that_is_meant(cast: Cast) -> None:
    old = keys.current_master_key_id()
    before, after = Client(), Client()
    before.force_login(cast["viewer"].user)
    assert before.get("/").status_code == 200
    new = ring_changes.add(STAGEHAND, Ring.MASTER)
    master_keys.rotate(STAGEHAND, new)
    after.force_login(cast["viewer"].user)
    assert after.get("/").status_code == 200
    assert [key.use for key in view_of(Ring.MASTER).keys] == [
        Use({Kind.API_KEYS: 1}, proof=True, sessions=1),
        Use(sessions=1),
    ]
    with pytest.raises(StillInUse, match="Sessions that need this key: 1"):
        ring_changes.drop(STAGEHAND, Ring.MASTER, old)
    assert before.get("/").status_code == 200
    assert ring_changes.drop(STAGEHAND, Ring.MASTER, old, ends_sessions=True).sessions == 1
    assert before.get("/").status_code == 302
    assert after.get("/").status_code == 200
    assert SignedIn.objects.count() == 1


def test_a_key_stays_in_its_file_where_the_log_cannot_say_that_it_went(cast: Cast) -> None:
    lose_head()
    with pytest.raises(LogBroken):
        ring_changes.add(STAGEHAND, Ring.MASTER)
    # It is there, is not used, and may be dropped: the log says less than is known, not more.
    assert len(keys.key_ids(Ring.MASTER)) == 2


@contextmanager
def api_key_being_stored(blob: bytes) -> Iterator[None]:
    """Someone has stored an API key, and is half a second from their commit."""
    stored = Event()

    def store() -> None:
        try:
            with transaction.atomic():
                ApiKey.objects.create(id=uuid4(), name="another", encrypted_value=blob)
                stored.set()
                sleep(0.5)
        finally:
            connection.close()

    thread = Thread(target=store)
    thread.start()
    try:
        assert stored.wait(60)
        yield
    finally:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_key_stays_for_an_api_key_that_is_just_being_stored(api_key: ApiKey) -> None:
    old, blob = keys.current_master_key_id(), bytes(api_key.encrypted_value)
    master_keys.rotate(STAGEHAND, ring_changes.add(STAGEHAND, Ring.MASTER))
    with api_key_being_stored(blob), pytest.raises(StillInUse, match="API keys"):
        ring_changes.drop(STAGEHAND, Ring.MASTER, old)
    assert old in keys.key_ids(Ring.MASTER)


@pytest.mark.django_db(transaction=True)
def test_no_key_goes_before_its_event_is_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    unused, watch = ring_changes.add(STAGEHAND, Ring.AUDIT), Watch()

    def fail(*_arguments: object) -> None:
        assert not connection.in_atomic_block
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(KeyTrouble, match="can't be changed: Input/output error"):
            ring_changes.drop(STAGEHAND, Ring.AUDIT, unused)
    assert watch.tags == ["audit_key.dropped"]
    assert unused in keys.key_ids(Ring.AUDIT)
    ring_changes.drop(STAGEHAND, Ring.AUDIT, unused)
    assert unused not in keys.key_ids(Ring.AUDIT)


@pytest.mark.parametrize("ring", list(Ring))
def test_a_key_whose_drop_cannot_be_recorded_stays(cast: Cast, ring: Ring) -> None:
    unused = ring_changes.add(STAGEHAND, ring)
    lose_head()
    before = sorted(keys.path_of(ring).parent.iterdir())
    with pytest.raises(LogBroken):
        ring_changes.drop(STAGEHAND, ring, unused)
    assert unused in keys.key_ids(ring)
    assert sorted(keys.path_of(ring).parent.iterdir()) == before


def test_data_under_a_key_that_is_not_configured_is_said_to_be_so(
    api_key: ApiKey, settings: Settings
) -> None:
    lost = keys.current_master_key_id()
    restart_with(settings, new_key())
    view = view_of(Ring.MASTER)
    assert view.keys[0] == KeyView(keys.current_master_key_id(), True, False, Use())
    assert view.keys[1] == KeyView(lost, False, True, Use({Kind.API_KEYS: 1}, proof=True))
    assert (view.trouble, view.source.is_ours) == ("", False)
    assert view.source.unused == Path(settings.KEYS_DIR) / "master_keys"


def test_what_is_damaged_names_no_key(cast: Cast) -> None:
    Client().force_login(cast["viewer"].user)
    ApiKey.objects.update(encrypted_value=b"short")
    KeyProof.objects.update(blob=b"")
    tomorrow = timezone.now() + timedelta(days=1)
    for data in ("", "%" * 40, base64.b64encode(b"another format").decode()):
        Session.objects.create(session_key=data[:1], session_data=data, expire_date=tomorrow)
    before = view_of(Ring.MASTER).keys
    assert [key.use for key in before] == [Use(sessions=1)]


def test_keys_of_the_environment_are_dropped_by_hand_once_nothing_needs_them(
    universe: Universe, settings: Settings
) -> None:
    old, new = present_master_key(settings), new_key()
    restart_with(settings, new, old)
    needless = keys.key_ids(Ring.MASTER)[1]
    with pytest.raises(StillInUse):
        ring_changes.drop(STAGEHAND, Ring.MASTER, needless)
    master_keys.rotate(STAGEHAND)
    watch = Watch()
    with pytest.raises(KeysElsewhere, match="Remove key number 2 there"):
        ring_changes.drop(STAGEHAND, Ring.MASTER, needless)
    assert watch.tags == []


@pytest.mark.parametrize("who", ["manager", "auditor", "stranger"])
def test_only_admins_see_and_change_key_rings(cast: Cast, who: str) -> None:
    actor, before = cast[who].actor, {ring: keys.key_ids(ring) for ring in Ring}
    idle = before[Ring.AUDIT][0]
    with pytest.raises(Forbidden):
        listing(actor)
    with pytest.raises(Forbidden):
        ring_changes.add(actor, Ring.AUDIT)
    with pytest.raises(Forbidden):
        ring_changes.drop(actor, Ring.AUDIT, idle)
    with pytest.raises(Forbidden):
        audit_keys.rotate(actor)
    assert {ring: keys.key_ids(ring) for ring in Ring} == before


def test_a_key_that_is_not_there_is_not_rotated_to(cast: Cast) -> None:
    for dry_run in (True, False):
        with pytest.raises(NotFound):
            master_keys.rotate(STAGEHAND, "0" * 16, dry_run=dry_run)
    with pytest.raises(NotFound):
        audit_keys.rotate(STAGEHAND, "0" * 16)
