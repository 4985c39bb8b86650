"""Gives and revokes roles, never above the giver's own rights and never the last admin's."""

from datetime import datetime

from django.db import transaction
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
from secretsapp.rules import audit
from secretsapp.rules.locks import lock_person, lock_universe
from secretsapp.rules.policy import Holding, holding_of, rights_of


def give(
    actor: Actor,
    person: User,
    role: Role,
    universe: Universe | None,
    *,
    pattern: str = EVERY_NAME,
    until: datetime | None = None,
    reason: str = "",
    anew: bool = False,
    seen: datetime | None = None,
) -> Grant:
    """Give a person a role in a universe, or in all if None, in place of the one they have there.

    Raises Forbidden where the new or the old grant goes beyond the actor's own rights,
    InvalidInput, and LastAdmin where the last admin would cease to be one. With `anew` nothing is
    replaced: raises AlreadyExists if they have one there. With `seen`, the time at which the grant
    was given that the actor looked at, only that one is: raises StaleVersion where it is another
    now, and NotFound where there is none.
    """
    input_rules.check_remark(reason, field="reason", limit=input_rules.REASON_LIMIT)
    wanted = Holding(role, universe.pk if universe else None, parse_pattern(pattern), until)
    _check(wanted)
    with transaction.atomic():
        is_active = lock_person(person).is_active
        earlier = _locked_grant(person, universe)
        _require(actor, wanted, f"give {ROLE_WORDS[role]} to {person.email}")
        if not is_active:
            raise InvalidInput(
                f"The account of {person.email} is disabled. Enable it first.", field="person"
            )
        if earlier is None and seen is not None:
            raise _has_none(person, universe)
        if earlier is not None and anew:
            raise _has_one(earlier)
        if earlier is not None:
            _check_replacing(actor, earlier, role, seen)
        grant = earlier or Grant(person=person, universe=universe)
        _store(grant, wanted, reason, actor)
        event = Event.GRANT_CHANGED if earlier else Event.GRANT_GIVEN
        audit.append(entry(event, actor, grant))
    return grant


def _check_replacing(actor: Actor, earlier: Grant, role: Role, seen: datetime | None) -> None:
    _require_to_change(actor, earlier)
    _refuse_if_stale(earlier, seen)
    _keep_an_admin(earlier, still_admin=role is Role.ADMIN)


def _store(grant: Grant, wanted: Holding, reason: str, actor: Actor) -> None:
    grant.role, grant.pattern, grant.until = wanted.role, wanted.pattern, wanted.until
    grant.reason, grant.given_by, grant.given_at = reason, actor.name, timezone.now()
    grant.save()


def revoke(actor: Actor, person: User, universe: Universe | None) -> None:
    """End a person's grant in a universe, or in all if None.

    Raises NotFound where they have none there, Forbidden and LastAdmin as `give` does. Who gives
    no roles there is refused before anything is looked up, and so learns of none.
    """
    _require_some(actor, universe, person)
    with transaction.atomic():
        lock_person(person)
        grant = _locked_grant(person, universe)
        if grant is None:
            raise _has_none(person, universe)
        _require_to_change(actor, grant)
        _keep_an_admin(grant, still_admin=False)
        revoked = entry(Event.GRANT_REVOKED, actor, grant)
        grant.delete()
        audit.append(revoked)


def _has_one(grant: Grant) -> AlreadyExists:
    email, scope = grant.person.email, _scope(grant.universe)
    role = ROLE_WORDS[Role(grant.role)]
    if grant.until is not None and grant.until <= timezone.now():
        said = f"{email} had the role {role} in {scope} until {sentence_time(grant.until)}."
    else:
        said = f"{email} is {role} in {scope} already."
    return AlreadyExists(f"{said} Change that grant instead.", field="person")


def _has_none(person: User, universe: Universe | None) -> NotFound:
    return NotFound(
        f"{person.email} has no role in {_scope(universe)}. Somebody may have revoked it; look at "
        "the list."
    )


def _refuse_if_stale(grant: Grant, seen: datetime | None) -> None:
    if seen is not None and seen != grant.given_at:
        raise StaleVersion(
            f"{grant.given_by} changed the access of {grant.person.email} since you looked. "
            "Look at what holds now and decide anew."
        )


def _locked_grant(person: User, universe: Universe | None) -> Grant | None:
    """The grant of a person who is locked, with its universe locked before that is removed."""
    if universe is not None:
        lock_universe(universe)
    return Grant.objects.filter(person=person, universe=universe).first()


def _check(wanted: Holding) -> None:
    if wanted.until is not None and wanted.until <= timezone.now():
        raise InvalidInput("The end lies in the past. Choose a later one.", field="until")
    if wanted.role is Role.ADMIN and (
        wanted.universe_id is not None or wanted.pattern or wanted.until
    ):
        raise InvalidInput(
            "An admin is one everywhere, without pattern or end. Choose another role for less.",
            field="role",
        )


def _require_some(actor: Actor, universe: Universe | None, person: User) -> None:
    """Refuse who may give no role at all in the universe, or in all of them if None."""
    universe_ids = rights_of(actor).universes_with(Permission.MANAGE_GRANTS)
    if universe_ids is not None and (universe is None or universe.pk not in universe_ids):
        raise _beyond(f"change the role of {person.email}", universe.pk if universe else None)


def _require_to_change(actor: Actor, grant: Grant) -> None:
    """Refuse what goes beyond the actor's rights, without a word of what that is."""
    _require(actor, holding_of(grant), f"change the role of {grant.person.email}")


def _require(actor: Actor, grant: Holding, deed: str) -> None:
    if not rights_of(actor).may_give(grant):
        raise _beyond(deed, grant.universe_id)


def _beyond(deed: str, universe_id: int | None) -> Forbidden:
    return Forbidden(
        f"You may not {deed} there: it goes beyond your own rights in role, names or time. "
        "Ask an admin.",
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
            f"{person.email} is the last admin. Make somebody else an admin first, who counts as "
            "soon as they have set a password."
        )


def _scope(universe: Universe | None) -> str:
    return universe.name if universe else "all universes"


def entry(event: Event, actor: Actor, grant: Grant) -> audit.Entry:
    """The audit entry for what happened to a grant, with all that the grant says."""
    detail = {
        "role": ROLE_WORDS[Role(grant.role)],
        "scope": _scope(grant.universe),
        "pattern": grant.pattern,
        "until": grant.until.isoformat() if grant.until else "",
        "reason": grant.reason,
    }
    return audit.Entry(event, actor, grant.universe, subject=grant.person, detail=detail)
