"""What keeps an installation well: settling, verifying, rotating the master key, working."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator, faults
from secretsapp.access import refusals
from secretsapp.core.actor import Actor
from secretsapp.core.keyring import generate_key
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import ApiKey, AuditEvent, CacheEntry, Change, Universe
from secretsapp.models.secrets import OPEN_STATES
from secretsapp.people import password_mail
from secretsapp.rules import triggers
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.engine

# A round gives up connections that may have gone bad, so no test's transaction may be open.
in_real_transactions = pytest.mark.django_db(transaction=True)

REMAINING = ("settle_changes", "--older-than", 0)


@pytest.fixture
def open_change(shell: Shell, universe: Universe, emulator: Emulator) -> Change:
    """A rotation that took effect an hour ago, and whose answer never came."""
    emulator.inject(faults.cut_after(), method="PATCH")
    shell.refuse("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second", status=3)
    return Change.objects.get()


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """Puts back what SIGTERM did before."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def age(change: Change) -> None:
    """Let the change have begun an hour ago."""
    began = timezone.now() - timedelta(hours=1)
    Change.objects.filter(pk=change.pk).update(started_at=began)


def test_nothing_to_settle_is_a_sentence(shell: Shell, universe: Universe) -> None:
    assert shell.run("settle_changes").output == "Nothing to settle.\n"
    assert shell.run("settle_changes", "--json").json == {"settled": []}


def test_young_change_is_left_alone_unless_asked_for(shell: Shell, open_change: Change) -> None:
    assert shell.run("settle_changes").output == "Nothing to settle.\n"
    settled = shell.run(*REMAINING, "--json").json["settled"]
    open_change.refresh_from_db()
    assert settled == [
        {
            "change": str(open_change.pk),
            "kind": "rotate",
            "universe": HARBOR_ID,
            "name": "PAY_KEY",
            "state": "succeeded",
            "reason": open_change.reason,
        }
    ]
    assert open_change.state == "succeeded"


def test_settled_change_is_a_line(shell: Shell, open_change: Change) -> None:
    assert shell.run(*REMAINING).output.startswith("rotate PAY_KEY in Harbor: succeeded")


def test_whole_log_gives_an_anchor_that_holds_later(shell: Shell, universe: Universe) -> None:
    first = shell.run("verify_audit", "--json").json
    assert first["events"] == AuditEvent.objects.count()
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    said = shell.run("verify_audit", "--anchor", first["anchor"])
    assert f"intact: {first['events'] + 2} events" in said.output
    assert "Checkpoints that match it: 0." in said.output
    assert "only they can show that the log was cut off or rebuilt" in said.output


@pytest.mark.parametrize("anchor", ["", "nonsense", "1:xyz", f"-1:{'0' * 64}"])
def test_malformed_anchor_is_refused(shell: Shell, anchor: str) -> None:
    assert "SEQ:LINK" in shell.refuse("verify_audit", f"--anchor={anchor}")


def test_anchor_that_is_not_in_the_log_is_refused(shell: Shell, universe: Universe) -> None:
    sentence = shell.refuse("verify_audit", "--anchor", f"1:{'0' * 64}")
    assert "doesn't contain the anchor" in sentence


def test_edited_event_is_named(shell: Shell, universe: Universe) -> None:
    triggers.remove()
    AuditEvent.objects.filter(sequence=2).update(actor_name="nobody")
    triggers.install()
    assert "Event 2 was edited" in shell.refuse("verify_audit")


def test_unguarded_log_stops_what_acts_and_is_explained(shell: Shell, universe: Universe) -> None:
    triggers.remove()
    expected = "Triggers that protect the audit log are missing"
    assert expected in shell.refuse("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    assert expected in shell.refuse("work", "--once")
    assert expected in shell.refuse("verify_audit")
    shell.run("setup")
    shell.run("verify_audit")


def test_master_key_is_rotated_after_a_dry_run(
    shell: Shell, universe: Universe, settings: Settings
) -> None:
    old = (Path(settings.KEYS_DIR) / "master_keys").read_text().strip()
    new = generate_key()
    settings.MASTER_KEYS = f"{new},{old}"
    before = bytes(ApiKey.objects.get().encrypted_value)
    tried = shell.run("rotate_master_key", "--dry-run", "--json").json
    assert (tried["api_keys"], tried["reencrypted"], tried["dry_run"]) == (1, 1, True)
    assert bytes(ApiKey.objects.get().encrypted_value) == before
    said = shell.run("rotate_master_key")
    assert said.output.startswith("1 of 1 API keys re-encrypted with the master key ")
    settings.MASTER_KEYS = new
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")


def test_wrong_master_key_stops_in_words(
    shell: Shell, universe: Universe, settings: Settings
) -> None:
    settings.MASTER_KEYS = generate_key()
    sentence = shell.refuse("list_secrets", HARBOR_ID)
    assert "key" in sentence
    assert settings.MASTER_KEYS not in sentence
    assert sentence == shell.refuse("work", "--once")


@in_real_transactions
def test_one_round_of_work_settles_reads_what_was_unread_and_clears_what_has_ended(
    shell: Shell, open_change: Change
) -> None:
    age(open_change)
    tried = timezone.now() - timedelta(minutes=6)
    Universe.objects.update(sync_failure="Roblox is away.", sync_tried_at=tried)
    Session.objects.create(session_key="ended", session_data="", expire_date=timezone.now())
    cache.set("ended", 1, timeout=0)
    cache.set("living", 1)
    assert shell.run("work", "--once").output == ""
    open_change.refresh_from_db()
    assert open_change.state not in OPEN_STATES
    assert Universe.objects.get().sync_failure == ""
    assert not Session.objects.exists()
    assert [entry.key for entry in CacheEntry.objects.all()] == [cache.make_key("living")]
    event = AuditEvent.objects.latest("sequence")
    assert (event.actor_kind, event.door) == ("system", "worker")
    assert event.actor_name == "Sealroom (settle)"


@in_real_transactions
def test_one_round_fails_with_the_database(shell: Shell, universe: Universe) -> None:
    with connection.execute_wrapper(_refuse_changes):
        assert "couldn't reach its database" in shell.refuse("work", "--once")


@in_real_transactions
def test_work_survives_a_failing_database_with_one_line(
    shell: Shell,
    open_change: Change,
    usual_signals: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    age(open_change)
    sleeps = 0

    def sleep(seconds: float) -> None:
        nonlocal sleeps
        assert seconds == 5
        sleeps += 1
        if sleeps == 1:
            failing.__exit__(None, None, None)
        # Every minute it settles, so once more by now.
        if sleeps == 13:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    failing = connection.execute_wrapper(_refuse_changes)
    failing.__enter__()
    said = shell.run("work")
    assert said.output.splitlines() == ["Working. SIGTERM or Ctrl-C stops it.", "Stopped."]
    failures = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert failures == ["This round failed because of the database: OperationalError"]
    open_change.refresh_from_db()
    assert open_change.state not in OPEN_STATES


@in_real_transactions
def test_work_survives_a_refusal_of_its_own_with_one_line(
    shell: Shell,
    open_change: Change,
    usual_signals: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Settings,
) -> None:
    rounds = 0

    def sleep(_seconds: float) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 13:
            raise KeyboardInterrupt
        settings.AUDIT_KEYS = "no key"
        age(open_change)

    monkeypatch.setattr(time, "sleep", sleep)
    shell.run("work")
    failures = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(failures) == 1
    assert failures[0].startswith("This round failed: Key 1 in AUDIT_KEYS")


@in_real_transactions
def test_a_part_that_fails_keeps_no_other_from_its_work(
    shell: Shell,
    universe: Universe,
    usual_signals: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Settings,
) -> None:
    def fail(_actor: Actor) -> int:
        raise ValueError("an error in its code")

    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    settings.EMAIL_HOST = "127.0.0.1"
    cache.set("ended", 1, timeout=0)
    monkeypatch.setattr(password_mail, "send_waiting", fail)
    monkeypatch.setattr(time, "sleep", stop)
    shell.run("work")
    assert "This round failed because of an error in Sealroom." in caplog.text
    assert not CacheEntry.objects.exists()


@in_real_transactions
def test_work_survives_roblox_being_away(
    shell: Shell, open_change: Change, emulator: Emulator
) -> None:
    age(open_change)
    emulator.inject(faults.status(401), times=9)
    shell.run("work", "--once")
    open_change.refresh_from_db()
    assert open_change.state == "unknown"


def _refuse_changes(
    execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any
) -> Any:
    if "secretsapp_change" in sql:
        raise OperationalError("the database is away")
    return execute(sql, parameters, many, context)


@in_real_transactions
def test_a_worker_tells_what_was_only_counted(shell: Shell, cast: Cast) -> None:
    viewer = cast["viewer"].actor
    with time_machine.travel(timezone.now() - timedelta(minutes=2)):
        for _ in range(3):
            refusals.record(viewer, refusal(Permission.MANAGE_PEOPLE))
    watch = Watch()
    for _ in range(2):
        shell.run("work", "--once")
    assert watch.tags == ["checkpoint.made", "log.counted"]
    assert detail(watch.last)["count"] == "2"
