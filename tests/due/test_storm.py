"""Several people set, remove and put off while workers remind: the log and the days are true."""

import random
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from threading import Event

import pytest
from pytest_django import Settings

from secretsapp.core import actor as actors
from secretsapp.core.errors import SealroomError
from secretsapp.due import due_mail, policies, reminding, snoozing
from secretsapp.due.policies import Covered, Terms
from secretsapp.log import verifying
from secretsapp.models import (
    AuditEvent,
    DueDay,
    OutgoingMail,
    RotationPolicy,
    Secret,
    Snooze,
    Universe,
)
from secretsapp.models.due import DueRule
from tests.due.dating import age, check_all, cover, today
from tests.stage import STAGEHAND, Cast
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine, pytest.mark.long]

WORKER = actors.system("storm")
DEEDS_EACH, DAYS, REASONS = 20, (30, 90, 100), ("away", "closed")
# Of this one nobody says anything during the storm.
STEADY = "PAY_WEBHOOK"
NAMES = ("PAY_KEY", "SIGNING_SEED")


@pytest.fixture
def stormy(universe: Universe, cast: Cast, settings: Settings) -> Universe:
    """Harbor, where all is overdue, and someone owns the secret whose policy stays."""
    settings.EMAIL_HOST = "127.0.0.1"
    cover(universe, STEADY)
    cover(universe)
    for name in (STEADY, *NAMES):
        age(name, 300)
    Secret.objects.filter(name=STEADY).update(owner=cast["viewer"].user)
    return universe


def places(universe: Universe) -> list[Covered]:
    """Where they set policies."""
    secrets = [Covered(universe, name) for name in NAMES]
    return [Covered(), Covered(environment="production"), Covered(universe), *secrets]


def say_something(universe: Universe, cast: Cast, chance: random.Random) -> None:
    """Set policies, remove them, and put secrets off, as an admin and as an editor."""
    for _ in range(DEEDS_EACH):
        place, deed = chance.choice(places(universe)), chance.random()
        actor = cast["editor" if place.name else "admin"].actor
        with suppress(SealroomError):
            if deed < 0.4:
                policies.set_policy(actor, place, Terms(DueRule.EVERY, days=chance.choice(DAYS)))
            elif deed < 0.7:
                policies.remove_policy(actor, place)
            else:
                until = today() + timedelta(days=chance.choice((1, 2)))
                name, reason = chance.choice(NAMES), chance.choice(REASONS)
                snoozing.snooze(
                    cast["editor"].actor, universe=universe, name=name, until=until, reason=reason
                )


def remind_until(ended: Event) -> None:
    """Remind again and again, as if each round were the first of the day."""
    while not ended.is_set():
        reminding.remind(WORKER)
        DueDay.objects.all().delete()


def test_what_is_said_at_once_is_told_once_and_every_day_follows_from_it(
    stormy: Universe, cast: Cast
) -> None:
    seed, watch, ended = random.SystemRandom().randrange(10**6), Watch(), Event()

    def person(number: int) -> Callable[[], None]:
        return lambda: say_something(stormy, cast, random.Random(seed + number))

    def people() -> None:
        try:
            assert together(person(0), person(1), person(2)) == [None] * 3, f"seed {seed}"
        finally:
            ended.set()

    done = together(people, lambda: remind_until(ended), lambda: remind_until(ended))
    assert done == [None] * 3, f"seed {seed}"
    check_all()
    assert_policies_are_as_told(watch, f"seed {seed}")
    assert_put_off_as_told(watch, f"seed {seed}")
    DueDay.objects.all().delete()
    reminding.remind(WORKER)
    DueDay.objects.all().delete()
    assert reminding.remind(WORKER) == 0, f"seed {seed}"
    # Of what stayed as it was, it was told once, however many others were told of.
    assert OutgoingMail.objects.filter(kind=due_mail.KIND.name).count() == 1, f"seed {seed}"
    assert verifying.verify(STAGEHAND).events == AuditEvent.objects.count()


def assert_policies_are_as_told(watch: Watch, said: str) -> None:
    """Nothing was removed twice, and each policy is the one that was told of last."""
    told = defaultdict[str, list[str]](list)
    for event in watch.events:
        if ".policy." in event.tag or event.tag.startswith("policy."):
            given = detail(event)
            is_set = event.tag.endswith(".set")
            place = event.secret_name or given["where"]
            told[place].append(given["rule"] if is_set else "")
    assert told, said
    now = {policy.where: policy.words for policy in RotationPolicy.objects.all()}
    for place, rules in told.items():
        assert all(before != after for before, after in pairwise(rules)), f"{said}: {place} {rules}"
        assert rules[-1] == now.get(place, ""), f"{said}: {place} {rules}"


def assert_put_off_as_told(watch: Watch, said: str) -> None:
    """A second click told nothing, and what was told last holds."""
    told = defaultdict[str, list[dict[str, str]]](list)
    for event in watch.events:
        if event.tag == "secret.snoozed":
            told[event.secret_name].append(detail(event))
    for name, terms in told.items():
        assert all(a != b for a, b in pairwise(terms)), f"{said}: {name}"
        held = Snooze.objects.get(secret__name=name)
        day = f"{held.until.day} {held.until:%b %Y}"
        assert terms[-1] == {"day": day, "reason": held.reason}, f"{said}: {name}"
