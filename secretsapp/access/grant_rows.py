"""A grant in its rows: locked, stored with its patterns, ended, and what the log is told of it."""

from collections.abc import Iterable

from django.utils import timezone

from secretsapp.access.review_items import include_own
from secretsapp.access.terms import Holder, Terms, Where, place_of, wanted_holdings
from secretsapp.core import patterns
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Event
from secretsapp.core.patterns import parse_patterns
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.models import Grant, GrantPattern, Team, Universe, User
from secretsapp.rules.acting import Act
from secretsapp.rules.holders import holdings_of
from secretsapp.rules.locks import lock_team, lock_universe
from secretsapp.rules.policy import of_place


def all_locked(holder: Holder, where: Where) -> list[Grant]:
    """Their grants in exactly that place, which no one else changes now: a person is locked.

    The rows themselves are not: the last of the admins would each hold one and wait for the others.
    """
    lock(holder, where)
    whose = {"person": holder} if isinstance(holder, User) else {"team": holder}
    found = Grant.objects.filter(of_place(place_of(where)), **whose)
    return list(found.prefetch_related("patterns").order_by("pk"))


def locked(grant: Grant) -> Grant | None:
    """The grant as it is now, which no one else changes; None where it is gone."""
    found = all_locked(grant.holder, where_of(grant))
    return next((each for each in found if each.pk == grant.pk), None)


def lock(holder: Holder, where: Where) -> None:
    """Lock the team, as its people are not to change now; and the universe, or it is removed."""
    if isinstance(holder, Team):
        lock_team(holder)
    if isinstance(where, Universe):
        lock_universe(where)


def new(holder: Holder, where: Where) -> Grant:
    """A grant of theirs in that place, which says nothing yet and is not stored."""
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


def store(act: Act, grant: Grant, terms: Terms) -> Grant:
    """Store a new grant, or what an earlier one says from now on, and tell of it."""
    event = AccessEvent.GRANT_GIVEN if grant._state.adding else AccessEvent.GRANT_CHANGED
    grant.giver_id, grant.changer_id = _giver_of(act, grant, terms), act.actor.person_id
    grant.given_by = act.actor.name
    grant.role, grant.until, grant.reason = terms.role, terms.until, terms.reason
    grant.given_at, grant.ends_as_meant = timezone.now(), False
    grant.save()
    store_patterns(grant, parse_patterns(terms.names))
    tell(act, event, grant)
    include_own(act.actor, grant)
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


def end(act: Act, grant: Grant) -> None:
    """Delete the grant, and tell of it."""
    tell(act, AccessEvent.GRANT_REVOKED, grant)
    grant.delete()


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


def where_of(grant: Grant) -> Where:
    """Where the grant holds, as those name it who give one."""
    return grant.universe or grant.place
