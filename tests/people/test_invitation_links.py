"""Invitations by mail: the code is made when the mail is sent, and by nothing else."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access.terms import FirstGrant
from secretsapp.core.errors import CodeRefused, InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.mail import sending
from secretsapp.models import Invitation, OutgoingMail, Universe
from secretsapp.people import accepting, invitation_links, invitations
from tests.actions.of_ways_in import NOBODY
from tests.granting import Terms
from tests.people.inviting import GUEST, PASSWORD, the_invitation
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http\S+/invitation/#([0-9A-Z-]{29})")


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no answer wait."""
    monkeypatch.setattr(accepting, "ANSWER_SECONDS", 0)


def invite_by_mail(cast: Cast, universe: Universe) -> None:
    """Let the manager mail an invitation."""
    until = timezone.now() + timedelta(days=30)
    given = [FirstGrant(universe, Terms(Role.ROTATOR, "PAY_*", until))]
    greeting = "Hi & <welcome>"
    (link,) = invitations.invite(
        cast["manager"].actor, [GUEST], given, greeting=greeting, by_mail=True
    )
    assert (link.email, link.address) == (GUEST, "")


def send() -> int:
    """Let the worker send what waits."""
    return sending.send_waiting([invitation_links.KIND])


def test_a_mailed_invitation_lets_its_person_in(
    cast: Cast, universe: Universe, post_office: PostOffice
) -> None:
    invite_by_mail(cast, universe)
    waiting = OutgoingMail.objects.get()
    assert (waiting.person, waiting.address) == (None, GUEST)
    assert waiting.about == f'{{"invitation": "{the_invitation().pk}"}}'
    assert (send(), send()) == (1, 0)
    (mail,) = post_office.mails
    assert mail["Subject"].strip() == "manager@example.com invited you to Sealroom"
    text, page = body_of(mail), body_of(mail, "html")
    assert "Rotator in Harbor, for PAY_*, until" in text
    assert "Hi & <welcome>" in text
    assert "Hi &amp; &lt;welcome&gt;" in page
    (code,) = set(LINK.findall(text))
    assert code in page
    assert code not in str(list(OutgoingMail.objects.values())) + str(vars(the_invitation()))
    typed = Plaintext.from_text(code)
    user = accepting.join(NOBODY, typed, name="Gus", password=PASSWORD)
    assert user.email == GUEST


def test_what_has_ended_or_was_copied_meanwhile_is_not_mailed(
    cast: Cast, universe: Universe, post_office: PostOffice
) -> None:
    invite_by_mail(cast, universe)
    manager = cast["manager"].actor
    link = invitations.send_again(manager, the_invitation())
    assert send() == 0
    accepting.look(NOBODY, Plaintext.from_text(link.address))
    invitations.send_again(manager, the_invitation(), by_mail=True)
    with pytest.raises(CodeRefused):
        accepting.look(NOBODY, Plaintext.from_text(link.address))
    invitations.revoke(manager, the_invitation())
    assert (send(), post_office.mails) == (0, [])


def test_a_mail_that_is_tried_again_has_a_code_that_works(
    cast: Cast, universe: Universe, post_office: PostOffice
) -> None:
    invite_by_mail(cast, universe)
    post_office.is_open = False
    assert send() == 0
    OutgoingMail.objects.update(claimed_until=None)
    post_office.is_open = True
    assert send() == 1
    (code,) = set(LINK.findall(body_of(post_office.mails[0])))
    assert accepting.look(NOBODY, Plaintext.from_text(code)).invitation == the_invitation()


def test_without_a_mail_server_none_is_promised(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="doesn’t send mail"):
        invitations.invite(STAGEHAND, [GUEST], [], by_mail=True)
    assert not Invitation.objects.exists()
