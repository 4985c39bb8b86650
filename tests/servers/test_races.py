"""Two act at one moment on game servers: Roblox is sent one of it, or none."""

from collections.abc import Callable

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core import place_files
from secretsapp.core.errors import ProposalOver, SealroomError, StaleVersion
from secretsapp.core.upkeep_errors import PublishUnderWay
from secretsapp.models import Proposal, Publication, Universe
from secretsapp.secrets import forcing, proposals
from secretsapp.servers import publishing, restart_proposals
from tests.secrets.proposing import protect, stored
from tests.servers.test_restarts import launches
from tests.stage import STAGEHAND, Cast
from tests.support.game_servers import RBXL
from tests.support.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

Deed = Callable[[Cast, Proposal], object]


def approve(cast: Cast, proposal: Proposal) -> None:
    restart_proposals.approve(cast["admin"].actor, proposal)


def decline(cast: Cast, proposal: Proposal) -> None:
    proposals.decline(cast["admin"].actor, proposal)


def withdraw(cast: Cast, proposal: Proposal) -> None:
    proposals.withdraw(cast["manager"].actor, proposal)


def revoke(cast: Cast, _proposal: Proposal) -> None:
    grants.revoke(STAGEHAND, cast["manager"].user.grants.get())


def unprotect(cast: Cast, proposal: Proposal) -> None:
    forcing.unprotect(cast["admin"].actor, proposal.universe, "an emergency")


@pytest.mark.parametrize("other", [approve, decline, withdraw, revoke, unprotect])
def test_a_proposed_restart_is_sent_once_or_not_at_all(
    rotated: Universe, harbor: EmulatedUniverse, emulator: Emulator, cast: Cast, other: Deed
) -> None:
    made = restart_proposals.propose(cast["manager"].actor, protect(rotated))
    proposal = stored(made.pk)
    results = together(lambda: approve(cast, proposal), lambda: other(cast, proposal))
    lost = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, ProposalOver) for each in lost)
    is_sent = stored(proposal).state == "approved"
    assert launches(emulator) == len(harbor.fleet.restarts) == int(is_sent)


def test_of_two_who_publish_a_place_at_once_none_is_told_more_than_is_true(
    with_key: Universe, harbor: EmulatedUniverse, place: int, cast: Cast
) -> None:
    def publish(name: str) -> Publication:
        file = place_files.read(RBXL)
        actor = cast[name].actor
        return publishing.publish(actor, with_key, place_id=place, file=file, is_published=True)

    results = together(lambda: publish("admin"), lambda: publish("manager"))
    (refused,) = (each for each in results if isinstance(each, SealroomError))
    # It was refused while the other was open, or after it had ended.
    assert isinstance(refused, PublishUnderWay | StaleVersion)
    row = Publication.objects.get()
    assert (row.state, row.version) == ("succeeded", 2)
    assert harbor.fleet.latest_of(place) == 2
