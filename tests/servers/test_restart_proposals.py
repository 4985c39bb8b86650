"""Four eyes for restarts: in a protected universe one person proposes, and another one sends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core.errors import (
    Forbidden,
    InvalidInput,
    ProposalOver,
    RobloxRefused,
    StaleVersion,
)
from secretsapp.core.roles import Role
from secretsapp.core.upkeep_errors import RestartUnderWay
from secretsapp.log import verifying
from secretsapp.models import Proposal, ServerRestart, Universe
from secretsapp.people import accounts
from secretsapp.secrets import proposals, waiting
from secretsapp.servers import restart_proposals
from tests.granting import Terms
from tests.secrets.proposing import protect, stored
from tests.servers.test_pages import text_of
from tests.servers.test_restarts import launches
from tests.stage import HARBOR_ID, STAGEHAND, Cast
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

SignIn = Callable[[str], Client]
RESTART = f"/universes/{HARBOR_ID}/servers/restart/"


@pytest.fixture
def protected(rotated: Universe) -> Universe:
    """Harbor with servers that have an old value, where two people make changes."""
    return protect(rotated)


@pytest.fixture
def proposal(protected: Universe, place: int, cast: Cast) -> Proposal:
    """The manager's proposal to restart the root place, with a bleed-off of five minutes."""
    made = restart_proposals.propose(
        cast["manager"].actor,
        protected,
        place_ids=[place],
        bleed_off_minutes=5,
        why="the old key leaked",
    )
    return stored(made.pk)


def test_it_is_sent_once_another_person_approves_as_it_was_proposed(
    protected: Universe,
    harbor: EmulatedUniverse,
    emulator: Emulator,
    cast: Cast,
    place: int,
) -> None:
    watch = Watch()
    asked: dict[str, Any] = {"place_ids": [place], "bleed_off_minutes": 5}
    made = restart_proposals.propose(
        cast["manager"].actor, protected, **asked, why="the old key leaked"
    )
    assert (launches(emulator), watch.tags) == (0, ["universe.restart.proposed"])
    told = detail(watch.last)
    assert (told["places"], told["bleed_off_minutes"]) == (str(place), "5")
    assert (told["why"], told["digest"]) == ("the old key leaked", made.digest)
    restart_proposals.approve(cast["admin"].actor, stored(made.pk), "go ahead")
    [sent] = harbor.fleet.restarts.values()
    assert (list(sent.places), launches(emulator)) == ([place], 1)
    row = ServerRestart.objects.get(pk=made.pk)
    assert (row.state, row.bleed_off_minutes, row.why) == ("taken", 5, "the old key leaked")
    assert (row.actor_name, row.proposed_by) == ("admin@example.com", "manager@example.com")
    assert watch.tags[1:] == [
        "proposal.approved",
        "universe.restart.started",
        "universe.restart.succeeded",
    ]
    assert {event.change_id for event in watch.events} == {str(made.pk)}
    assert detail(watch.last)["proposed_by"] == "manager@example.com"
    with pytest.raises(ProposalOver, match=r"admin@example\.com approved it"):
        restart_proposals.approve(cast["admin"].actor, stored(made.pk))
    assert launches(emulator) == 1
    verifying.verify(STAGEHAND)


@pytest.mark.parametrize("who", ["editor", "viewer", "stranger"])
def test_who_may_not_restart_neither_proposes_nor_approves(
    protected: Universe, proposal: Proposal, cast: Cast, emulator: Emulator, who: str
) -> None:
    with pytest.raises(Forbidden, match="You can’t restart game servers"):
        restart_proposals.propose(cast[who].actor, protected)
    with pytest.raises(Forbidden, match="You can’t restart game servers"):
        restart_proposals.approve(cast[who].actor, proposal)
    assert (launches(emulator), stored(proposal).state) == (0, "waiting")


def test_nobody_approves_their_own_or_with_a_right_from_its_proposer(
    protected: Universe, proposal: Proposal, cast: Cast, emulator: Emulator
) -> None:
    with pytest.raises(Forbidden, match="your own proposal"):
        restart_proposals.approve(cast["manager"].actor, proposal)
    grants.give(cast["manager"].actor, cast["stranger"].user, protected, Terms(Role.MANAGER))
    assert waiting.waiting_for(cast["stranger"].actor) == []
    with pytest.raises(Forbidden, match="gave you the right to restart game servers"):
        restart_proposals.approve(cast["stranger"].actor, proposal)
    assert launches(emulator) == 0


def test_a_right_to_a_part_of_the_names_approves_no_restart(
    protected: Universe, proposal: Proposal, cast: Cast
) -> None:
    terms = Terms(Role.MANAGER, names="PAY_*")
    grants.give(cast["admin"].actor, cast["stranger"].user, protected, terms)
    assert waiting.waiting_for(cast["stranger"].actor) == []
    with pytest.raises(Forbidden):
        restart_proposals.approve(cast["stranger"].actor, proposal)


def test_it_lapses_where_its_proposer_may_no_longer(
    proposal: Proposal, cast: Cast, emulator: Emulator
) -> None:
    grants.revoke(cast["admin"].actor, cast["manager"].user.grants.get())
    with pytest.raises(ProposalOver, match="can no longer restart game servers"):
        restart_proposals.approve(cast["admin"].actor, proposal)
    assert (launches(emulator), stored(proposal).state) == (0, "lapsed")


def test_disabling_its_proposer_ends_it(proposal: Proposal, cast: Cast) -> None:
    accounts.disable(STAGEHAND, cast["manager"].user)
    assert stored(proposal).state == "lapsed"


@pytest.mark.parametrize(
    "alter", [{"places": ""}, {"places": "7"}, {"bleed_off_minutes": None}, {"kind": "unprotect"}]
)
@pytest.mark.parametrize("is_afresh", [False, True])
def test_what_was_altered_in_the_database_is_not_sent(
    proposal: Proposal,
    cast: Cast,
    emulator: Emulator,
    alter: dict[str, object],
    is_afresh: bool,
) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(**alter)
    if is_afresh:
        digest = proposals.digest_of(stored(proposal))
        Proposal.objects.filter(pk=proposal.pk).update(digest=digest)
    watch = Watch()
    with pytest.raises(ProposalOver):
        restart_proposals.approve(cast["admin"].actor, stored(proposal))
    assert (launches(emulator), watch.tags) == (0, ["proposal.altered"])
    assert Universe.objects.get(pk=HARBOR_ID).protected


def test_while_another_restart_is_open_it_goes_on_waiting(
    proposal: Proposal, cast: Cast, emulator: Emulator
) -> None:
    ServerRestart.objects.create(
        universe_id=HARBOR_ID, state="unknown", actor_name="x", started_at=timezone.now()
    )
    with pytest.raises(RestartUnderWay):
        restart_proposals.approve(cast["admin"].actor, proposal)
    assert (launches(emulator), stored(proposal).state) == (0, "waiting")


def test_one_that_roblox_refuses_was_approved_and_failed(
    proposal: Proposal, cast: Cast, emulator: Emulator
) -> None:
    emulator.inject(faults.status(403), method="POST", path="/restarts")
    with pytest.raises(RobloxRefused):
        restart_proposals.approve(cast["admin"].actor, proposal)
    view = waiting.get(cast["viewer"].actor, proposal.pk)
    assert (view.proposal.state, view.has_failed) == ("approved", True)


def test_an_unprotected_universe_takes_no_proposal_and_bounds_hold(
    rotated: Universe, cast: Cast
) -> None:
    manager = cast["manager"].actor
    with pytest.raises(StaleVersion, match="no longer protected"):
        restart_proposals.propose(manager, rotated)
    with pytest.raises(InvalidInput, match="1 to 240 minutes"):
        restart_proposals.propose(manager, protect(rotated), bleed_off_minutes=0)
    assert not Proposal.objects.exists()


def test_it_lapses_after_a_week_like_any_other(proposal: Proposal, cast: Cast) -> None:
    Proposal.objects.update(lapses_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ProposalOver, match="nobody decided within 7 days"):
        restart_proposals.approve(cast["admin"].actor, proposal)
    assert stored(proposal).state == "lapsed"


def test_the_pages_propose_show_and_approve_it(
    protected: Universe, client_for: SignIn, emulator: Emulator, place: int
) -> None:
    manager, admin = client_for("manager"), client_for("admin")
    form = manager.get(RESTART)
    assert "Another person must approve this." in text_of(form)
    assert 'name="sure"' not in form.content.decode()
    sent = {"places": str(place), "bleed_off_minutes": "5", "why": "it leaked", "proposing": "yes"}
    shown = manager.post(RESTART, sent, follow=True)
    assert "Proposed. Nothing is sent until someone else approves it." in text_of(shown)
    proposal = Proposal.objects.get()
    address = f"/proposals/{proposal.pk}/"
    page = text_of(admin.get(address))
    for words in ("Restart servers", f"Places {place}", "5 minutes", "it leaked"):
        assert words in page
    assert "Restart servers in" in text_of(admin.get("/"))
    assert "the servers" in text_of(admin.get(f"/universes/{HARBOR_ID}/activity/"))
    assert launches(emulator) == 0
    approved = admin.post(f"{address}decide/", {"choice": "approve"}, follow=True)
    assert "Approved, and sent the restart to Roblox." in text_of(approved)
    assert launches(emulator) == 1
    progress = manager.get(f"/universes/{HARBOR_ID}/servers/restarts/{proposal.pk}/")
    assert "by manager@example.com" in text_of(progress)


def test_a_form_of_before_the_protection_restarts_nothing_and_then_proposes(
    protected: Universe, client_for: SignIn, emulator: Emulator, place: int
) -> None:
    manager = client_for("manager")
    answer = manager.post(RESTART, {"places": str(place), "sure": "on"})
    assert answer.status_code == 422
    assert "Propose it instead." in text_of(answer)
    assert 'name="proposing" value="yes"' in answer.content.decode()
    assert (launches(emulator), Proposal.objects.count()) == (0, 0)


def test_several_are_approved_at_once(
    proposal: Proposal, client_for: SignIn, emulator: Emulator
) -> None:
    admin = client_for("admin")
    address = "/proposals/approve/"
    assert "Restart servers" in text_of(admin.get(address, {"p": str(proposal.pk)}))
    admin.post(address, {"p": str(proposal.pk)})
    assert (launches(emulator), stored(proposal).state) == (1, "approved")


def test_why_it_is_proposed_may_name_secrets_so_a_part_of_the_names_shows_none(
    protected: Universe, proposal: Proposal, cast: Cast, client_for: SignIn
) -> None:
    terms = Terms(Role.VIEWER, names="SIGNING_*")
    grants.give(cast["admin"].actor, cast["stranger"].user, protected, terms)
    stranger = client_for("stranger")
    assert "the old key leaked" in text_of(client_for("viewer").get(f"/proposals/{proposal.pk}/"))
    assert stranger.get(f"/proposals/{proposal.pk}/").status_code == 404
    assert "leaked" not in text_of(stranger.get(f"/universes/{HARBOR_ID}/proposals/"))
    assert waiting.count_waiting(cast["stranger"].actor, protected) == 0


def test_declining_it_speaks_of_no_value(proposal: Proposal, client_for: SignIn) -> None:
    sent = {"choice": "decline"}
    shown = client_for("admin").post(f"/proposals/{proposal.pk}/decide/", sent, follow=True)
    assert "Declined. Nothing was sent." in text_of(shown)
    assert "proposed value" not in text_of(shown)


def test_of_two_that_ask_for_the_same_one_is_sent(
    proposal: Proposal, protected: Universe, place: int, cast: Cast, emulator: Emulator
) -> None:
    again = restart_proposals.propose(cast["manager"].actor, protected, place_ids=[place])
    other = restart_proposals.propose(cast["manager"].actor, protected)
    restart_proposals.approve(cast["admin"].actor, proposal)
    with pytest.raises(ProposalOver, match=r"admin@example\.com restarted the same servers"):
        restart_proposals.approve(cast["admin"].actor, stored(again.pk))
    assert (launches(emulator), stored(again).state) == (1, "lapsed")
    restart_proposals.approve(cast["admin"].actor, stored(other.pk))
    assert launches(emulator) == 2
