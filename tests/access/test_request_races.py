"""Two who answer one request at once, or end what it is about: it is answered once."""

from collections.abc import Callable

import pytest

from secretsapp.access import requests
from secretsapp.access.requests import Wish
from secretsapp.core.actor import system
from secretsapp.core.errors import DecidedMeanwhile, Forbidden, NotFound
from secretsapp.core.roles import Role
from secretsapp.models import AccessRequest, Grant, Universe
from secretsapp.people import accounts
from secretsapp.universes import managing
from tests.stage import Cast
from tests.support.together import together
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

Act = Callable[[Cast, AccessRequest], None]


def approve(cast: Cast, asked: AccessRequest) -> None:
    """The admin approves."""
    requests.approve(cast["admin"].actor, asked)


def decline(cast: Cast, asked: AccessRequest) -> None:
    """The admin declines."""
    requests.decline(cast["admin"].actor, asked)


def withdraw(cast: Cast, asked: AccessRequest) -> None:
    """Who asked takes it back."""
    requests.withdraw(cast["viewer"].actor, asked)


def disable(cast: Cast, asked: AccessRequest) -> None:
    """The account of who asked is disabled."""
    accounts.disable(cast["admin"].actor, asked.person)


def remove(cast: Cast, asked: AccessRequest) -> None:
    """The universe is removed."""
    assert asked.universe is not None
    managing.remove(cast["admin"].actor, asked.universe)


def first_approve(cast: Cast, asked: AccessRequest) -> None:
    """The manager approves."""
    requests.approve(cast["manager"].actor, asked)


@pytest.mark.parametrize("other", [approve, decline, withdraw, disable, remove])
def test_a_request_is_answered_once(universe: Universe, cast: Cast, other: Act) -> None:
    wish = Wish(Role.ROTATOR, "PAY_KEY", 24, "new season")
    asked = requests.ask(cast["viewer"].actor, universe, wish)
    watch = Watch()
    approved, _ = together(lambda: first_approve(cast, asked), lambda: other(cast, asked))
    ends = [tag for tag in watch.tags if tag.startswith("access.")]
    assert len(ends) == 1
    rotating = Grant.objects.filter(person=cast["viewer"].user, role=Role.ROTATOR).count()
    assert rotating == (0 if other is remove else ends.count("access.approved"))
    if isinstance(approved, Exception):
        # Who gave access there gives none in a universe that is gone.
        assert isinstance(approved, (DecidedMeanwhile, NotFound, Forbidden))


def test_workers_let_it_lapse_once(universe: Universe, cast: Cast) -> None:
    for name in ("PAY_KEY", "PAY_WEBHOOK"):
        wish = Wish(Role.ROTATOR, name, 24, "new season")
        requests.ask(cast["viewer"].actor, universe, wish)
    AccessRequest.objects.update(lapses_at="2026-01-01T00:00:00Z")
    watch = Watch()
    together(*[lambda: requests.lapse(system("requests"))] * 3)
    assert watch.tags == ["access.lapsed"] * 2
