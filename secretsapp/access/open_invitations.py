"""Ends invitations: with an account, with a universe, or by themselves; and tells of each."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from secretsapp.access.terms import FirstGrant, Terms
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.patterns import parse_patterns, written
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.models import Invitation, InvitationGrant, Universe, User
from secretsapp.models.invitations import Outcome
from secretsapp.rules.acting import Act

# Who can still be let in by it, the expired ones after they were sent again.
PENDING = (Outcome.OPEN, Outcome.EXPIRED)
NOT_ENDED = Q(outcome__in=PENDING)
NO_ROLE = "without a role"


def pending() -> QuerySet[Invitation]:
    """The invitations that are open or could be sent again, with what they give."""
    found = Invitation.objects.filter(NOT_ENDED)
    return found.select_related("inviter").prefetch_related("grants__universe").order_by("pk")


def still_acceptable() -> Q:
    """That the invitation is open and has not expired."""
    return Q(outcome=Outcome.OPEN, ends_at__gt=timezone.now())


def acceptable() -> QuerySet[Invitation]:
    """The invitations that can be accepted now."""
    return pending().filter(still_acceptable())


def given_by(invitation: Invitation) -> list[FirstGrant]:
    """What it gives, the universes in the order in which they are locked."""
    rows = sorted(invitation.grants.all(), key=lambda row: (row.universe_id or 0, row.pk))
    return [_given(row) for row in rows]


def _given(row: InvitationGrant) -> FirstGrant:
    terms = Terms(Role(row.role), row.names, row.until, row.reason)
    return FirstGrant(row.universe or row.place, terms)


def end(
    act: Act,
    invitation: Invitation,
    outcome: Outcome,
    event: Event,
    *,
    reason: str = "",
    only: Q = NOT_ENDED,
) -> bool:
    """End the invitation `only` where that is so, and tell why; whether it has ended now."""
    stored = Invitation.objects.filter(only, pk=invitation.pk)
    has_ended = stored.update(outcome=outcome, closed_at=timezone.now()) == 1
    if has_ended:
        tell(act, event, invitation, reason=reason)
    return has_ended


def expire(act: Act, invitation: Invitation) -> bool:
    """Let it have expired, where it is open still and its time is over; whether it was."""
    return end(
        act,
        invitation,
        Outcome.EXPIRED,
        PersonEvent.PERSON_INVITATION_ENDED,
        reason="it was not accepted in time",
        only=Q(outcome=Outcome.OPEN, ends_at__lte=timezone.now()),
    )


def end_of_person(act: Act, person: User) -> None:
    """End those that the person sent, and those to their address: their account is disabled."""
    theirs = pending().filter(inviter=person) | pending().filter(address=person.email)
    _end_each(act, theirs.distinct(), f"the account of {person.email} was disabled")


def end_in_universe(act: Act, universe: Universe) -> None:
    """End those that give something there and nowhere else: the universe is removed."""
    there = pending().filter(grants__universe=universe)
    elsewhere = InvitationGrant.objects.exclude(universe=universe).values("invitation")
    only_there = there.exclude(pk__in=elsewhere).distinct()
    _end_each(act, only_there, f"{universe.name} was removed")


def _end_each(act: Act, invitations: QuerySet[Invitation], reason: str) -> None:
    for invitation in invitations:
        end(act, invitation, Outcome.ENDED, PersonEvent.PERSON_INVITATION_ENDED, reason=reason)


def tell(act: Act, event: Event, invitation: Invitation, *, reason: str = "") -> None:
    """Tell what happened to an invitation, and what it gives.

    It is about an address and no account: who invites may not know whether there is one.
    """
    given = invitation.grants.all()
    single = given[0].universe if len(given) == 1 else None
    detail = {
        "address": invitation.address,
        "invited_by": invitation.invited_by,
        "access": ", ".join(map(_words, given)) or NO_ROLE,
    }
    act.tell(event, single, detail=detail | ({"reason": reason} if reason else {}))


def _words(given: InvitationGrant) -> str:
    names = written(parse_patterns(given.names))
    return f"{ROLE_WORDS[Role(given.role)]}{f' of {names}' if names else ''} in {given.scope}"
