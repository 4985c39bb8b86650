"""Several people publish one place at once, and Roblox is faulty: no version is told that isn't."""

import random
from collections import Counter
from contextlib import suppress
from threading import Event

import pytest
from django.db.models import F
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core import actor as actors
from secretsapp.core import place_files
from secretsapp.core.errors import SealroomError
from secretsapp.log import verifying
from secretsapp.models import AuditEvent, Publication, Universe
from secretsapp.models.servers import OPEN_PUBLICATIONS
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.servers import publications, publishing
from tests.spine.test_storm_upkeep import CLOCK, all_at_once, turns
from tests.stage import STAGEHAND, Cast
from tests.support.game_servers import RBXL, give_key
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine, pytest.mark.long]

WORKER = actors.system("storm")
VERSIONS = "/versions"
VERSIONS_EACH = 10
FAULTS = (faults.cut_before(), faults.cut_after(), faults.status(400), faults.html(200))


def publish(universe: Universe, cast: Cast, emulator: Emulator, place: int, seed: int) -> None:
    """Publish several times, while Roblox answers or doesn't."""
    chance = random.Random(seed)
    for turn in turns(VERSIONS_EACH, Publication.objects.all()):
        if chance.random() < 0.5:
            emulator.inject(chance.choice(FAULTS), method="POST", path=VERSIONS)
        actor = cast["admin" if turn % 2 else "manager"].actor
        # The same file so soon after itself counts as a second click.
        file = place_files.read(RBXL + f"{seed} {turn}".encode())
        with suppress(SealroomError):
            publishing.publish(actor, universe, place_id=place, file=file, is_published=True)


def settle() -> None:
    """Find out what became of what has no answer, as if nothing could be on its way any more."""
    rows = Publication.objects.filter(claimed_until=None)
    unknown = rows.filter(state="unknown", started_at__gt=timezone.now() - SETTLE_AFTER)
    with CLOCK:
        rows.update(tried_at=None)
        unknown.update(started_at=F("started_at") - SETTLE_AFTER)
    publications.settle_due(WORKER)


def settle_until(ended: Event) -> None:
    while not ended.is_set():
        settle()


def test_each_version_is_sent_once_and_told_to_be_there_only_where_it_is(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast, emulator: Emulator
) -> None:
    give_key(universe, emulator)
    place, seed = harbor.profile.root_place_id, random.SystemRandom().randrange(10**6)
    watch, ended = Watch(), Event()
    people = [
        lambda number=number: publish(universe, cast, emulator, place, seed + number)
        for number in range(3)
    ]
    all_at_once(*people, *[lambda: settle_until(ended)] * 2, until=ended, first=len(people))
    emulator.clear_faults()
    settle()
    assert not Publication.objects.filter(state__in=OPEN_PUBLICATIONS).exists(), f"seed {seed}"
    assert_told_as_sent(watch, emulator, harbor.fleet.latest_of(place) - 1, f"seed {seed}")
    assert verifying.verify(STAGEHAND).events == AuditEvent.objects.count()


def assert_told_as_sent(watch: Watch, emulator: Emulator, held: int, said: str) -> None:
    """`held` is how many Roblox has."""
    rows = list(Publication.objects.all())
    states = Counter(row.state for row in rows)
    numbers = [row.version for row in rows if row.version is not None]
    assert (len(rows) > 1, len(set(numbers))) == (True, len(numbers)), said
    assert sum(each.path.endswith(VERSIONS) for each in emulator.requests) <= len(rows), said
    assert states["succeeded"] <= held <= states["succeeded"] + states["undetermined"], said
    told = Counter(tag.rpartition(".")[2] for tag in watch.tags if "publish" in tag)
    assert told.pop("started") == len(rows), said
    told.pop("unknown", None)
    assert told == states, said
