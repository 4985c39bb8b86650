"""Two decide at one moment: one of them wins, and the other is told so."""

from collections.abc import Callable
from functools import partial

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import NeedsApproval, ProposalOver
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Change, Proposal, Universe
from secretsapp.people import accounts
from secretsapp.secrets import approving, changes, proposals
from secretsapp.universes import protection
from tests.secrets.proposing import NEW, propose, protect, stored
from tests.secrets.test_changes_overtaken import before_it_is_written_down
from tests.stage import STAGEHAND, Cast
from tests.support.together import together
from tests.support.watch import Watch, writes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

Deed = Callable[[Cast, Proposal], None]


def approve(cast: Cast, proposal: Proposal) -> None:
    approving.approve(cast["manager"].actor, proposal)


def decline(cast: Cast, proposal: Proposal) -> None:
    proposals.decline(cast["manager"].actor, proposal)


def withdraw(cast: Cast, proposal: Proposal) -> None:
    proposals.withdraw(cast["rotator"].actor, proposal)


def disable(cast: Cast, _proposal: Proposal) -> None:
    accounts.disable(STAGEHAND, cast["rotator"].user)


@pytest.mark.parametrize("other", [approve, decline, withdraw, disable])
def test_of_two_who_decide_one_wins(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast, other: Deed
) -> None:
    proposal = propose(cast["rotator"], protect(universe))
    emulator.clear_requests()
    mine, _theirs = results = together(
        lambda: approving.approve(cast["editor"].actor, proposal), lambda: other(cast, proposal)
    )
    lost = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, ProposalOver) for each in lost)
    is_sent = stored(proposal).state == "approved"
    assert len(lost) == (0 if other is disable and is_sent else 1)
    assert writes(emulator) == (["PATCH"] if is_sent else [])
    assert (harbor.values["PAY_KEY"] == NEW) is is_sent
    assert Change.objects.count() == int(is_sent)
    if other is not approve:
        assert (mine == "") is is_sent


def test_who_is_overtaken_by_the_other_while_roblox_is_read_sends_nothing(
    emulator: Emulator, universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for deed in (approve, decline, withdraw):
        proposal = propose(cast["rotator"], protect(universe))
        emulator.clear_requests()
        before_it_is_written_down(monkeypatch, partial(deed, cast, proposal))
        with pytest.raises(ProposalOver, match="no longer waits"):
            approving.approve(cast["editor"].actor, proposal)
        assert writes(emulator) == (["PATCH"] if deed is approve else [])


def test_what_is_protected_while_roblox_is_read_is_not_sent(
    emulator: Emulator, universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.clear_requests()
    before_it_is_written_down(monkeypatch, lambda: protection.protect(STAGEHAND, universe))
    watch = Watch()
    with pytest.raises(NeedsApproval):
        changes.rotate(
            actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(NEW)
        )
    assert (writes(emulator), watch.tags) == ([], ["universe.protected"])
    assert not Change.objects.exists()


def test_protecting_and_rotating_at_once_leave_no_change_that_came_after(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    rotated, _ = together(
        lambda: changes.rotate(
            actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(NEW)
        ),
        lambda: protection.protect(STAGEHAND, universe),
    )
    if isinstance(rotated, Change):
        assert watch.tags.index("secret.rotate.started") < watch.tags.index("universe.protected")
    else:
        assert isinstance(rotated, NeedsApproval)
        assert watch.tags == ["universe.protected"]
