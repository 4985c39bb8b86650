"""Gives, changes and revokes grants, never beyond the actor's rights and never the last admin's."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone

from secretsapp.access.terms import (
    FirstGrant,
    Holder,
    Terms,
    ToGive,
    ToGiveSome,
    Where,
    has_none,
    has_one,
    place_of,
    refuse_if_stale,
    to_give,
    wanted_holdings,
)
from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, LastAdmin
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Event
from secretsapp.core.patterns import parse_patterns
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.models import Grant, GrantPattern, Membership, Team, Universe, User
from secretsapp.rules.acting import Act, acting
from secretsapp.rules.locks import lock_team, lock_universe
from secretsapp.rules.policy import holdings_of, of_place


def give(actor: Actor, holder: Holder, where: Where, terms: Terms) -> Grant:
    """Grant a role to a person or team, in place of every grant of theirs in exactly that place.

    Raises Forbidden where the new or an old grant goes beyond the actor's own rights,
    InvalidInput, and LastAdmin where the last admin would cease to be one.
    """
    with _giving(actor, holder, terms, where) as act:
        earlier = _locked_grants(holder, where)
        for grant in earlier:
            _check_replacing(act, grant, terms)
        first, *others = earlier or [_new(holder, where)]
        for grant in others:
            _end(act, grant)
        return _store(act, first, terms)


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
            for grant in _locked_grants(holder, where):
                if grant.role == terms.role and grant.names == names:
                    raise has_one(grant)
        return [_store(act, _new(holder, where), terms) for where in ordered]


def change(actor: Actor, grant: Grant, terms: Terms, *, seen: datetime) -> Grant:
    """Let the grant that the actor looked at say something else.

    `seen` is the time at which that one was given: raises StaleVersion where it is another now,
    NotFound where it is gone, and what `give` raises.
    """
    with _giving(actor, grant.holder, terms, _where(grant)) as act:
        stored = _locked(grant)
        _check_replacing(act, stored, terms, seen)
        return _store(act, stored, terms)


def revoke(actor: Actor, grant: Grant) -> None:
    """End one grant; raises NotFound where it is gone, Forbidden and LastAdmin as `give` does."""
    deed = _changing_role(grant.holder)
    with acting(actor, ToGiveSome(grant.place, deed), people=_people(grant.holder)) as act:
        stored = _locked(grant)
        _check_ending(act, stored)
        _end(act, stored)


def revoke_all(actor: Actor, holder: Holder, where: Where, *, role: Role | None = None) -> None:
    """End all their grants in exactly that place, or those of a role alone.

    Raises NotFound where they have none there, and what `revoke` raises; then none has ended.
    """
    place = place_of(where)
    with acting(actor, ToGiveSome(place, _changing_role(holder)), people=_people(holder)) as act:
        found = [each for each in _locked_grants(holder, where) if role in (None, each.role)]
        if not found:
            raise has_none(holder, where)
        for grant in found:
            _check_ending(act, grant)
            _end(act, grant)


@contextmanager
def _giving(actor: Actor, holder: Holder, terms: Terms, *places: Where) -> Iterator[Act]:
    """An act in which the actor may give that there, to someone who can use it."""
    first, *others = (to_give(holder, where, terms) for where in places)
    with acting(actor, first, *others, people=_people(holder)) as act:
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
    _lock(holder, where)
    return _store(act, _new(holder, where), terms)


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
    found = [each for each in _locked_grants(grant.holder, _where(grant)) if each.pk == grant.pk]
    for stored in found:
        ToGive(tuple(holdings_of(stored)), deed).check(act)
    return found[0] if found else None


def end_within(act: Act, grant: Grant) -> None:
    """End a grant within an act that may; raises LastAdmin."""
    _keep_an_admin(grant, still_admin=False)
    _end(act, grant)


def shorten_within(act: Act, grant: Grant, until: datetime) -> None:
    """Let a grant end earlier, within an act that may."""
    if grant.role == Role.ADMIN:
        raise InvalidInput("The Admin role never expires. Revoke it instead.", field="until")
    grant.until, grant.given_at = until, timezone.now()
    grant.giver_id, grant.given_by = act.actor.person_id, act.actor.name
    grant.save(update_fields=["until", "given_at", "giver", "given_by"])
    tell(act, AccessEvent.GRANT_CHANGED, grant)


def _end(act: Act, grant: Grant) -> None:
    tell(act, AccessEvent.GRANT_REVOKED, grant)
    grant.delete()


def _new(holder: Holder, where: Where) -> Grant:
    place = place_of(where)
    person, team = (holder, None) if isinstance(holder, User) else (None, holder)
    universe = where if isinstance(where, Universe) else None
    return Grant(
        person=person,
        team=team,
        universe=universe,
        environment=place.environment,
        owner=place.owner,
    )


def _store(act: Act, grant: Grant, terms: Terms) -> Grant:
    event = AccessEvent.GRANT_GIVEN if grant._state.adding else AccessEvent.GRANT_CHANGED
    grant.giver_id, grant.given_by = _giver_of(act, grant, terms), act.actor.name
    grant.role, grant.until, grant.reason = terms.role, terms.until, terms.reason
    grant.given_at, grant.ends_as_meant = timezone.now(), False
    grant.save()
    store_patterns(grant, parse_patterns(terms.names))
    tell(act, event, grant)
    return grant


def _giver_of(act: Act, grant: Grant, terms: Terms) -> int | None:
    """Who gave it: what someone leaves of their own grant, they still have from who gave it."""
    held = [] if grant._state.adding else holdings_of(grant)
    wanted = wanted_holdings(grant.place, terms)
    is_left = all(any(each.contains(new) for each in held) for new in wanted)
    is_own = grant.person_id is not None and grant.person_id == act.actor.person_id
    return grant.giver_id if is_own and is_left else act.actor.person_id


def store_patterns(grant: Grant, names: Iterable[str]) -> None:
    """Let the grant, which is stored, cover these names and patterns alone."""
    grant.patterns.all().delete()
    GrantPattern.objects.bulk_create(GrantPattern(grant=grant, pattern=each) for each in names)


def _people(holder: Holder) -> list[User]:
    """Everyone whose rights it is about: what they are just doing is done before, or refused."""
    if isinstance(holder, User):
        return [holder]
    return list(User.objects.filter(memberships__team=holder))


def _lock(holder: Holder, where: Where) -> None:
    """Lock the team, as its people are not to change now; and the universe, or it is removed."""
    if isinstance(holder, Team):
        lock_team(holder)
    if isinstance(where, Universe):
        lock_universe(where)


def _locked_grants(holder: Holder, where: Where) -> list[Grant]:
    """Their grants in exactly that place, which no one else changes now: a person is locked.

    The rows themselves are not: the last of the admins would each hold one and wait for the others.
    """
    _lock(holder, where)
    whose = {"person": holder} if isinstance(holder, User) else {"team": holder}
    found = Grant.objects.filter(of_place(place_of(where)), **whose)
    return list(found.prefetch_related("patterns").order_by("pk"))


def _locked(grant: Grant) -> Grant:
    for stored in _locked_grants(grant.holder, _where(grant)):
        if stored.pk == grant.pk:
            return stored
    raise has_none(grant.holder, _where(grant))


def _where(grant: Grant) -> Where:
    return grant.universe or grant.place


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


def tell(act: Act, event: Event, grant: Grant) -> None:
    """Tell what happened to a grant, with all that the grant says."""
    names = sorted(grant.patterns.values_list("pattern", flat=True))
    detail = {
        "role": ROLE_WORDS[Role(grant.role)],
        "scope": grant.scope,
        "pattern": patterns.written(names),
        "until": grant.until.isoformat() if grant.until else "",
        "reason": grant.reason,
    }
    act.tell(event, grant.universe, subject=grant.holder, detail=detail)
