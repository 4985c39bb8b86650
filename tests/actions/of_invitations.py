"""The actions on invitations."""

from datetime import timedelta

from django.utils import timezone

from secretsapp.access import open_invitations
from secretsapp.access.terms import FirstGrant
from secretsapp.core import codes
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.models import Invitation
from secretsapp.models.invitations import Outcome
from secretsapp.people import accepting, invitation_links, invitations
from secretsapp.people.invitation_links import InvitationLink
from tests.actions.acting import PASSWORD, Action, Stage, nothing_done
from tests.actions.of_ways_in import NOBODY, WORKER
from tests.granting import Terms
from tests.stage import STAGEHAND

GUEST, STRANGER, MANAGER = "guest@example.com", "stranger@example.com", "manager@example.com"
# Links that a preparation made for the action after it.
_made: list[InvitationLink] = []


def typed() -> Plaintext:
    """The link that was made last, as it is pasted."""
    return Plaintext.from_text(_made[-1].address)


def invite(stage: Stage, email: str = GUEST) -> None:
    """Let the manager invite someone to view Harbor."""
    given = [FirstGrant(stage.universe, Terms(Role.VIEWER))]
    _made.extend(invitations.invite(stage.cast["manager"].actor, [email], given))


def let_a_command_invite(stage: Stage) -> None:
    """Let someone at the shell invite, which stands for the installation."""
    given = [FirstGrant(stage.universe, Terms(Role.VIEWER))]
    _made.extend(invitations.invite(STAGEHAND, [GUEST], given))


def invite_stranger(stage: Stage) -> None:
    """Let the manager invite someone who has an account."""
    invite(stage, STRANGER)


def invite_and_let_expire(stage: Stage) -> None:
    """Let a week go by after an invitation."""
    invite(stage)
    Invitation.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


def the_invitation() -> Invitation:
    """The only one."""
    return open_invitations.pending().get()


def end(stage: Stage, outcome: Outcome = Outcome.ENDED) -> bool:
    """End it, in an act that another function ends."""
    event = PersonEvent.PERSON_INVITATION_ENDED
    return open_invitations.end(nothing_done(stage), the_invitation(), outcome, event)


INVITATION_ACTIONS = [
    Action("invitations.invite", invite, (f"person.invited | {MANAGER} | Harbor |  | ",)),
    Action(
        "invitations.send_again",
        lambda stage: invitations.send_again(stage.cast["manager"].actor, the_invitation()),
        (f"person.invitation_sent_again | {MANAGER} | Harbor |  | ",),
        before=invite,
    ),
    Action(
        "invitations.revoke",
        lambda stage: invitations.revoke(stage.cast["manager"].actor, the_invitation()),
        (f"person.invitation_revoked | {MANAGER} | Harbor |  | ",),
        before=invite,
    ),
    Action(
        "invitations.end_expired",
        lambda _stage: invitations.end_expired(WORKER),
        ("person.invitation_ended | Sealroom (mail) | Harbor |  | ",),
        before=invite_and_let_expire,
    ),
    Action(
        "accepting.accept",
        lambda stage: accepting.accept(stage.cast["stranger"].actor, typed()),
        (
            f"person.invitation_accepted | {STRANGER} | Harbor |  | ",
            f"grant.given | {MANAGER} | Harbor |  | {STRANGER}",
        ),
        before=invite_stranger,
    ),
    Action(
        "accepting.join",
        lambda _stage: accepting.join(NOBODY, typed(), name="Gus", password=PASSWORD),
        (
            f"person.created | {GUEST} |  |  | {GUEST}",
            f"person.invitation_accepted | {GUEST} | Harbor |  | ",
            f"grant.given | {STAGEHAND.name} | Harbor |  | {GUEST}",
        ),
        before=let_a_command_invite,
    ),
    # What follows writes no event of its own.
    Action(
        "invitation_links.hand_over",
        lambda _stage: invitation_links.hand_over(the_invitation(), codes.draw(timezone.now())),
        before=invite,
    ),
    Action("invitations.needs_of", lambda _stage: invitations.needs_of(GUEST, [])),
    Action("invitations.universes_of", lambda _stage: invitations.universes_of([])),
    Action("accepting.look", lambda _stage: accepting.look(NOBODY, typed()), before=invite),
    Action("accepting.peek", lambda _stage: accepting.peek(typed()), before=invite),
    Action("open_invitations.pending", lambda _stage: open_invitations.pending()),
    Action("open_invitations.acceptable", lambda _stage: open_invitations.acceptable()),
    Action("open_invitations.still_acceptable", lambda _: open_invitations.still_acceptable()),
    Action(
        "open_invitations.given_by",
        lambda _stage: open_invitations.given_by(the_invitation()),
        before=invite,
    ),
    Action("open_invitations.end", end, before=invite),
    Action(
        "open_invitations.expire",
        lambda stage: open_invitations.expire(nothing_done(stage), the_invitation()),
        before=invite_and_let_expire,
    ),
    Action(
        "open_invitations.end_of_person",
        lambda stage: open_invitations.end_of_person(
            nothing_done(stage), stage.cast["manager"].user
        ),
        before=invite,
    ),
    Action(
        "open_invitations.end_in_universe",
        lambda stage: open_invitations.end_in_universe(nothing_done(stage), stage.universe),
        before=invite,
    ),
    Action(
        "open_invitations.tell",
        lambda stage: open_invitations.tell(
            nothing_done(stage), PersonEvent.PERSON_INVITED, the_invitation()
        ),
        before=invite,
    ),
]
