"""Accepts an invitation: by a new account, or by the one that has its address.

What it gives is given by who invited, whose rights are asked for again at that moment.
"""

from dataclasses import dataclass

from django.db.models import Q

from secretsapp.access import grants, open_invitations
from secretsapp.access.open_invitations import given_by
from secretsapp.access.terms import FirstGrant, place_of
from secretsapp.core import actor as actors
from secretsapp.core import codes
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import Forbidden, InvitationRefused
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.pace import lasting
from secretsapp.core.patterns import parse_patterns
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Grant, Invitation, User
from secretsapp.models.invitations import Outcome
from secretsapp.people import accounts, one_time_codes
from secretsapp.people.directory import account_of
from secretsapp.people.invitations import needs_of, universes_of
from secretsapp.people.ways_in import known, wrong_codes_noted
from secretsapp.rules.acting import Act, NoRight, Oneself, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.noting import note
from secretsapp.rules.policy import of_place, rights_now

ANSWER_SECONDS = 0.1
BY_INVITATION = NoRight("an invitation, which is used up in the same transaction, is the right")


@dataclass(frozen=True)
class Offer:
    """What an invitation offers to whom: its grants, and whether its address has an account."""

    invitation: Invitation
    has_account: bool


def look(actor: Actor, code: Plaintext) -> Offer:
    """What the invitation with that code offers; it is not used up by that.

    Raises CodeRefused, which is the same and takes the same time whatever is wrong with the code.
    """
    with lasting(ANSWER_SECONDS), wrong_codes_noted(actor):
        return peek(code)


def peek(code: Plaintext) -> Offer:
    """The same for a page that is shown again: no one learns that a code was refused."""
    hashed = codes.hash_of(code.expose().decode("utf-8", "replace"))
    found = open_invitations.acceptable().filter(hashed=hashed).first()
    if found is None:
        raise one_time_codes.refusal()
    return Offer(found, account_of(found.address) is not None)


def accept(actor: Actor, code: Plaintext) -> Invitation:
    """Let the actor, who has the account of its address, have what the invitation gives.

    Raises CodeRefused; InvitationRefused where it is for another account, or where who invited may
    not give that any more, which ends it; NotFound where a universe was removed meanwhile.
    """
    with lasting(ANSWER_SECONDS), wrong_codes_noted(actor):
        invitation = peek(code).invitation
        person = account_of(invitation.address)
        if person is None or person.pk != actor.person_id:
            raise _for_another(actor, invitation)
        with acting(actor, Oneself(person), people=_inviters(invitation)) as act:
            giving = _giving(act, invitation)
            if giving is not None:
                _give(act, giving, invitation, person)
    if giving is None:
        raise _beyond(invitation)
    return invitation


def join(actor: Actor, code: Plaintext, *, name: str, password: Plaintext) -> User:
    """Create the account of its address, with that password and with what the invitation gives.

    Raises what `accept` does; InvalidInput for a name or password that will not do and
    AlreadyExists where there is such an account by now, after which the invitation still works.
    """
    with lasting(ANSWER_SECONDS), wrong_codes_noted(actor):
        invitation = peek(code).invitation
        if actor.person_id is not None:
            raise _for_another(actor, invitation)
        user = accounts.prepare(email=invitation.address, name=name, password=password)
        inviters = _inviters(invitation)
        with accounts.told_of_another(), acting(actor, BY_INVITATION, people=inviters) as act:
            giving = _giving(act, invitation)
            if giving is not None:
                user.save(force_insert=True)
                act.actor = known(actor, user)
                accounts.introduce(act, user, None)
                _give(act, giving, invitation, user)
    if giving is None:
        raise _beyond(invitation)
    return user


def _inviters(invitation: Invitation) -> list[User]:
    return [invitation.inviter] if invitation.inviter else []


def _for_another(actor: Actor, invitation: Invitation) -> InvitationRefused:
    note(actor, PersonEvent.CODE_REFUSED)
    return InvitationRefused(
        f"This invitation is for {invitation.address}, and you’re signed in as {actor.name}. "
        "Nothing was changed. Sign out, and open the link again."
    )


def _beyond(invitation: Invitation) -> InvitationRefused:
    return InvitationRefused(
        f"{invitation.invited_by} can no longer give this access, so the invitation has ended. "
        "Ask them or an admin for a new one."
    )


def _giving(act: Act, invitation: Invitation) -> Act | None:
    """The act in which who invited gives; None where they may not any more, which ends it.

    The universes are locked before the invitation is, as where one is removed.
    """
    given = given_by(invitation)
    for universe in universes_of(given):
        lock_universe(universe)
    inviter = _inviter(act.actor.door, invitation)
    giving = Act(inviter, rights_now(inviter), act.people, act.entries)
    try:
        for need in needs_of(invitation.address, given):
            need.check(giving)
    except Forbidden:
        ended, why = PersonEvent.PERSON_INVITATION_ENDED, f"{inviter.name} can’t give this any more"
        open_invitations.end(act, invitation, Outcome.ENDED, ended, reason=why)
        return None
    return giving


def _inviter(door: Door, invitation: Invitation) -> Actor:
    """Who invited; a command's invitation stands for the installation."""
    inviter = invitation.inviter
    if inviter is None:
        return Actor(ActorKind.COMMAND, invitation.invited_by, Door.SHELL)
    return actors.person(inviter.pk, inviter.email, door)


def _give(act: Act, giving: Act, invitation: Invitation, person: User) -> None:
    """Use the invitation up; of several at once one succeeds. Raises CodeRefused otherwise."""
    ended = Outcome.ACCEPTED, PersonEvent.PERSON_INVITATION_ACCEPTED
    only = open_invitations.still_acceptable() & Q(hashed=invitation.hashed)
    if not open_invitations.end(act, invitation, *ended, only=only):
        raise one_time_codes.refusal()
    for given in given_by(invitation):
        if not _holds_already(person, given):
            grants.give_within(giving, person, given.universe, given.terms)


def _holds_already(person: User, given: FirstGrant) -> bool:
    """Whether they have the very grant, and for as long at least."""
    names, until = parse_patterns(given.terms.names), given.terms.until
    held = Grant.objects.filter(of_place(place_of(given.universe)), person=person)
    return any(
        grant.names == names and (grant.until is None or (until and grant.until >= until))
        for grant in held.filter(role=given.terms.role).prefetch_related("patterns")
    )
