"""Invites people, sends invitations again, revokes them, and ends those that have expired."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from secretsapp.access import open_invitations
from secretsapp.access.open_invitations import NOT_ENDED, given_by, tell
from secretsapp.access.terms import FirstGrant, place_of, to_give
from secretsapp.core import codes, labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, StaleVersion
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.patterns import parse_patterns
from secretsapp.core.roles import Permission
from secretsapp.mail import outbox
from secretsapp.models import Invitation, InvitationGrant, Universe, User
from secretsapp.models.invitations import Outcome
from secretsapp.people.accounts import TO_MANAGE, checked_email
from secretsapp.people.invitation_links import InvitationLink, hand_over
from secretsapp.rules.acting import Act, Need, NoRight, Oneself, acting
from secretsapp.rules.locks import lock_universe

GOOD_FOR = timedelta(days=7)
GREETING_LIMIT = 500
AT_ONCE, OPEN_AT_MOST = 20, 50
A_DAY, A_DAY_EACH = 200, 100
ENDED_AT_ONCE = 100
KEPT_FOR = timedelta(days=30)
TO_END = NoRight("an invitation ends by itself")


def invite(
    actor: Actor,
    emails: Sequence[str],
    given: Sequence[FirstGrant],
    *,
    greeting: str = "",
    by_mail: bool = False,
) -> list[InvitationLink]:
    """Invite each of them to the same, or none of them where one can't be invited.

    Raises Forbidden where something goes beyond the actor's own rights; nothing given at all,
    which lets in without a role, takes that they manage people. Raises InvalidInput for addresses,
    words and numbers that will not do, and AlreadyExists where they are invited to that already.
    """
    _check_mail(by_mail)
    addresses = _checked(emails)
    labels.check_remark(greeting, field="greeting", limit=GREETING_LIMIT)
    with acting(actor, *needs_of(addresses[0], given)) as act:
        for universe in universes_of(given):
            lock_universe(universe)
        _check_room(act, len(addresses))
        _refuse_disabled(act, addresses)
        _refuse_invited(act, addresses, given)
        made = Invitation(greeting=greeting.strip(), is_mailed=by_mail)
        return [_make(act, made, address, given) for address in addresses]


def _check_mail(by_mail: bool) -> None:
    if by_mail and not outbox.is_set_up():
        raise InvalidInput("This installation doesn’t send mail. Copy the links instead.")


def _checked(emails: Sequence[str]) -> list[str]:
    """The addresses as accounts have them, each once."""
    if len(emails) > AT_ONCE:
        raise InvalidInput(
            f"Invite at most {AT_ONCE} people at once. You entered {len(emails)} addresses.",
            field="emails",
        )
    found = dict.fromkeys(map(_checked_one, emails))
    if not found:
        raise InvalidInput("Enter an email address such as name@example.com.", field="emails")
    return list(found)


def _checked_one(email: str) -> str:
    try:
        return checked_email(email)
    except InvalidInput as refusal:
        raise InvalidInput(f"“{email.strip()[:80]}”: {refusal}", field="emails") from None


def needs_of(address: str, given: Sequence[FirstGrant]) -> list[Need]:
    person = User(email=address)
    return [to_give(person, each.universe, each.terms) for each in given] or [TO_MANAGE]


def universes_of(given: Sequence[FirstGrant]) -> list[Universe]:
    """The universes that it is about, in the order in which they are locked."""
    found = {
        each.universe.pk: each.universe for each in given if isinstance(each.universe, Universe)
    }
    return [found[pk] for pk in sorted(found)]


def _check_room(act: Act, count: int) -> None:
    if act.actor.is_person:
        own = open_invitations.acceptable().filter(inviter=act.actor.person_id)
        if (open_now := own.count()) + count > OPEN_AT_MOST:
            raise InvalidInput(
                f"You have {open_now} open invitations, and can have {OPEN_AT_MOST}. Revoke some, "
                "or wait until they are accepted or expire."
            )
    today = Invitation.objects.filter(made_at__gt=timezone.now() - timedelta(days=1))
    _check_day(today.count() + count, A_DAY)
    if act.actor.is_person:
        # So that one person alone doesn't use up what all have together.
        _check_day(today.filter(inviter=act.actor.person_id).count() + count, A_DAY_EACH)


def _check_day(count: int, most: int) -> None:
    if count > most:
        raise InvalidInput(
            f"That would be {count} invitations in 24 hours, and {most} is the limit. Try again "
            "tomorrow."
        )


def _refuse_disabled(act: Act, addresses: Sequence[str]) -> None:
    """Tell those who see all accounts of a disabled one; others do not learn that there is one."""
    if not act.rights.allows_installation(Permission.MANAGE_PEOPLE):
        return
    disabled = User.objects.filter(email__in=addresses, is_active=False).first()
    if disabled is not None:
        raise InvalidInput(
            f"The account of {disabled.email} is disabled. Enable it first.", field="emails"
        )


def _refuse_invited(act: Act, addresses: Sequence[str], given: Sequence[FirstGrant]) -> None:
    """Two forms sent at once invite no one twice; the actor's lock keeps the second waiting."""
    own = open_invitations.acceptable().filter(inviter=act.actor.person_id)
    wanted = _extent(given)
    for invitation in own.filter(address__in=addresses):
        if _extent(given_by(invitation)) == wanted:
            raise AlreadyExists(
                f"{invitation.address} already has an open invitation to this. Send it again, or "
                "revoke it first.",
                field="emails",
            )


def _extent(given: Sequence[FirstGrant]) -> set[tuple[object, ...]]:
    return {
        (place_of(each.universe), each.terms.role, parse_patterns(each.terms.names))
        for each in given
    }


def _make(act: Act, made: Invitation, address: str, given: Sequence[FirstGrant]) -> InvitationLink:
    now = timezone.now()
    code = codes.draw(_end(given))
    invitation = Invitation.objects.create(
        address=address,
        greeting=made.greeting,
        is_mailed=made.is_mailed,
        inviter_id=act.actor.person_id,
        invited_by=act.actor.name,
        made_at=now,
        ends_at=code.ends_at,
        hashed=code.hashed,
    )
    InvitationGrant.objects.bulk_create(_row(invitation, each) for each in given)
    tell(act, PersonEvent.PERSON_INVITED, invitation)
    return hand_over(invitation, code)


def _row(invitation: Invitation, given: FirstGrant) -> InvitationGrant:
    place, terms = place_of(given.universe), given.terms
    return InvitationGrant(
        invitation=invitation,
        universe_id=place.universe_id,
        environment=place.environment,
        owner=place.owner,
        role=terms.role,
        names=terms.names,
        until=terms.until,
        reason=terms.reason,
    )


def _end(given: Sequence[FirstGrant]) -> datetime:
    """A week from now, and before anything that it gives is over."""
    ends = [each.terms.until for each in given if each.terms.until is not None]
    return min([timezone.now() + GOOD_FOR, *ends])


def send_again(actor: Actor, invitation: Invitation, *, by_mail: bool = False) -> InvitationLink:
    """Make a new link for the invitation, in place of the one before, for another week.

    It is for who invited, while their rights suffice, and for who manages people. Raises Forbidden,
    InvalidInput, and StaleVersion where it was accepted, revoked or ended meanwhile.
    """
    _check_mail(by_mail)
    given = given_by(invitation)
    is_own = invitation.inviter_id == actor.person_id is not None
    needs = needs_of(invitation.address, given) if is_own else [TO_MANAGE]
    with acting(actor, *needs) as act:
        if is_own and invitation.outcome == Outcome.EXPIRED:
            _check_room(act, 1)
        code = codes.draw(_end(given))
        stored = Invitation.objects.filter(NOT_ENDED, pk=invitation.pk)
        renewed = {"hashed": code.hashed, "ends_at": code.ends_at, "is_mailed": by_mail}
        if stored.update(outcome="", closed_at=None, **renewed) != 1:
            raise _over(invitation)
        tell(act, PersonEvent.PERSON_INVITATION_SENT_AGAIN, invitation)
        invitation.is_mailed = by_mail
        return hand_over(invitation, code)


def revoke(actor: Actor, invitation: Invitation) -> None:
    """Let its link work no more; for who invited, and for who manages people.

    Raises Forbidden, and StaleVersion where it was accepted, revoked or ended meanwhile.
    """
    inviter = invitation.inviter
    is_own = inviter is not None and inviter.pk == actor.person_id
    with acting(actor, Oneself(inviter) if inviter and is_own else TO_MANAGE) as act:
        ended = Outcome.REVOKED, PersonEvent.PERSON_INVITATION_REVOKED
        if not open_invitations.end(act, invitation, *ended):
            raise _over(invitation)


def _over(invitation: Invitation) -> StaleVersion:
    return StaleVersion(
        f"The invitation of {invitation.address} has been accepted, revoked or ended meanwhile. "
        "Nothing was changed."
    )


def end_expired(actor: Actor) -> int:
    """End the invitations that have expired, and forget those that ended long ago.

    Gives how many have ended: as many as one round is to take, at most.
    """
    now = timezone.now()
    Invitation.objects.filter(closed_at__lte=now - KEPT_FOR).delete()
    expired = open_invitations.pending().filter(outcome="", ends_at__lte=now)[:ENDED_AT_ONCE]
    return sum(_expire(actor, invitation) for invitation in expired)


def _expire(actor: Actor, invitation: Invitation) -> bool:
    with acting(actor, TO_END) as act:
        return open_invitations.expire(act, invitation)
