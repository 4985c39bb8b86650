"""Gives, changes and revokes grants, never beyond the actor's rights and never the last admin's."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone

from secretsapp.access import grant_rows
from secretsapp.access.terms import (
    FirstGrant,
    Holder,
    Terms,
    ToGive,
    ToGiveSome,
    Where,
    has_none,
    has_one,
    people_of,
    place_of,
    refuse_if_stale,
    to_give,
)
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, LastAdmin
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.patterns import parse_patterns
from secretsapp.core.roles import Role
from secretsapp.models import Grant, Membership, Team, User
from secretsapp.rules.acting import Act, acting
from secretsapp.rules.holders import holdings_of
from secretsapp.rules.locks import lock_team


def give(actor: Actor, holder: Holder, where: Where, terms: Terms) -> Grant:
    """Grant a role to a person or team, in place of every grant of theirs in exactly that place.

    Raises Forbidden where the new or an old grant goes beyond the actor's own rights,
    InvalidInput, and LastAdmin where the last admin would cease to be one.
    """
    with _giving(actor, holder, terms, where) as act:
        earlier = grant_rows.all_locked(holder, where)
        for grant in earlier:
            _check_replacing(act, grant, terms)
        first, *others = earlier or [grant_rows.new(holder, where)]
        for grant in others:
            grant_rows.end(act, grant)
        return grant_rows.store(act, first, terms)


def add(actor: Actor, holder: Holder, where: Where, terms: Terms) -> Grant:
    """Grant a role beside what they have there; raises what `give` raises.

    HeldAlready is raised where they have that role there for the same names.
    """
    return add_all(actor, holder, [where], terms)[0]


def add_all(actor: Actor, holder: Holder, places: Iterable[Where], terms: Terms) -> list[Grant]:
    """The same in several places: in all of them, or in none where `add` would raise for one."""
    # Universes are locked by their ids, so that no two of these wait for each other.
    ordered = sorted(places, key=lambda where: place_of(where).universe_id or 0)
    names = parse_patterns(terms.names)
    with _giving(actor, holder, terms, *ordered) as act:
        for where in ordered:
            for grant in grant_rows.all_locked(holder, where):
                if grant.role == terms.role and grant.names == names:
                    raise has_one(grant)
        return [grant_rows.store(act, grant_rows.new(holder, where), terms) for where in ordered]


def change(actor: Actor, grant: Grant, terms: Terms, *, seen: datetime) -> Grant:
    """Let the grant that the actor looked at say something else.

    `seen` is the time at which that one was given: raises StaleVersion where it is another now,
    NotFound where it is gone, and what `give` raises.
    """
    with _giving(actor, grant.holder, terms, grant_rows.where_of(grant)) as act:
        stored = _locked(grant)
        _check_replacing(act, stored, terms, seen)
        return grant_rows.store(act, stored, terms)


def revoke(actor: Actor, grant: Grant) -> None:
    """End one grant; raises NotFound where it is gone, Forbidden and LastAdmin as `give` does."""
    deed = _changing_role(grant.holder)
    with acting(actor, ToGiveSome(grant.place, deed), people=people_of(grant.holder)) as act:
        stored = _locked(grant)
        _check_ending(act, stored)
        grant_rows.end(act, stored)


def revoke_all(actor: Actor, holder: Holder, where: Where, *, role: Role | None = None) -> None:
    """End all their grants in exactly that place, or those of a role alone.

    Raises NotFound where they have none there, and what `revoke` raises; then none has ended.
    """
    place = place_of(where)
    with acting(actor, ToGiveSome(place, _changing_role(holder)), people=people_of(holder)) as act:
        found = [each for each in grant_rows.all_locked(holder, where) if role in (None, each.role)]
        if not found:
            raise has_none(holder, where)
        for grant in found:
            _check_ending(act, grant)
            grant_rows.end(act, grant)


@contextmanager
def _giving(actor: Actor, holder: Holder, terms: Terms, *places: Where) -> Iterator[Act]:
    """An act in which the actor may give that there, to someone who can use it."""
    first, *others = (to_give(holder, where, terms) for where in places)
    with acting(actor, first, *others, people=people_of(holder)) as act:
        if isinstance(holder, Team):
            lock_team(holder)
            _require_people(holder)
        elif not act.people[holder.pk].is_active:
            raise InvalidInput(
                f"The account of {holder.email} is disabled. Enable it first.", field="person"
            )
        yield act


def _require_people(team: Team) -> None:
    if not Membership.objects.filter(team=team, person__is_active=True).exists():
        raise InvalidInput(
            f"No one active is in the team {team}. Add someone to it first.", field="person"
        )


def give_first(act: Act, person: User, first: FirstGrant) -> None:
    """Give a role to a person whose account the act has just stored.

    The act has asked for what that takes. Raises NotFound where the universe was removed.
    """
    give_within(act, person, first.universe, first.terms)


def give_within(act: Act, holder: Holder, where: Where, terms: Terms) -> Grant:
    """Give a role within an act that has asked for what it takes."""
    grant_rows.lock(holder, where)
    return grant_rows.store(act, grant_rows.new(holder, where), terms)


def _check_replacing(act: Act, earlier: Grant, terms: Terms, seen: datetime | None = None) -> None:
    _may_take(earlier).check(act)
    refuse_if_stale(earlier, seen)
    _keep_an_admin(earlier, still_admin=terms.role is Role.ADMIN)


def _check_ending(act: Act, grant: Grant) -> None:
    _may_take(grant).check(act)
    _keep_an_admin(grant, still_admin=False)


def _may_take(grant: Grant) -> ToGive:
    return ToGive(tuple(holdings_of(grant)), _changing_role(grant.holder))


def locked_within(act: Act, grant: Grant, deed: str) -> Grant | None:
    """The grant as it is now, which no one else changes; None where it is gone.

    Raises Forbidden where it goes beyond the actor's rights by now.
    """
    stored = grant_rows.locked(grant)
    if stored is not None:
        ToGive(tuple(holdings_of(stored)), deed).check(act)
    return stored


def end_within(act: Act, grant: Grant) -> None:
    """End a grant within an act that may; raises LastAdmin."""
    _keep_an_admin(grant, still_admin=False)
    grant_rows.end(act, grant)


def shorten_within(act: Act, grant: Grant, until: datetime) -> None:
    """Let a grant end earlier, within an act that may."""
    if grant.role == Role.ADMIN:
        raise InvalidInput("The Admin role never expires. Revoke it instead.", field="until")
    grant.until, grant.given_at = until, timezone.now()
    grant.giver_id = grant.changer_id = act.actor.person_id
    grant.given_by = act.actor.name
    grant.save(update_fields=["until", "given_at", "giver", "changer", "given_by"])
    grant_rows.tell(act, AccessEvent.GRANT_CHANGED, grant)


def _locked(grant: Grant) -> Grant:
    stored = grant_rows.locked(grant)
    if stored is None:
        raise has_none(grant.holder, grant_rows.where_of(grant))
    return stored


def _changing_role(holder: Holder) -> str:
    return f"change the role of {holder}"


def _keep_an_admin(grant: Grant, *, still_admin: bool) -> None:
    if grant.role == Role.ADMIN and not still_admin and grant.person is not None:
        keep_an_admin_beside(grant.person)


def keep_an_admin_beside(person: User) -> None:
    """Raise LastAdmin unless another person who can sign in is one; locks the admins' grants."""
    admins = Grant.objects.select_for_update().filter(role=Role.ADMIN).order_by("pk")
    ids = {grant.person_id for grant in admins}
    others = [pk for pk in ids if pk is not None and pk != person.pk]
    people = User.objects.filter(pk__in=others, is_active=True)
    if not any(other.has_usable_password() for other in people):
        raise LastAdmin(
            f"{person.email} is the last admin. First make someone else an admin: they count "
            "once they have set a password."
        )
