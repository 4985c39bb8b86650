"""`manage.py revoke_invitation`: an invitation's link works no more."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import whole
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import invitation_listing, invitations


class Command(ActingCommand):
    """Revokes an invitation."""

    help = "Revoke an invitation: its link stops working at once. What was accepted stays."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The invitation."""
        parser.add_argument(
            "invitation_id",
            type=whole,
            metavar="ID",
            help="Its id, as `list_invitations` shows it.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Revoke it."""
        invitation = invitation_listing.of_id(actor, options["invitation_id"])
        invitations.revoke(actor, invitation)
        return Report(
            lines=[f"Revoked the invitation of {invitation.address}."],
            data={"id": invitation.pk, "email": invitation.address},
        )
