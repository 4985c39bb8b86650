"""Several workers at once, people between them, and Roblox faulty: everything is there once."""

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import Any

import pytest
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import end_warnings, looking
from secretsapp.core import actor as actors
from secretsapp.core.errors import SealroomError
from secretsapp.due import due_mail, reminding, snoozing
from secretsapp.log import verifying
from secretsapp.models import ApiKey, AuditEvent, OutgoingMail, Secret, ServerRestart, Universe
from secretsapp.models.servers import OPEN_RESTARTS, RestartState
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.servers import following, restarts, watching
from tests.due.dating import age, cover, today
from tests.stage import API_KEY, STAGEHAND, Cast
from tests.support.game_servers import give_key, rotate
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine, pytest.mark.long]

WORKER = actors.system("storm")
# Two threads that set the times of many rows at once would each hold a row that the other needs.
CLOCK = Lock()
WORKERS, RESTARTS_EACH = 3, 6
PAUSE_SECONDS, PATIENCE_SECONDS = 0.02, 20
FAULTS = (faults.cut_before(), faults.cut_after(), faults.status(400), faults.html(200))
DAY = timedelta(days=1)


@pytest.fixture
def stormy(
    universe: Universe,
    harbor: EmulatedUniverse,
    emulator: Emulator,
    cast: Cast,
    settings: Settings,
) -> Universe:
    """Harbor with servers, a secret due and one overdue, and a key that ends and is refused."""
    settings.EMAIL_HOST = "127.0.0.1"
    give_key(universe, emulator)
    harbor.fleet.start(harbor.profile.root_place_id, 12)
    rotate(universe, cast, "SIGNING_SEED")
    cover(universe)
    for name, days in (("PAY_KEY", 91), ("PAY_WEBHOOK", 300)):
        age(name, days)
    Secret.objects.update(owner=cast["viewer"].user)
    emulator.add_api_key(API_KEY, enabled=False)
    ApiKey.objects.filter(name="automation").update(ends_at=timezone.now() + 5 * DAY)
    return universe


def work(ended: Event) -> None:
    """Do rounds until the others have ended, as if a minute lay between each two readings."""
    while not ended.is_set():
        for part in (reminding.remind, looking.look_due, end_warnings.warn_due):
            part(WORKER)
        following.follow_due(WORKER)
        watching.watch_due(WORKER)
        let_time_pass()


def let_time_pass() -> None:
    """Let it be a minute since each reading, and sure what came of what has no answer."""
    now = timezone.now()
    rows = ServerRestart.objects.filter(claimed_until=None)
    with CLOCK:
        rows.update(tried_at=now - timedelta(minutes=2))
        rows.filter(state=RestartState.UNKNOWN).update(started_at=now - SETTLE_AFTER)


def turns(count: int, rows: QuerySet[Any]) -> Iterator[int]:
    """So many turns, and more until two were let in: what came of the first takes a moment."""
    begun = time.monotonic()
    for turn in itertools.count():
        if turn >= count and (rows.count() > 1 or time.monotonic() - begun > PATIENCE_SECONDS):
            return
        yield turn
        if turn >= count:
            time.sleep(PAUSE_SECONDS)


def restart(universe: Universe, cast: Cast, emulator: Emulator, chance: random.Random) -> None:
    """Restart the servers several times, while Roblox answers or doesn't."""
    for _ in turns(RESTARTS_EACH, ServerRestart.objects.all()):
        if chance.random() < 0.6:
            emulator.inject(chance.choice(FAULTS), method="POST", path="/restarts")
        with suppress(SealroomError):
            seen = chance.choice(("", restarts.last_of(universe)))
            restarts.restart(cast["manager"].actor, universe, bleed_off_minutes=60, seen_last=seen)


def all_at_once(*actions: Callable[[], None], until: Event, first: int) -> None:
    """Run them in threads of their own; the last ones end once the first ones have."""

    def run(action: Callable[[], None]) -> None:
        try:
            action()
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads[:first]:
        thread.join()
    until.set()
    for thread in threads[first:]:
        thread.join()


def test_every_reminder_look_warning_and_restart_is_there_once(
    stormy: Universe, cast: Cast, emulator: Emulator
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    watch, ended = Watch(), Event()
    emulator.clear_requests()
    people = [
        lambda: restart(stormy, cast, emulator, random.Random(seed)),
        lambda: restart(stormy, cast, emulator, random.Random(seed + 1)),
        lambda: snoozing.snooze(
            STAGEHAND, universe=stormy, name="PAY_KEY", until=today() + DAY, reason="away"
        ),
    ]
    workers = [lambda: work(ended)] * WORKERS
    all_at_once(*people, *workers, until=ended, first=len(people))
    told = Counter(watch.tags)
    assert (told["api_key.failing"], told["api_key.ending"]) == (1, 1), f"seed {seed}"
    # Either it was told of before it was put off, or never.
    assert (told["secret.overdue"], told["secret.due"] <= 1) == (1, True), f"seed {seed}"
    assert OutgoingMail.objects.filter(kind=due_mail.KIND.name).count() == 1
    assert_restarts_are_true(emulator, f"seed {seed}")
    assert verifying.verify(STAGEHAND).events == AuditEvent.objects.count()


def assert_restarts_are_true(emulator: Emulator, seed: str) -> None:
    """Each was sent once at most, and is told to have been taken only where it was."""
    emulator.clear_faults()
    settle()
    rows = list(ServerRestart.objects.all())
    taken = [row for row in rows if row.remote_id]
    sent = [each for each in emulator.requests if each.path.endswith("/restarts")]
    assert len(rows) > 1, seed
    assert len({row.remote_id for row in taken}) == len(taken), seed
    assert sum(each.method == "POST" for each in sent) <= len(rows), seed
    tags = [each.tag.rpartition(".")[2] for each in events_of_restarts()]
    assert tags.count("started") == len(rows), seed
    outcomes = Counter(tags) - Counter({"started": len(rows), "unknown": len(rows), "finished": 99})
    assert outcomes.total() == len(rows), seed


def settle() -> None:
    """Let what is open lie so far back that it is sure what came of it."""
    ServerRestart.objects.filter(state__in=OPEN_RESTARTS).update(
        started_at=timezone.now() - SETTLE_AFTER, tried_at=None
    )
    following.follow_due(WORKER)
    assert not ServerRestart.objects.filter(state__in=OPEN_RESTARTS).exists()


def events_of_restarts() -> list[AuditEvent]:
    """What the log has of them."""
    return list(AuditEvent.objects.filter(tag__startswith="universe.restart").order_by("sequence"))
