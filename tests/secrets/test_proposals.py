"""Four eyes: in a protected universe one person proposes a change, and another one sends it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core.errors import (
    Forbidden,
    NeedsApproval,
    ProposalOver,
)
from secretsapp.core.roles import Role
from secretsapp.log import verifying
from secretsapp.models import Change, Grant, Membership, Proposal, Team, Universe, User
from secretsapp.models.secrets import ChangeState
from secretsapp.rules.acting import AT_ONCE
from secretsapp.secrets import approving, proposals, waiting
from tests.granting import Terms, store_grants
from tests.secrets.proposing import NEW, propose, protect, stored
from tests.stage import STAGEHAND, Cast, Person
from tests.support.watch import Watch, detail, writes

pytestmark = pytest.mark.django_db


@pytest.fixture
def protected(universe: Universe) -> Universe:
    """Harbor, whose changes need two people."""
    return protect(universe)


def test_what_was_typed_is_sealed_at_once_and_sent_when_another_person_approves(
    emulator: Emulator, harbor: EmulatedUniverse, protected: Universe, cast: Cast
) -> None:
    watch = Watch()
    emulator.clear_requests()
    proposal = propose(cast["rotator"], protected)
    assert (writes(emulator), harbor.values["PAY_KEY"]) == ([], b"pay value")
    assert not Change.objects.exists()
    assert watch.tags == ["secret.rotate.proposed"]
    told = detail(watch.last)
    assert (told["digest"], told["key_id"]) == (proposal.digest, harbor.key_pair.key_id)
    assert told["why"] == "the old one leaked"
    assert proposal.box
    approving.approve(cast["editor"].actor, proposal, "checked with the issuer")
    assert writes(emulator) == ["PATCH"]
    assert harbor.values["PAY_KEY"] == NEW
    assert harbor.secrets["PAY_KEY"].domain == "api.pay.example"
    now = stored(proposal)
    assert (now.state, now.box, now.decided_by) == ("approved", "", cast["editor"].user)
    assert watch.tags[1:] == [
        "proposal.approved",
        "universe.key_changed",
        "secret.rotate.started",
        "secret.rotate.succeeded",
    ] or watch.tags[1:] == [
        "proposal.approved",
        "secret.rotate.started",
        "secret.rotate.succeeded",
    ]
    change = Change.objects.get(pk=proposal.pk)
    assert (change.state, change.proposed_by) == (ChangeState.SUCCEEDED, "rotator@example.com")
    assert detail(watch.last)["proposed_by"] == "rotator@example.com"
    assert {event.change_id for event in watch.events} == {str(proposal.pk)}
    assert {event.actor_name for event in watch.events[1:]} == {"editor@example.com"}
    verifying.verify(STAGEHAND)


def test_creation_and_deletion_wait_too(
    harbor: EmulatedUniverse, protected: Universe, cast: Cast
) -> None:
    created = propose(cast["editor"], protected, "create")
    assert "NEW_KEY" not in harbor.secrets
    approving.approve(cast["manager"].actor, created)
    assert harbor.values["NEW_KEY"] == NEW
    assert harbor.secrets["NEW_KEY"].domain == "api.new.example"
    deleted = propose(cast["manager"], protected, "delete")
    assert (deleted.box, deleted.key_id) == ("", "")
    approving.approve(cast["admin"].actor, deleted)
    assert "PAY_KEY" not in harbor.secrets


@pytest.mark.parametrize("kind", ["create", "rotate", "delete"])
def test_no_change_of_a_protected_universe_passes_at_once(
    emulator: Emulator, protected: Universe, cast: Cast, kind: str
) -> None:
    """Whatever the caller loaded before: what counts is the row under its lock."""
    emulator.clear_requests()
    protected.protected_since = None
    watch = Watch()
    with pytest.raises(NeedsApproval, match="Harbor is protected, so nothing was sent"):
        propose(cast["manager"], protected, kind, passage=AT_ONCE)
    assert (writes(emulator), watch.tags, Change.objects.count()) == ([], [], 0)


def give(giver: Person, person: Person, role: Role, universe: Universe) -> None:
    """Let the person's right there be what that giver gave."""
    grants.give(giver.actor, person.user, universe, Terms(role))


def disable(cast: Cast, name: str) -> None:
    """Disable an account past the product, which would end its proposals."""
    User.objects.filter(pk=cast[name].user.pk).update(is_active=False)


def end_grant(cast: Cast, name: str) -> None:
    """Let someone's grant have ended a second ago."""
    ended = timezone.now() - timedelta(seconds=1)
    Grant.objects.filter(person=cast[name].user).update(until=ended)


@pytest.mark.parametrize(
    ("who", "before", "sentence"),
    [
        ("rotator", lambda _cast, _universe: None, "You can’t approve your own proposal"),
        ("viewer", lambda _cast, _universe: None, "You can’t rotate PAY_KEY"),
        ("stranger", lambda _cast, _universe: None, "You can’t rotate PAY_KEY"),
        ("editor", lambda cast, _: end_grant(cast, "editor"), "You can’t rotate PAY_KEY"),
        ("editor", lambda cast, _: disable(cast, "editor"), "You can’t rotate PAY_KEY"),
    ],
)
def test_who_may_not_approve_is_refused_and_it_goes_on_waiting(
    emulator: Emulator,
    protected: Universe,
    cast: Cast,
    who: str,
    before: Callable[[Cast, Universe], None],
    sentence: str,
) -> None:
    proposal = propose(cast["rotator"], protected)
    before(cast, protected)
    emulator.clear_requests()
    with pytest.raises(Forbidden, match=sentence):
        approving.approve(cast[who].actor, proposal)
    assert (writes(emulator), stored(proposal).state) == ([], "waiting")


def test_a_right_that_the_proposer_gave_approves_nothing_of_theirs(
    protected: Universe, cast: Cast
) -> None:
    give(cast["manager"], cast["stranger"], Role.EDITOR, protected)
    proposal = propose(cast["manager"], protected)
    [view] = waiting.of_secret(cast["stranger"].actor, protected, "PAY_KEY")
    assert (view.may_approve, view.may_decline, view.is_given_by_proposer) == (False, True, True)
    assert waiting.waiting_for(cast["stranger"].actor) == []
    with pytest.raises(Forbidden, match="gave you the right to rotate PAY_KEY"):
        approving.approve(cast["stranger"].actor, proposal)
    # What the proposer edited since is theirs as well, and another's gift is enough.
    give(cast["manager"], cast["editor"], Role.EDITOR, protected)
    with pytest.raises(Forbidden, match="gave you the right"):
        approving.approve(cast["editor"].actor, proposal)
    give(cast["admin"], cast["editor"], Role.EDITOR, protected)
    approving.approve(cast["editor"].actor, proposal)
    assert stored(proposal).state == "approved"


def test_a_team_of_the_proposer_approves_nothing_of_theirs(protected: Universe, cast: Cast) -> None:
    """Whom the proposer puts into a team has its rights from them, though an admin gave these."""
    team = Team.objects.create(name="On call")
    grant = Grant(team=team, universe=protected, role=Role.EDITOR, given_at=timezone.now())
    store_grants([grant])
    joined = Membership.objects.create(
        team=team,
        person=cast["stranger"].user,
        adder=cast["manager"].user,
        added_by="manager@example.com",
        added_at=timezone.now(),
    )
    proposal = propose(cast["manager"], protected)
    with pytest.raises(Forbidden, match="gave you the right"):
        approving.approve(cast["stranger"].actor, proposal)
    joined.adder = cast["admin"].user
    joined.save()
    approving.approve(cast["stranger"].actor, proposal)


def test_another_host_takes_that_right_of_both(protected: Universe, cast: Cast) -> None:
    proposal = propose(cast["editor"], protected, domain="*")
    with pytest.raises(Forbidden, match="You can’t change the allowed host of PAY_KEY"):
        approving.approve(cast["rotator"].actor, proposal)
    approving.approve(cast["manager"].actor, proposal)
    with pytest.raises(Forbidden):
        propose(cast["rotator"], protected, domain="api.pay.example")


@pytest.mark.parametrize("end", [end_grant, disable])
def test_it_lapses_where_the_proposer_may_no_longer(
    emulator: Emulator, protected: Universe, cast: Cast, end: Callable[[Cast, str], None]
) -> None:
    proposal = propose(cast["rotator"], protected)
    end(cast, "rotator")
    emulator.clear_requests()
    watch = Watch()
    with pytest.raises(ProposalOver, match=r"rotator@example\.com can no longer rotate PAY_KEY"):
        approving.approve(cast["editor"].actor, proposal)
    now = stored(proposal)
    assert (now.state, now.box, writes(emulator)) == ("lapsed", "", [])
    assert watch.tags == ["proposal.lapsed"]


@pytest.mark.parametrize(
    "alter",
    [
        {"box": "QUJD"},
        {"name": "PAY_WEBHOOK"},
        {"domain": "*"},
        {"domain": "*", "seen_domain": "*"},
        {"proposer": "viewer"},
        {"digest": "0" * 64},
        {"box": "QUJD", "digest": "afresh"},
    ],
    ids=str,
)
def test_what_was_altered_in_the_database_is_not_sent(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    protected: Universe,
    cast: Cast,
    alter: dict[str, str],
) -> None:
    proposal = propose(cast["rotator"], protected)
    changed: dict[str, object] = dict(alter)
    if "proposer" in alter:
        give(cast["admin"], cast["viewer"], Role.EDITOR, protected)
        changed["proposer"] = cast["viewer"].user
    Proposal.objects.filter(pk=proposal.pk).update(**changed)
    altered = stored(proposal)
    if alter.get("digest") == "afresh":
        Proposal.objects.filter(pk=proposal.pk).update(digest=proposals.digest_of(altered))
    emulator.clear_requests()
    watch = Watch()
    with pytest.raises(ProposalOver):
        approving.approve(cast["manager"].actor, altered)
    assert (writes(emulator), harbor.values["PAY_KEY"]) == ([], b"pay value")
    assert stored(proposal).state == "lapsed"
    assert watch.tags == ["proposal.altered"]
    assert detail(watch.last)["reason"] == "what is stored is not what was proposed"


def test_a_new_public_key_lapses_what_was_sealed_for_the_old_one(
    emulator: Emulator, harbor: EmulatedUniverse, protected: Universe, cast: Cast
) -> None:
    proposal = propose(cast["rotator"], protected)
    harbor.rotate_key_pair()
    emulator.clear_requests()
    with pytest.raises(ProposalOver, match="the value must be entered again"):
        approving.approve(cast["editor"].actor, proposal)
    assert (writes(emulator), stored(proposal).state) == ([], "lapsed")


@pytest.mark.parametrize("deed", ["put", "close", "remove"])
def test_a_secret_that_changed_meanwhile_lapses_it(
    emulator: Emulator, harbor: EmulatedUniverse, protected: Universe, cast: Cast, deed: str
) -> None:
    proposal = propose(cast["rotator"], protected)
    if deed == "put":
        harbor.put("PAY_KEY", b"theirs", "api.pay.example")
    elif deed == "close":
        held = harbor.secrets["PAY_KEY"]
        harbor.put("PAY_KEY", held.value, "", update_time=held.update_time)
    else:
        harbor.remove("PAY_KEY")
    emulator.clear_requests()
    with pytest.raises(ProposalOver, match="Propose it again"):
        approving.approve(cast["editor"].actor, proposal)
    assert (writes(emulator), stored(proposal).state) == ([], "lapsed")


def test_the_box_is_looked_at_again_under_the_lock(
    emulator: Emulator, protected: Universe, cast: Cast
) -> None:
    """It is altered after the page was loaded, while Roblox is read."""
    proposal = propose(cast["rotator"], protected)
    Proposal.objects.filter(pk=proposal.pk).update(box="QUJD")
    emulator.clear_requests()
    with pytest.raises(ProposalOver, match="not what was proposed"):
        approving.approve(cast["manager"].actor, proposal)
    assert writes(emulator) == []
