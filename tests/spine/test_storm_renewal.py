"""Many use one connection while Roblox falters: one renews, and each loss is told once."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock
from typing import Any

import pytest
from pytest_django import Settings

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import losses
from secretsapp.core import actor as actors
from secretsapp.core.errors import SealroomError
from secretsapp.log import verifying
from secretsapp.models import ApiKey, AuditEvent, OAuthAccess
from secretsapp.opencloud.transport import DeadlineAdapter
from tests.rules.test_oauth_access import let_rest_be_over, read
from tests.spine.test_storm_upkeep import all_at_once
from tests.stage import STAGEHAND
from tests.support.connected import (
    TOKEN,
    connect,
    connect_again,
    let_access_end,
    refreshes,
    set_up_app,
)
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine, pytest.mark.long]

WORKER = actors.system("storm")
READERS, READS_EACH = 4, 8
FAULTS = (
    faults.delay(0.1),
    faults.cut_before(),
    faults.cut_after(),
    faults.status(429),
    faults.status(500),
    faults.html(),
    faults.status(400, {"error": "invalid_grant"}),
)


class InFlight:
    """How many refresh tokens were on their way at one time, at most."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.most = self._now = 0
        self._lock, send = Lock(), DeadlineAdapter.send

        def watched(adapter: DeadlineAdapter, request: Any, *told: Any, **options: Any) -> Any:
            with self._counted("grant_type=refresh_token" in str(request.body)):
                return send(adapter, request, *told, **options)

        monkeypatch.setattr(DeadlineAdapter, "send", watched)

    @contextmanager
    def _counted(self, is_refresh: bool) -> Iterator[None]:
        with self._lock:
            self._now += is_refresh
            self.most = max(self.most, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= is_refresh


@pytest.fixture
def connected(emulator: Emulator, harbor: EmulatedUniverse, settings: Settings) -> ApiKey:
    """Harbor, granted at Roblox and connected."""
    set_up_app(emulator, settings)
    api_key = connect()
    emulator.clear_requests()
    return api_key


def reading(api_key: ApiKey) -> Callable[[], None]:
    """Reads with the connection again and again, whatever comes of it."""

    def run() -> None:
        for _ in range(READS_EACH):
            with suppress(SealroomError):
                read(api_key)

    return run


def passing(emulator: Emulator, ended: Event, chance: random.Random) -> Callable[[], None]:
    """Lets tokens end and rests be over, and Roblox falter."""

    def run() -> None:
        while not ended.is_set():
            if chance.random() < 0.6:
                emulator.inject(chance.choice(FAULTS), path=TOKEN)
            let_access_end(emulator)
            let_rest_be_over()
            time.sleep(0.05)

    return run


def healing(api_key: ApiKey, ended: Event) -> Callable[[], None]:
    """Tells of a loss, and connects again what is told to be lost."""

    def run() -> None:
        while not ended.is_set():
            heal(api_key)
            time.sleep(0.02)

    return run


def heal(api_key: ApiKey) -> None:
    losses.tell_lost(WORKER)
    if OAuthAccess.objects.filter(lost_at__isnull=False, is_loss_told=True).exists():
        with suppress(SealroomError):
            connect_again(api_key, STAGEHAND)


def telling(ended: Event) -> Callable[[], None]:
    """Tells of losses, as another worker does."""

    def run() -> None:
        while not ended.is_set():
            losses.tell_lost(WORKER)
            time.sleep(0.02)

    return run


def test_one_renews_at_a_time_and_each_loss_is_told_once(
    connected: ApiKey, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    watch, ended, in_flight = Watch(), Event(), InFlight(monkeypatch)
    injected = count_faults(emulator, monkeypatch)
    all_at_once(
        *[reading(connected)] * READERS,
        passing(emulator, ended, random.Random(seed)),
        healing(connected, ended),
        telling(ended),
        until=ended,
        first=READERS,
    )
    emulator.clear_faults()
    assert in_flight.most == 1, f"seed {seed}"
    sent = Counter(refreshes(emulator))
    # Only one whose outcome wasn't known, or that was refused for another reason, is sent again.
    assert sent.total() - len(sent) <= len(injected), f"seed {seed}"
    assert_it_works(connected, emulator, f"seed {seed}")
    told = Counter(watch.tags)
    assert told["api_key.lost"] == told["api_key.reconnected"], f"seed {seed}"
    assert verifying.verify(STAGEHAND).events == AuditEvent.objects.count()


def count_faults(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The faults that are injected from now on."""
    inject, injected = emulator.inject, list[object]()

    def counted(fault: faults.Fault, **where: Any) -> None:
        injected.append(fault)
        inject(fault, **where)

    monkeypatch.setattr(emulator, "inject", counted)
    return injected


def assert_it_works(api_key: ApiKey, emulator: Emulator, seed: str) -> None:
    """It can be read with, or was lost and can once it is connected again."""
    for _ in range(2):
        let_access_end(emulator)
        let_rest_be_over()
        with suppress(SealroomError):
            read(api_key)
        heal(api_key)
    assert read(api_key) == 3, seed
    assert OAuthAccess.objects.get().lost_at is None, seed
