"""How a proposal ends: declined, withdrawn, too old, with its universe or person, and only once."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.actor import remembering
from secretsapp.core.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    ProposalOver,
    RobloxRefused,
    StaleVersion,
    TooManyProposals,
)
from secretsapp.models import Change, Proposal, Universe
from secretsapp.people import accounts, own_account
from secretsapp.rules.paging import FIRST
from secretsapp.secrets import approving, forcing, proposals, settling, waiting
from secretsapp.universes import managing, protection
from tests.secrets.proposing import NEW, propose, protect, stored
from tests.stage import STAGEHAND, Cast, engage
from tests.support.unfinished import later
from tests.support.watch import Watch, detail, writes

pytestmark = pytest.mark.django_db


@pytest.fixture
def protected(universe: Universe) -> Universe:
    """Harbor, whose changes need two people."""
    return protect(universe)


def test_it_is_declined_or_withdrawn_and_then_nothing_comes_of_it(
    emulator: Emulator, protected: Universe, cast: Cast
) -> None:
    declined = propose(cast["rotator"], protected)
    withdrawn = propose(cast["rotator"], protected)
    emulator.clear_requests()
    watch = Watch()
    with pytest.raises(Forbidden):
        proposals.decline(cast["viewer"].actor, declined)
    with pytest.raises(Forbidden):
        proposals.withdraw(cast["editor"].actor, withdrawn)
    proposals.decline(cast["editor"].actor, declined, "not this week")
    proposals.withdraw(cast["rotator"].actor, withdrawn)
    assert watch.tags == ["proposal.declined", "proposal.withdrawn"]
    assert detail(watch.events[0])["remark"] == "not this week"
    for each in (declined, withdrawn):
        assert stored(each).box == ""
        for who in ("manager", "editor"):
            with pytest.raises(ProposalOver, match="no longer waits"):
                approving.approve(cast[who].actor, each)
            with pytest.raises(ProposalOver, match="You changed nothing"):
                proposals.decline(cast[who].actor, each)
    with pytest.raises(ProposalOver, match=r"editor@example\.com declined it on"):
        proposals.withdraw(cast["rotator"].actor, declined)
    assert (writes(emulator), watch.tags[2:]) == ([], [])


def test_an_approved_one_is_not_sent_again(
    emulator: Emulator, protected: Universe, cast: Cast
) -> None:
    proposal = propose(cast["rotator"], protected)
    approving.approve(cast["editor"].actor, proposal)
    emulator.clear_requests()
    for again in (proposal, stored(proposal)):
        with pytest.raises(ProposalOver, match=r"editor@example\.com approved it"):
            approving.approve(cast["manager"].actor, again)
    # Even a state that someone put back in the database sends nothing twice: the box is gone.
    Proposal.objects.filter(pk=proposal.pk).update(state="waiting")
    with pytest.raises(ProposalOver):
        approving.approve(cast["manager"].actor, stored(proposal))
    assert (writes(emulator), Change.objects.count()) == ([], 1)


def test_it_lapses_after_a_week_whether_anyone_sweeps_or_not(
    emulator: Emulator, protected: Universe, cast: Cast
) -> None:
    first, second = (propose(cast["rotator"], protected) for _ in range(2))
    assert proposals.lapse_old() == 0
    watch = Watch()
    emulator.clear_requests()
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        with pytest.raises(ProposalOver, match="nobody decided within 7 days"):
            approving.approve(cast["editor"].actor, first)
        assert proposals.lapse_old() == 1
    assert [(each.state, each.box) for each in map(stored, (first, second))] == [("lapsed", "")] * 2
    assert watch.tags == ["proposal.lapsed"] * 2
    assert watch.last.actor_name == "Sealroom (proposals)"
    assert writes(emulator) == []


def test_a_universe_and_a_person_take_their_proposals_with_them(
    emulator: Emulator, protected: Universe, cast: Cast
) -> None:
    theirs = propose(cast["rotator"], protected)
    other = propose(cast["editor"], protected, "create")
    watch = Watch()
    accounts.disable(cast["admin"].actor, cast["rotator"].user)
    assert (stored(theirs).state, stored(theirs).box) == ("lapsed", "")
    assert stored(other).state == "waiting"
    managing.remove(cast["admin"].actor, protected)
    assert not Proposal.objects.exists()
    lapsed = [event for event in watch.events if event.tag == "proposal.lapsed"]
    assert [event.secret_name for event in lapsed] == ["PAY_KEY", "NEW_KEY"]
    assert "removed from Sealroom" in lapsed[1].detail
    assert detail(watch.last) == {"protected": "yes"}
    with pytest.raises(ProposalOver, match="gone with its universe"):
        approving.approve(cast["admin"].actor, other)


def test_while_roblox_cannot_be_asked_it_goes_on_waiting(
    emulator: Emulator, harbor: EmulatedUniverse, protected: Universe, cast: Cast
) -> None:
    proposal = propose(cast["rotator"], protected)
    emulator.inject(faults.status(403, {}), method="GET")
    with pytest.raises(RobloxRefused):
        approving.approve(cast["editor"].actor, proposal)
    assert stored(proposal).state == "waiting"
    approving.approve(cast["editor"].actor, proposal)
    assert harbor.values["PAY_KEY"] == NEW


def test_an_approved_change_without_an_answer_is_settled_by_reading(
    emulator: Emulator, harbor: EmulatedUniverse, protected: Universe, cast: Cast
) -> None:
    proposal = propose(cast["rotator"], protected)
    emulator.inject(faults.cut_after(), method="PATCH")
    with pytest.raises(OutcomeUnknown) as unknown:
        approving.approve(cast["editor"].actor, proposal)
    assert unknown.value.change_id == str(proposal.pk)
    with pytest.raises(ProposalOver):
        approving.approve(cast["manager"].actor, proposal)
    watch = Watch()
    with later():
        settling.settle(STAGEHAND)
    assert watch.tags == ["secret.rotate.succeeded"]
    assert detail(watch.last)["proposed_by"] == "rotator@example.com"
    assert harbor.values["PAY_KEY"] == NEW


def test_two_admins_take_the_protection_off_or_one_with_a_reason(
    protected: Universe, cast: Cast
) -> None:
    second = engage("second", admin=True)
    watch = Watch()
    proposal = proposals.propose_unprotecting(cast["admin"].actor, protected, "no longer live")
    proposal = stored(proposal)
    with pytest.raises(Forbidden, match="your own"):
        approving.approve(cast["admin"].actor, proposal)
    with pytest.raises(Forbidden):
        approving.approve(cast["manager"].actor, proposal)
    approving.approve(second.actor, proposal)
    assert not protection.is_protected(protected.pk)
    assert watch.tags == [
        "universe.unprotect.proposed",
        "proposal.approved",
        "universe.unprotected",
    ]
    with pytest.raises(StaleVersion, match="no longer protected"):
        propose(cast["rotator"], protected)
    protection.protect(second.actor, protected)
    waits = propose(cast["rotator"], protected)
    with pytest.raises(Forbidden):
        forcing.unprotect(cast["manager"].actor, protected, "mine")
    with pytest.raises(InvalidInput, match="Say why"):
        forcing.unprotect(second.actor, protected, " ")
    forcing.unprotect(second.actor, protected, "the other admin left")
    assert (stored(waits).state, stored(waits).box) == ("lapsed", "")
    assert not protection.is_protected(protected.pk)
    [told] = forcing.forced_lately(cast["admin"].actor)
    assert (told.who, told.what, told.reason) == (
        "second@example.com",
        "removal of the protection",
        "the other admin left",
    )
    assert forcing.forced_lately(second.actor) == []
    own_account.rename(second.actor, second.user, "Sam")
    [told] = forcing.forced_lately(cast["admin"].actor)
    assert told.who == "Sam"


def test_who_breaks_the_glass_is_an_admin_with_a_reason_and_everyone_learns_of_it(
    harbor: EmulatedUniverse, protected: Universe, cast: Cast
) -> None:
    watch = Watch()
    for reason in ("", " \n"):
        with pytest.raises(InvalidInput, match="Say why"):
            forcing.broken_glass(reason)
    with pytest.raises(Forbidden):
        propose(cast["manager"], protected, passage=forcing.broken_glass("mine"))
    assert watch.tags == []
    with pytest.raises(Proposal.DoesNotExist):
        propose(cast["admin"], protected, passage=forcing.broken_glass("it leaked"))
    assert harbor.values["PAY_KEY"] == NEW
    tags = [tag for tag in watch.tags if tag != "universe.key_changed"]
    assert tags == ["secret.change.forced", "secret.rotate.started", "secret.rotate.succeeded"]
    assert watch.events[0].secret_name == "PAY_KEY"
    said = detail(watch.events[0])
    assert (said["reason"], said["could_have_approved"]) == ("it leaked", "3")
    assert detail(watch.last)["without_approval"] == "it leaked"
    for who, count in {"rotator": 1, "manager": 1, "viewer": 0, "admin": 0, "stranger": 0}.items():
        assert len(forcing.forced_lately(cast[who].actor)) == count, who


def test_only_so_many_wait_and_only_people_propose(
    protected: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "MOST_WAITING", 1)
    propose(cast["rotator"], protected)
    with pytest.raises(TooManyProposals, match="1 of your proposals are waiting in Harbor"):
        propose(cast["rotator"], protected, name="PAY_WEBHOOK")
    propose(cast["editor"], protected, "create")
    with pytest.raises(InvalidInput, match="--as EMAIL"):
        proposals.proposing(STAGEHAND)


def test_people_see_what_is_about_what_they_may_list(
    protected: Universe, cast: Cast, django_assert_max_num_queries: Callable[..., object]
) -> None:
    proposal = propose(cast["rotator"], protected)
    created = propose(cast["editor"], protected, "create")
    wish = proposals.propose_unprotecting(cast["admin"].actor, protected)
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        found = waiting.waiting_for(remembering(cast["manager"].actor))
    assert [view.proposal for view in found] == [proposal, created]
    assert [view.proposal for view in waiting.waiting_for(cast["editor"].actor)] == [proposal]
    assert waiting.waiting_for(cast["rotator"].actor) == []
    assert waiting.waiting_for(STAGEHAND) == []
    page = waiting.of_universe(cast["viewer"].actor, protected, FIRST)
    assert {view.proposal for view in page.items} == {proposal, created, wish}
    assert waiting.count_waiting(cast["stranger"].actor, protected) == 0
    for wrong in (proposal.pk, uuid4()):
        with pytest.raises(NotFound, match="This proposal isn’t in Sealroom"):
            waiting.get(cast["stranger"].actor, wrong)
