"""`manage.py list_invitations`: who was invited and has not accepted yet."""

from typing import Any

from secretsapp.core.actor import Actor
from secretsapp.core.patterns import parse_patterns
from secretsapp.core.times import sentence_time
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, place_data, table
from secretsapp.models import InvitationGrant
from secretsapp.people import invitation_listing
from secretsapp.people.invitation_listing import InvitationView

_HEADINGS = ("ID", "ADDRESS", "ACCESS", "WORKS UNTIL", "INVITED BY")


class Command(ActingCommand):
    """Lists invitations."""

    help = (
        "List the invitations that were not accepted yet: open ones, and those that have expired "
        "and can be sent again. Links are never shown. With --as, those that this person sees."
    )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show them, the newest first."""
        found = invitation_listing.every(actor)
        lines = table(_HEADINGS, [_row(view) for view in found]) if found else ["No invitations."]
        return Report(lines=lines, data={"invitations": [_data(view) for view in found]})


def _row(view: InvitationView) -> tuple[str, ...]:
    invitation = view.invitation
    more = [f"{view.further} more"] if view.further else []
    access = ", ".join([*map(_words, view.given), *more])
    end = "expired" if view.has_expired else sentence_time(invitation.ends_at)
    return str(invitation.pk), invitation.address, access or "no role", end, invitation.invited_by


def _words(given: InvitationGrant) -> str:
    names = f" for {given.names}" if given.names else ""
    return f"{given.get_role_display()} of {given.scope}{names}"


def _data(view: InvitationView) -> dict[str, Any]:
    invitation = view.invitation
    return {
        "id": invitation.pk,
        "email": invitation.address,
        "invited_by": invitation.invited_by,
        "made_at": exact_time(invitation.made_at),
        "ends_at": exact_time(invitation.ends_at),
        "expired": view.has_expired,
        "access": [_given(each) for each in invitation.grants.all()],
    }


def _given(given: InvitationGrant) -> dict[str, Any]:
    return {
        "role": given.role,
        **place_data(given.place),
        "patterns": [name for name in parse_patterns(given.names) if name],
        "until": exact_time(given.until),
    }
