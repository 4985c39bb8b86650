"""Under a random storm of faults the log never says more than is true."""

import random
import threading
from dataclasses import dataclass
from itertools import count

import pytest
from django.db import connection
from pytest_django import Settings

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import SealroomError
from secretsapp.core.plaintext import Plaintext
from secretsapp.log import verifying
from secretsapp.models import AuditEvent, Change, Secret, Universe
from secretsapp.models.secrets import OPEN_STATES, ChangeKind, ChangeState
from secretsapp.secrets import changes, settling
from tests.spine.truth import untrue_claims
from tests.stage import STAGEHAND
from tests.support.unfinished import later, refresh_later

WRITES = 300
WRITERS = 3
NAMES_EACH = 3
SHARED = "PAY_KEY"
FAULTY = 0.45
TIMEOUT_SECONDS = 0.3
LATE_SECONDS = 0.5
WRITE_FAULTS = (
    faults.status(400, {"code": "INVALID_ARGUMENT", "message": "no"}),
    faults.status(429, {"errors": []}, {"retry-after": "1"}),
    faults.status(500, carried_out=True),
    faults.status(503),
    faults.cut_before(),
    faults.cut_after(),
    faults.truncated(),
    faults.html(200),
    faults.html(200, carried_out=True),
    faults.redirect("http://127.0.0.1:9/"),
    faults.delay(LATE_SECONDS),
    faults.delay(LATE_SECONDS, carried_out_first=True),
)
READ_FAULTS = (faults.status(503), faults.cut_before(), faults.truncated(), faults.html(200))
METHODS = {ChangeKind.CREATE: "POST", ChangeKind.ROTATE: "PATCH", ChangeKind.DELETE: "DELETE"}
KINDS = (ChangeKind.CREATE, ChangeKind.CREATE, *[ChangeKind.ROTATE] * 3, ChangeKind.DELETE)


@dataclass
class Writer:
    """Writes to names of its own, in order, and now and then to one that all share."""

    number: int
    universe: Universe
    emulator: Emulator
    random: random.Random

    def run(self) -> None:
        """Write until enough changes were begun."""
        try:
            for turn in count():
                if Change.objects.count() >= WRITES:
                    return
                self._write_once(f"write {self.number}-{turn}")
        finally:
            connection.close()

    def _write_once(self, word: str) -> None:
        """The word is both the value and the name of who writes, so the two can be matched."""
        kind = self.random.choice(KINDS)
        self._perhaps_spoil(METHODS[kind])
        try:
            change = self._write(
                kind, Actor(ActorKind.COMMAND, word, Door.SHELL), Plaintext(word.encode())
            )
        except SealroomError:
            return
        assert change.state == ChangeState.SUCCEEDED

    def _perhaps_spoil(self, method: str) -> None:
        if self.random.random() < FAULTY:
            self.emulator.inject(self.random.choice(WRITE_FAULTS), method=method)
        if self.random.random() < FAULTY / 10:
            self.emulator.inject(self.random.choice(READ_FAULTS), method="GET")

    def _write(self, kind: ChangeKind, actor: Actor, value: Plaintext) -> Change:
        universe = self.universe
        own = f"OWN_{self.number}_{self.random.randrange(NAMES_EACH)}"
        if kind is ChangeKind.CREATE:
            domain = self.random.choice(("*", "", "api.example.com"))
            return changes.create(
                actor=actor, universe=universe, name=own, value=value, domain=domain
            )
        if kind is ChangeKind.ROTATE:
            name = self.random.choice((SHARED, own, own))
            return changes.rotate(actor=actor, universe=universe, name=name, value=value)
        return changes.delete(actor=actor, universe=universe, name=own)


@pytest.mark.long
@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_what_the_log_says_agrees_with_what_roblox_holds(
    universe: Universe, harbor: EmulatedUniverse, emulator: Emulator, settings: Settings
) -> None:
    settings.OPEN_CLOUD_TIMEOUT_SECONDS = TIMEOUT_SECONDS
    seed = random.SystemRandom().randrange(10**6)
    emulator.clear_requests()
    storm(universe, emulator, seed)
    emulator.clear_faults()
    emulator.wait_idle(10)
    settings.OPEN_CLOUD_TIMEOUT_SECONDS = 5
    with later():
        settling.settle(STAGEHAND)
    assert not Change.objects.filter(state__in=OPEN_STATES).exists()
    assert untrue_claims(harbor, emulator.requests) == [], f"seed {seed}"
    assert_every_outcome_occurred()
    assert_mirror_is_true(universe, harbor, seed)
    assert verifying.verify(STAGEHAND).events == AuditEvent.objects.count()


def storm(universe: Universe, emulator: Emulator, seed: int) -> None:
    """Let the writers write, and settle meanwhile what is old enough."""
    threads = [
        threading.Thread(target=Writer(n, universe, emulator, random.Random(seed + n)).run)
        for n in range(1, WRITERS + 1)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        settling.settle(STAGEHAND, older_than_seconds=0)
        threads[0].join(timeout=0.5)
    for thread in threads:
        thread.join()


def assert_every_outcome_occurred() -> None:
    """A storm that brings only one outcome proves nothing."""
    states = set(Change.objects.values_list("state", flat=True))
    assert states == {ChangeState.SUCCEEDED, ChangeState.FAILED, ChangeState.UNDETERMINED}
    assert AuditEvent.objects.filter(detail__contains="by reading").exists()


def assert_mirror_is_true(universe: Universe, harbor: EmulatedUniverse, seed: int) -> None:
    """The mirror holds what the emulator holds, and none of it was called drift."""
    assert refresh_later(universe)
    held = {name: (secret.domain, secret.update_time) for name, secret in harbor.secrets.items()}
    mirrored = Secret.objects.filter(universe=universe, missing_since=None)
    assert {s.name: (s.domain, s.update_time) for s in mirrored} == held, f"seed {seed}"
    drift = AuditEvent.objects.filter(tag__startswith="secret.drift")
    assert not drift.exists(), f"seed {seed}: {list(drift.values('tag', 'secret_name'))}"
