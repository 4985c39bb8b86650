"""What people can do as rows, one for each grant that gives it; and that it was exported."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from secretsapp.access.abilities import together
from secretsapp.access.effective import everyone_with, everything_of
from secretsapp.access.grant_views import GrantView
from secretsapp.core import csv_text, patterns
from secretsapp.core.actor import Actor
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import Universe, User
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.holders import holdings_of

OUT_OF_SIGHT = "names you can’t see"


@dataclass(frozen=True)
class Source:
    """What a person can do in a universe by one grant; `until` is None where it never expires.

    `through` is the team whose grant it is, empty where it is the person's own.
    """

    person: str
    universe_id: int
    universe: str
    environment: str
    role: str
    can: str
    names: str
    where: str
    through: str
    until: datetime | None
    given_by: str
    given_at: datetime
    reason: str


HEADINGS = (
    "person",
    "universe_id",
    "universe",
    "environment",
    "role",
    "can",
    "names",
    "where",
    "through_team",
    "expires_utc",
    "granted_by",
    "granted_utc",
    "reason",
)


@dataclass(frozen=True)
class ToKnow:
    """That the actor may know what the person can do: their own, all, or where they give access."""

    person: User

    def check(self, act: Act) -> None:
        """Raise Forbidden for who gives no access anywhere."""
        is_own = act.actor.person_id == self.person.pk and act.people[self.person.pk].is_active
        if not is_own and act.rights.universes_with(Permission.MANAGE_GRANTS) == set():
            raise refusal(Permission.MANAGE_GRANTS)


def of_person(actor: Actor, person: User, universe: Universe | None = None) -> Iterator[Source]:
    """What a person can do, of all universes or of one; raises as `what_can` does."""
    return (
        _source(person, found.universe, view)
        for found in everything_of(actor, person, universe)
        for view in found.access.sources
    )


def of_secret(actor: Actor, universe: Universe, name: str) -> Iterator[Source]:
    """Who can do something with a secret; raises Forbidden as `who_can` does."""
    return (
        _source(found.person, universe, view)
        for found in everyone_with(actor, universe, name)
        for view in found.access.sources
    )


def export_person(actor: Actor, person: User, universe: Universe | None = None) -> Iterator[str]:
    """The same as lines of comma-separated text; the log holds that it was exported."""
    rows = of_person(actor, person, universe)
    with acting(actor, ToKnow(person), people=[person]) as act:
        detail = {"what": f"the access of {person}"}
        act.tell(AccessEvent.ACCESS_EXPORTED, universe, subject=person, detail=detail)
    return _lines(rows)


def export_secret(actor: Actor, universe: Universe, name: str) -> Iterator[str]:
    """Who can do something with a secret, in the same way."""
    with acting(actor, Right(Permission.MANAGE_GRANTS, universe.pk, name)) as act:
        detail = {"what": "who has access to a secret"}
        act.tell(AccessEvent.ACCESS_EXPORTED, universe, name, detail=detail)
    return _lines(of_secret(actor, universe, name))


def _lines(sources: Iterator[Source]) -> Iterator[str]:
    return csv_text.lines(HEADINGS, (tuple(vars(source).values()) for source in sources))


def _source(person: User, universe: Universe, view: GrantView) -> Source:
    grant = view.grant
    abilities = together(holdings_of(grant))
    return Source(
        person=person.email,
        universe_id=universe.pk,
        universe=universe.name,
        environment=universe.environment,
        role=grant.get_role_display(),
        can=abilities[0].verbs if abilities else "",
        names=_names(view),
        where=grant.scope,
        through=grant.team.name if grant.team else "",
        until=grant.until,
        given_by=grant.given_by,
        given_at=grant.given_at,
        reason=grant.reason if view.is_in_sight else "",
    )


def _names(view: GrantView) -> str:
    if view.covers_every_name:
        return "all secrets"
    return patterns.written(view.grant.names) if view.is_in_sight else OUT_OF_SIGHT
