"""The links of invitations: for who invites to copy, or sent by mail.

A mailed one gets its code when the mail is sent, so no code waits anywhere; until then it has one
that no one was told.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from secretsapp.access.open_invitations import acceptable
from secretsapp.core import codes
from secretsapp.core.codes import Code
from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import Invitation, InvitationGrant, User


@dataclass(frozen=True)
class InvitationLink:
    """A link by which someone accepts an invitation, once; for who invites to pass it on.

    The code comes after the `#`, which no browser sends to a server. Without an `address` it is
    mailed.
    """

    email: str
    address: str = field(repr=False)
    ends_at: datetime


def hand_over(invitation: Invitation, code: Code) -> InvitationLink:
    """The link with the code that was stored for it; queues a mail instead where it is mailed."""
    if invitation.is_mailed:
        # To the address, never to an account: who invites may not know whether there is one.
        outbox.queue(KIND, invitation.address, {"invitation": str(invitation.pk)})
    address = "" if invitation.is_mailed else _address(code)
    return InvitationLink(invitation.address, address, code.ends_at)


def _address(code: Code) -> str:
    return f"{settings.SITE_URL}{reverse('invitation')}#{code.text}"


def _write(_person: User | None, about: About) -> Letter | None:
    """The mail with a new code; nothing where it was accepted, has ended or isn't mailed now."""
    stored = acceptable().filter(pk=about["invitation"], is_mailed=True)
    invitation = stored.first()
    if invitation is None:
        return None
    code = codes.draw(invitation.ends_at)
    if not stored.order_by().update(hashed=code.hashed):
        return None
    return Letter(f"{invitation.inviter_name} invited you to Sealroom", _words(invitation, code))


def _words(invitation: Invitation, code: Code) -> dict[str, object]:
    address = _address(code)
    return {
        "inviter": invitation.inviter_name,
        "invited_by": invitation.invited_by,
        "greeting": invitation.greeting,
        "given": [_line(each) for each in invitation.grants.all()],
        "address": address,
        "page": address.partition("#")[0],
        "code": code.text,
        "ends": sentence_time(code.ends_at),
    }


def _line(given: InvitationGrant) -> str:
    names = f", for {given.names}" if given.names else ""
    end = f", until {sentence_time(given.until)}" if given.until else ""
    return f"{given.get_role_display()} in {given.scope}{names}{end}"


KIND = Kind("invitation", _write)
