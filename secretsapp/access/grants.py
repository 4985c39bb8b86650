"""Gives and revokes roles, never above the giver's own rights and never the last admin's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    LastAdmin,
    NotFound,
    StaleVersion,
)
from secretsapp.core.events import Event
from secretsapp.core.patterns import EVERY_NAME, parse_pattern
from secretsapp.core.roles import ROLE_WORDS, Permission, Role
from secretsapp.core.times import sentence_time
from secretsapp.models import Grant, Universe, User
from secretsapp.rules.acting import Act, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import Holding, holding_of

# What a person is told who gives a role where there is one; a page makes it a link.
EDIT_INSTEAD = "Edit that grant instead."


@dataclass(frozen=True)
class Terms:
    """What a grant says: a role, for names by a pattern, until an end, and why."""

    role: Role
    pattern: str = EVERY_NAME
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class FirstGrant:
    """What a person is given with their account: terms in a universe, or in all if None."""

    universe: Universe | None
    terms: Terms

    @property
    def where(self) -> str:
        """The universe by its name, or that it is all of them."""
        return _scope(self.universe)


AS_ADMIN = FirstGrant(None, Terms(Role.ADMIN))


@dataclass(frozen=True)
class ToGive:
    """That a grant lies within the actor's own rights, so that they may give or take it."""

    grant: Holding
    deed: str

    def check(self, act: Act) -> None:
        """Raise Forbidden, without a word of what goes beyond."""
        if not act.rights.may_give(self.grant):
            raise _beyond(self.deed, self.grant.universe_id)


@dataclass(frozen=True)
class ToGiveSome:
    """That the actor may give some role in the universe, or in all of them if None."""

    universe: Universe | None
    deed: str

    def check(self, act: Act) -> None:
        """Raise Forbidden before anything is looked up: who gives no roles there learns of none."""
        universe_id = self.universe.pk if self.universe else None
        ids = act.rights.universes_with(Permission.MANAGE_GRANTS)
        if ids is not None and universe_id not in ids:
            raise _beyond(self.deed, universe_id)


def give(actor: Actor, person: User, universe: Universe | None, terms: Terms) -> Grant:
    """Give a person a role in a universe, or in all if None, in place of the one they have there.

    Raises Forbidden where the new or the old grant goes beyond the actor's own rights,
    InvalidInput, and LastAdmin where the last admin would cease to be one.
    """
    with _giving(actor, person, universe, terms) as act:
        earlier = _locked_grant(person, universe)
        if earlier is not None:
            _check_replacing(act, earlier, terms)
        return _store(act, earlier or Grant(person=person, universe=universe), terms)


def add(actor: Actor, person: User, universe: Universe | None, terms: Terms) -> Grant:
    """Give a person a role where they have none; raises AlreadyExists, and what `give` raises."""
    with _giving(actor, person, universe, terms) as act:
        if earlier := _locked_grant(person, universe):
            raise _has_one(earlier)
        return _store(act, Grant(person=person, universe=universe), terms)


def change(
    actor: Actor, person: User, universe: Universe | None, terms: Terms, *, seen: datetime
) -> Grant:
    """Let the grant that the actor looked at say something else.

    `seen` is the time at which that one was given: raises StaleVersion where it is another now,
    NotFound where there is none, and what `give` raises.
    """
    with _giving(actor, person, universe, terms) as act:
        earlier = _locked_grant(person, universe)
        if earlier is None:
            raise _has_none(person, universe)
        _check_replacing(act, earlier, terms, seen)
        return _store(act, earlier, terms)


def revoke(actor: Actor, person: User, universe: Universe | None) -> None:
    """End a person's grant in a universe, or in all if None.

    Raises NotFound where they have none there, Forbidden and LastAdmin as `give` does.
    """
    deed = _changing_role(person)
    with acting(actor, ToGiveSome(universe, deed), people=[person]) as act:
        grant = _locked_grant(person, universe)
        if grant is None:
            raise _has_none(person, universe)
        ToGive(holding_of(grant), deed).check(act)
        _keep_an_admin(grant, still_admin=False)
        tell(act, Event.GRANT_REVOKED, grant)
        grant.delete()


@contextmanager
def _giving(actor: Actor, person: User, universe: Universe | None, terms: Terms) -> Iterator[Act]:
    """An act in which the actor may give that to the person, whose account is not disabled."""
    with acting(actor, to_give(person, universe, terms), people=[person]) as act:
        if not act.people[person.pk].is_active:
            raise InvalidInput(
                f"The account of {person.email} is disabled. Enable it first.", field="person"
            )
        yield act


def to_give(person: User, universe: Universe | None, terms: Terms) -> ToGive:
    """What giving the person that takes; raises InvalidInput for what no grant can say."""
    input_rules.check_remark(terms.reason, field="reason", limit=input_rules.REASON_LIMIT)
    pattern = parse_pattern(terms.pattern)
    wanted = Holding(terms.role, universe.pk if universe else None, pattern, terms.until)
    _check(wanted)
    return ToGive(wanted, f"grant {ROLE_WORDS[terms.role]} to {person.email}")


def give_first(act: Act, person: User, first: FirstGrant) -> None:
    """Give a role to a person whose account the act has just stored.

    The act has asked for what that takes. Raises NotFound where the universe was removed.
    """
    if first.universe is not None:
        lock_universe(first.universe)
    _store(act, Grant(person=person, universe=first.universe), first.terms)


def _check_replacing(act: Act, earlier: Grant, terms: Terms, seen: datetime | None = None) -> None:
    ToGive(holding_of(earlier), _changing_role(earlier.person)).check(act)
    _refuse_if_stale(earlier, seen)
    _keep_an_admin(earlier, still_admin=terms.role is Role.ADMIN)


def _store(act: Act, grant: Grant, terms: Terms) -> Grant:
    event = Event.GRANT_GIVEN if grant._state.adding else Event.GRANT_CHANGED
    grant.role, grant.pattern = terms.role, parse_pattern(terms.pattern)
    grant.until, grant.reason = terms.until, terms.reason
    grant.given_by, grant.given_at = act.actor.name, timezone.now()
    grant.save()
    tell(act, event, grant)
    return grant


def _has_one(grant: Grant) -> AlreadyExists:
    email, scope = grant.person.email, _scope(grant.universe)
    role = ROLE_WORDS[Role(grant.role)]
    if grant.until is not None and grant.until <= timezone.now():
        said = f"{email} was {role} of {scope} until {sentence_time(grant.until)}."
    else:
        said = f"{email} is already {role} of {scope}."
    return AlreadyExists(f"{said} {EDIT_INSTEAD}", field="person")


def _has_none(person: User, universe: Universe | None) -> NotFound:
    return NotFound(
        f"{person.email} has no role in {_scope(universe)}. Someone may have revoked it: "
        "check the list."
    )


def _refuse_if_stale(grant: Grant, seen: datetime | None) -> None:
    if seen is not None and seen != grant.given_at:
        raise StaleVersion(
            f"{grant.given_by} changed the access of {grant.person.email} after you opened "
            "the page, so nothing was saved. Check the current access and decide again."
        )


def _locked_grant(person: User, universe: Universe | None) -> Grant | None:
    """The grant of a person who is locked, with its universe locked before that is removed."""
    if universe is not None:
        lock_universe(universe)
    return Grant.objects.filter(person=person, universe=universe).first()


def _check(wanted: Holding) -> None:
    if wanted.until is not None and wanted.until <= timezone.now():
        raise InvalidInput("The end is in the past. Choose a later one.", field="until")
    if wanted.role is Role.ADMIN and (
        wanted.universe_id is not None or wanted.pattern or wanted.until
    ):
        raise InvalidInput(
            "The Admin role covers all universes and all secrets, and never expires. Choose "
            "another role for less access.",
            field="role",
        )


def _changing_role(person: User) -> str:
    return f"change the role of {person.email}"


def _beyond(deed: str, universe_id: int | None) -> Forbidden:
    return Forbidden(
        f"You can’t {deed} here. The role, names or end go beyond your own access. Ask an admin.",
        permission=Permission.MANAGE_GRANTS,
        universe_id=universe_id,
    )


def _keep_an_admin(grant: Grant, *, still_admin: bool) -> None:
    if grant.role == Role.ADMIN and not still_admin:
        keep_an_admin_beside(grant.person)


def keep_an_admin_beside(person: User) -> None:
    """Raise LastAdmin unless another person who can sign in is one; locks the admins' grants."""
    admins = Grant.objects.select_for_update().filter(role=Role.ADMIN).order_by("pk")
    others = [grant.person_id for grant in admins if grant.person_id != person.pk]
    people = User.objects.filter(pk__in=others, is_active=True)
    if not any(other.has_usable_password() for other in people):
        raise LastAdmin(
            f"{person.email} is the last admin. First make someone else an admin: they count "
            "once they have set a password."
        )


def _scope(universe: Universe | None) -> str:
    return universe.name if universe else "all universes"


def tell(act: Act, event: Event, grant: Grant) -> None:
    """Tell what happened to a grant, with all that the grant says."""
    detail = {
        "role": ROLE_WORDS[Role(grant.role)],
        "scope": _scope(grant.universe),
        "pattern": grant.pattern,
        "until": grant.until.isoformat() if grant.until else "",
        "reason": grant.reason,
    }
    act.tell(event, grant.universe, subject=grant.person, detail=detail)
