"""Asking for access and answering it: who may, what comes of it, and what is told instead."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.access import grants, request_listing, requests
from secretsapp.access.requests import Wish
from secretsapp.core.actor import Actor, command, remembering, system
from secretsapp.core.errors import (
    AlreadyExists,
    DecidedMeanwhile,
    Forbidden,
    InvalidInput,
    NotFound,
)
from secretsapp.core.roles import Permission, Role
from secretsapp.models import AccessRequest, Grant, Universe, User
from secretsapp.people import accounts
from secretsapp.rules.policy import rights_of
from secretsapp.universes import managing
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

DAY = 24
WEEK = 7 * DAY


def wish(names: str = "PAY_KEY", hours: int = DAY, role: Role = Role.ROTATOR) -> Wish:
    """To rotate one secret for a day."""
    return Wish(role, names, hours, "the provider changed")


@pytest.fixture
def asked(universe: Universe, cast: Cast) -> AccessRequest:
    """The viewer asked to rotate PAY_* for a week."""
    return requests.ask(cast["viewer"].actor, universe, wish("PAY_*", WEEK))


@pytest.fixture
def deputy(universe: Universe) -> Person:
    """A manager of names that begin with PAY_ alone, for two days."""
    found, until = engage("deputy"), timezone.now() + timedelta(days=2)
    grants.give(STAGEHAND, found.user, universe, Terms(Role.MANAGER, "PAY_*", until))
    return found


def test_what_was_asked_for_is_given_beside_what_they_have(
    universe: Universe, cast: Cast, asked: AccessRequest
) -> None:
    viewer, watch = cast["viewer"], Watch()
    grant = requests.approve(cast["manager"].actor, asked, hours=DAY, names="PAY_KEY")
    rights = rights_of(viewer.actor)
    assert rights.allows(Permission.ROTATE_SECRET, universe.pk, "PAY_KEY")
    assert not rights.allows(Permission.ROTATE_SECRET, universe.pk, "PAY_WEBHOOK")
    assert rights.allows_throughout(Permission.LIST_SECRETS, universe.pk)
    assert grant.until is not None
    assert timedelta(hours=23) < grant.until - timezone.now() <= timedelta(hours=24)
    assert (grant.giver_id, grant.reason) == (cast["manager"].user.pk, "the provider changed")
    assert watch.tags == ["access.approved", "grant.given"]
    assert detail(watch.events[0])["pattern"] == "PAY_KEY"
    (view,) = request_listing.own(viewer.actor)
    assert (view.state, view.became) == ("approved", "manager@example.com approved this just now.")
    assert view.request.grant == grant


def test_it_is_answered_once(cast: Cast, asked: AccessRequest) -> None:
    requests.decline(cast["admin"].actor, asked, note="next week")
    AccessRequest.objects.update(decided_at=timezone.now() - timedelta(minutes=1))
    User.objects.filter(pk=cast["admin"].user.pk).update(name="Ada")
    watch = Watch()
    for answer in (requests.approve, requests.decline):
        with pytest.raises(DecidedMeanwhile, match=r"^Ada declined this 1 min ago\. Nothing was"):
            answer(cast["manager"].actor, asked)
    with pytest.raises(DecidedMeanwhile):
        requests.withdraw(cast["viewer"].actor, asked)
    assert (watch.events, Grant.objects.filter(role=Role.ROTATOR).count()) == ([], 1)


def _withdraw(asked: AccessRequest, cast: Cast) -> None:
    requests.withdraw(cast["viewer"].actor, asked)


def _wait(asked: AccessRequest, _cast: Cast) -> None:
    AccessRequest.objects.update(lapses_at=timezone.now())


def _let_lapse(asked: AccessRequest, cast: Cast) -> None:
    _wait(asked, cast)
    assert requests.lapse(system("requests")) == 1


def _disable_and_enable(asked: AccessRequest, cast: Cast) -> None:
    accounts.disable(cast["admin"].actor, asked.person)
    accounts.enable(cast["admin"].actor, asked.person)


@pytest.mark.parametrize("end", [_withdraw, _wait, _let_lapse, _disable_and_enable])
def test_what_has_ended_is_not_approved(
    cast: Cast, asked: AccessRequest, end: Callable[[AccessRequest, Cast], None]
) -> None:
    end(asked, cast)
    with pytest.raises(DecidedMeanwhile):
        requests.approve(cast["manager"].actor, asked)
    assert request_listing.waiting_for(cast["manager"].actor).count == 0
    assert Grant.objects.filter(person=asked.person).count() == 1


def test_a_disabled_account_and_a_removed_universe_end_requests(
    universe: Universe, cast: Cast, asked: AccessRequest
) -> None:
    requests.ask(cast["editor"].actor, universe, wish(role=Role.MANAGER))
    watch = Watch()
    accounts.disable(cast["admin"].actor, cast["viewer"].user)
    managing.remove(cast["admin"].actor, universe)
    found = [event for event in watch.events if event.tag == "access.lapsed"]
    assert [(event.subject_name, detail(event)["why"]) for event in found] == [
        ("viewer@example.com", "the account was disabled"),
        ("editor@example.com", "the universe was removed"),
    ]
    assert not AccessRequest.objects.exists()
    with pytest.raises(NotFound):
        requests.approve(cast["admin"].actor, asked)


def test_nobody_answers_their_own(universe: Universe, cast: Cast, deputy: Person) -> None:
    own = requests.ask(deputy.actor, universe, wish("PAY_KEY", WEEK))
    everything = requests.ask(deputy.actor, universe, wish("", DAY, Role.VIEWER))
    for request in (own, everything):
        for answer in (requests.approve, requests.decline):
            with pytest.raises(Forbidden, match=r"You can’t answer your own request\."):
                answer(deputy.actor, request)
    assert request_listing.waiting_for(deputy.actor).count == 0
    assert not request_listing.get(deputy.actor, own.pk).may_decide


def test_a_manager_of_some_names_decides_what_lies_within_them(
    universe: Universe, cast: Cast, deputy: Person, asked: AccessRequest
) -> None:
    beyond = [
        requests.ask(cast["rotator"].actor, universe, wish(names, DAY, Role.EDITOR))
        for names in ("SIGNING_SEED", "PAY_KEY, SIGNING_SEED", "")
    ]
    waiting = request_listing.waiting_for(deputy.actor)
    assert ([view.request for view in waiting.items], waiting.count) == ([asked], 1)
    for request in beyond:
        with pytest.raises(NotFound):
            request_listing.get(deputy.actor, request.pk)
        for names in (None, "PAY_KEY", "SIGNING_SEED"):
            with pytest.raises((Forbidden, InvalidInput)):
                requests.approve(deputy.actor, request, names=names)
        with pytest.raises(Forbidden):
            requests.decline(deputy.actor, request)
    assert request_listing.waiting_for(cast["manager"].actor).count == 4
    grant = requests.approve(deputy.actor, asked)
    assert grant.until == Grant.objects.get(person=deputy.user).until


def test_no_more_is_given_than_was_asked_for(cast: Cast, asked: AccessRequest) -> None:
    admin = cast["admin"].actor
    for hours, names in (
        (WEEK + 1, None),
        (0, None),
        (-DAY, None),
        (DAY, ""),
        (DAY, "SIGNING_SEED"),
    ):
        with pytest.raises(InvalidInput):
            requests.approve(admin, asked, hours=hours, names=names)
    for who in ("editor", "auditor", "stranger"):
        with pytest.raises(Forbidden):
            requests.approve(cast[who].actor, asked)
        with pytest.raises(NotFound):
            request_listing.get(cast[who].actor, asked.pk)
    with pytest.raises(NotFound):
        request_listing.get(admin, uuid4())
    assert AccessRequest.objects.get().is_waiting


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wish(Role.ADMIN, "", DAY, "because"), "role"),
        (Wish(Role.ROTATOR, "b-d", DAY, "because"), "names"),
        (Wish(Role.ROTATOR, ",".join("ABCDEFGHIJK"), DAY, "because"), "names"),
        (Wish(Role.ROTATOR, "", 9, "because"), "hours"),
        (Wish(Role.ROTATOR, "", DAY, " "), "reason"),
        (Wish(Role.ROTATOR, "", DAY, "x" * 501), "reason"),
        (Wish(Role.ROTATOR, "", DAY, "a\x00b"), "reason"),
    ],
)
def test_what_can_not_be_asked_for(
    universe: Universe, cast: Cast, wanted: Wish, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        requests.ask(cast["viewer"].actor, universe, wanted)
    assert refused.value.field == field


def test_only_people_who_see_a_universe_ask_for_what_they_lack(
    universe: Universe, cast: Cast
) -> None:
    with pytest.raises(Forbidden):
        requests.ask(cast["stranger"].actor, universe, wish())
    with pytest.raises(InvalidInput, match="Only a person can ask"):
        requests.ask(command("request", account="root"), universe, wish())
    for who, role in (("manager", Role.ROTATOR), ("viewer", Role.VIEWER)):
        with pytest.raises(AlreadyExists, match="You have this access already"):
            requests.ask(cast[who].actor, universe, wish(role=role))


def test_there_are_limits(universe: Universe, cast: Cast) -> None:
    viewer = cast["viewer"].actor
    first = requests.ask(viewer, universe, wish())
    with pytest.raises(AlreadyExists, match="You asked for this already") as refused:
        requests.ask(viewer, universe, wish(hours=WEEK))
    assert getattr(refused.value, "request", None) == first
    for number in range(9):
        requests.ask(viewer, universe, wish(f"KEY_{number}"))
    with pytest.raises(InvalidInput, match="10 of your requests are waiting"):
        requests.ask(viewer, universe, wish("ONE_MORE"))
    for round_ in range(2):
        for request in AccessRequest.objects.filter(state="waiting"):
            requests.withdraw(viewer, request)
        for number in range(10 if round_ == 0 else 0):
            requests.ask(viewer, universe, wish(f"AGAIN_{number}"))
    with pytest.raises(InvalidInput, match="20 requests within a day"):
        requests.ask(viewer, universe, wish("ONE_MORE"))


def test_a_command_can_answer(cast: Cast, asked: AccessRequest) -> None:
    grant = requests.approve(command("approve", account="root"), asked)
    assert (grant.giver_id, grant.given_by) == (None, "root (command approve)")
    (view,) = request_listing.own(cast["viewer"].actor)
    assert view.became == "root (command approve) approved this just now."


def _questions(actor: Actor) -> int:
    with CaptureQueriesContext(connection) as captured:
        request_listing.waiting_for(remembering(actor))
    return len(captured)


def test_many_are_found_in_as_many_queries(universe: Universe, cast: Cast, deputy: Person) -> None:
    before = {who: _questions(who) for who in (cast["manager"].actor, deputy.actor)}
    now = timezone.now()
    AccessRequest.objects.bulk_create(
        AccessRequest(
            person=cast[who].user,
            universe=universe,
            role=Role.MANAGER,
            names=f"PAY_{number}",
            hours=DAY,
            reason="many",
            made_at=now,
            lapses_at=now + timedelta(days=1),
        )
        for who in ("viewer", "editor", "rotator")
        for number in range(10)
    )
    for actor, count in before.items():
        assert _questions(actor) == count <= 2
        waiting = request_listing.waiting_for(actor)
        assert (len(waiting.items), waiting.count) == (20, 30)
    assert _questions(cast["editor"].actor) == 1
