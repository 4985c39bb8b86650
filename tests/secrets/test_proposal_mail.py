"""Who may approve what was proposed is told by mail, where there is a mail server."""

import pytest
import time_machine

from secretsapp.access import grants
from secretsapp.core.errors import ProposalOver
from secretsapp.core.roles import Role
from secretsapp.mail import sending
from secretsapp.models import OutgoingMail, Proposal, Universe
from secretsapp.secrets import approving, proposal_mail, proposals
from tests.granting import Terms
from tests.post_office import PostOffice, body_of
from tests.secrets.proposing import propose, protect
from tests.stage import STAGEHAND, Cast

pytestmark = pytest.mark.django_db


def test_exactly_those_are_told_who_could_approve_it(
    universe: Universe, cast: Cast, post_office: PostOffice
) -> None:
    protect(universe)
    # What the proposer gave does not let someone approve it.
    grants.give(cast["manager"].actor, cast["viewer"].user, universe, Terms(Role.EDITOR))
    proposal = propose(cast["manager"], universe)
    assert sending.send_waiting([proposal_mail.KIND]) == 3
    assert sorted(post_office.recipients) == [
        f"{name}@example.com" for name in ("admin", "editor", "rotator")
    ]
    mail = post_office.mails[0]
    assert mail["Subject"] == "Waiting for your approval in Harbor (Production)"
    for form in ("plain", "html"):
        said = body_of(mail, form)
        assert "manager@example.com" in said
        assert "rotation of PAY_KEY" in said
        assert f"/proposals/{proposal.pk}/" in said


def test_what_was_decided_meanwhile_is_told_to_no_one(
    universe: Universe, cast: Cast, post_office: PostOffice
) -> None:
    protect(universe)
    proposals.decline(cast["admin"].actor, propose(cast["manager"], universe))
    assert OutgoingMail.objects.filter(kind="change_proposed").exists()
    assert sending.send_waiting([proposal_mail.KIND]) == 0
    assert post_office.mails == []
    assert not Proposal.objects.filter(state="waiting").exists()


def test_who_proposed_what_lapsed_is_told_why(
    universe: Universe, cast: Cast, post_office: PostOffice
) -> None:
    protect(universe)
    proposal = propose(cast["rotator"], universe)
    grants.revoke_all(STAGEHAND, cast["rotator"].user, universe)
    with pytest.raises(ProposalOver):
        approving.approve(cast["manager"].actor, proposal)
    old = propose(cast["manager"], universe)
    with time_machine.travel(old.lapses_at):
        assert proposals.lapse_old() == 1
        sending.send_waiting([proposal_mail.LAPSED])
    assert post_office.recipients == ["rotator@example.com", "manager@example.com"]
    first, second = post_office.mails
    assert first["Subject"] == "Your proposal in Harbor (Production) lapsed"
    for form in ("plain", "html"):
        assert "rotation of PAY_KEY" in body_of(first, form)
        assert "can no longer rotate PAY_KEY." in body_of(first, form)
        assert "nobody decided within 7 days." in body_of(second, form)
