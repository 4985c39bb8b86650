"""Invitations that are open or have expired, as who sent them and who manages people see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.access import open_invitations
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission
from secretsapp.models import Invitation, InvitationGrant, Universe
from secretsapp.rules.paging import FIRST, Asked, Page, containing, cut
from secretsapp.rules.policy import rights_of

GIVEN_SHOWN = 3


@dataclass(frozen=True)
class InvitationView:
    """An invitation, and the first of what it gives."""

    invitation: Invitation
    given: list[InvitationGrant]
    further: int

    @property
    def has_expired(self) -> bool:
        """Whether its link works no more; it can be sent again."""
        return self.invitation.ends_at <= timezone.now()

    @property
    def ends_soon(self) -> bool:
        """Whether its link works for a day at most."""
        return self.invitation.ends_at <= timezone.now() + timedelta(days=1)

    @property
    def label(self) -> str:
        """What its menu is called."""
        return f"Actions for the invitation of {self.invitation.address}"


def sent(
    actor: Actor, universe: Universe | None = None, asked: Asked = FIRST
) -> Page[InvitationView]:
    """A page of what the actor sent, or anyone for who manages people; to a universe if given.

    `asked.search` is a part of an address.
    """
    found = _visible(actor).filter(containing(asked.search, "address"))
    if universe is not None:
        found = found.filter(grants__universe=universe).distinct()
    page = cut(found.order_by("-made_at", "-pk"), asked.number)
    return page.of(_views(page.items))


def every(actor: Actor) -> list[InvitationView]:
    """All of them at once, for the shell, the newest first."""
    return _views(_visible(actor).order_by("-made_at", "-pk"))


def of_id(actor: Actor, invitation_id: int) -> Invitation:
    """The invitation of that id; raises NotFound, also for those that others sent."""
    found = _visible(actor).filter(pk=invitation_id).first()
    if found is None:
        raise NotFound("This invitation isn’t here: it was accepted, revoked or has ended.")
    return found


def _visible(actor: Actor) -> QuerySet[Invitation]:
    found = open_invitations.pending()
    if rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE):
        return found
    return found.filter(inviter=actor.person_id)


def _views(invitations: Iterable[Invitation]) -> list[InvitationView]:
    found = ((each, list(each.grants.all())) for each in invitations)
    return [
        InvitationView(each, given[:GIVEN_SHOWN], max(0, len(given) - GIVEN_SHOWN))
        for each, given in found
    ]
