"""Invitations as tests make and use them."""

from secretsapp.access import grants
from secretsapp.access.terms import FirstGrant
from secretsapp.core.actor import Actor
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.models import Invitation, Universe, User
from secretsapp.people import accepting, invitations
from secretsapp.people.invitation_links import InvitationLink
from tests.actions.of_ways_in import NOBODY
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast

PASSWORD = Plaintext(b"a sentence nobody guesses")
GUEST, STRANGER, MANAGER = "guest@example.com", "stranger@example.com", "manager@example.com"
VIEWER = Terms(Role.VIEWER)


def invite(
    actor: Actor, universe: Universe | None, email: str = GUEST, terms: Terms = VIEWER
) -> InvitationLink:
    """An invitation of one person to one place."""
    (link,) = invitations.invite(actor, [email], [FirstGrant(universe, terms)])
    return link


def code_of(link: InvitationLink) -> Plaintext:
    """What a person pastes: all of the link."""
    return Plaintext.from_text(link.address)


def join(link: InvitationLink) -> User:
    """Accept it without an account."""
    return accepting.join(NOBODY, code_of(link), name="Gus", password=PASSWORD)


def the_invitation(address: str = GUEST) -> Invitation:
    """The newest of that address."""
    return Invitation.objects.filter(address=address).latest("pk")


def demote(cast: Cast) -> None:
    """Leave the manager a role that gives no access."""
    grants.give(STAGEHAND, cast["manager"].user, Universe.objects.get(), Terms(Role.EDITOR))
