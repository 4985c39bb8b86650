"""Grants that end soon: their holders can ask to keep them, and who gave them keeps them or not.

Silence ends a grant. Once someone said that one is to end, no one is asked about it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from secretsapp.access import grant_rows, request_mail
from secretsapp.access.answering import (
    close,
    length_words,
    no_later,
    own_end,
    tell,
    usual_hours,
    where_giving,
)
from secretsapp.access.review_items import is_own
from secretsapp.access.terms import Terms, ToGive, people_of, to_give
from secretsapp.core.actor import Actor
from secretsapp.core.errors import DecidedMeanwhile, Forbidden, InvalidInput, NotFound
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.patterns import written
from secretsapp.core.roles import Permission, Role, roles_with
from secretsapp.models import AccessRequest, Grant, Membership, User
from secretsapp.models.requests import RequestState
from secretsapp.rules.acting import Act, acting
from secretsapp.rules.holders import holdings_of
from secretsapp.rules.locks import lock_team, lock_universe
from secretsapp.rules.policy import Rights, in_force, rights_of

ENDS_WITHIN = timedelta(days=7)
TOLD, LOOKED_AT = 20, 60


@dataclass(frozen=True)
class Ending:
    """A grant that ends soon: the actor's own or their team's, or one that they may prolong.

    `can_ask` is there for the holder who has not asked yet to keep it.
    """

    grant: Grant
    is_own: bool
    can_ask: bool = False
    can_prolong: bool = False

    @property
    def names(self) -> str:
        """The names and patterns that it is for; empty for every secret."""
        return written(self.grant.names)

    @property
    def giver(self) -> str:
        """The name of who gave it, or their address."""
        named = self.grant.giver.name if self.grant.giver else ""
        return named or self.grant.given_by

    @property
    def length(self) -> str:
        """For how much longer it is kept, in words."""
        return length_words(usual_hours(self.grant))


def due(actor: Actor, now: datetime) -> Iterator[Ending]:
    """What ends soon of the actor's own, and of what they are asked about, the first one first.

    Who gave it is asked, and where they no longer could give it, everyone who could.
    """
    rights = rights_of(actor)
    own = Q(person=actor.person_id) | Q(team__in=_teams_of(actor))
    asked = Q(giver=actor.person_id)
    if rights.universes_with(Permission.MANAGE_GRANTS) != set():
        asked |= Q(~Exists(_grants_of_giver())) & where_giving(actor)
    meant = Q(ends_as_meant=False) & ~Q(person__is_active=False)
    soon = Grant.objects.filter(until__gt=now, until__lte=now + ENDS_WITHIN)
    soon = soon.filter(own | asked & meant).annotate(
        is_own=Case(When(own, then=True), default=False), has_asked=Exists(_asked())
    )
    found = soon.select_related("person", "team", "universe", "giver").prefetch_related("patterns")
    endings = (_ending(actor, rights, each) for each in found.order_by("until", "pk")[:LOOKED_AT])
    yield from [each for each in endings if each.is_own or each.can_prolong][:TOLD]


def _ending(actor: Actor, rights: Rights, grant: Grant) -> Ending:
    is_own = grant.is_own  # type: ignore[attr-defined]  # annotated
    is_personal = grant.person_id is not None and grant.person_id == actor.person_id
    can_ask = is_personal and not grant.has_asked  # type: ignore[attr-defined]  # annotated
    return Ending(grant, is_own, can_ask, not is_own and _may_give(rights, grant))


def own(actor: Actor, grant_id: int) -> Grant:
    """A grant of the actor's own that will end; raises NotFound for any other."""
    found = _ending_grants().filter(pk=grant_id, person_id=actor.person_id or 0).first()
    if found is None:
        raise NotFound("You have no such access that expires. Check your access.")
    return found


def to_decide(actor: Actor, grant_id: int) -> Grant:
    """A grant of someone else's that the actor may keep or let end; else NotFound."""
    found = _ending_grants().filter(pk=grant_id).first()
    if found is None or is_own(actor, found) or not _may_give(rights_of(actor), found):
        raise NotFound("This access isn’t here, or it isn’t yours to decide on. Check the list.")
    return found


def _ending_grants() -> QuerySet[Grant]:
    ending = Grant.objects.filter(until__gt=timezone.now())
    return ending.select_related("person", "team", "universe").prefetch_related("patterns")


def _may_give(rights: Rights, grant: Grant) -> bool:
    holdings = holdings_of(grant)
    return bool(holdings) and rights.may_give(holdings)


def _teams_of(actor: Actor) -> QuerySet[Membership, Any]:
    return Membership.objects.filter(person_id=actor.person_id).values("team")


def _asked() -> QuerySet[AccessRequest]:
    waiting = AccessRequest.objects.filter(state=RequestState.WAITING, lapses_at__gt=timezone.now())
    return waiting.filter(renews=OuterRef("pk"))


def _grants_of_giver() -> QuerySet[Grant]:
    """The grants by which who gave one, whose account is not disabled, gives access there still."""
    there = (
        Q(universe=OuterRef("universe"))
        | Q(universe=None, environment="", owner="")
        | Q(environment__gt="", environment=OuterRef("environment"))
        | Q(owner__gt="", owner=OuterRef("owner"))
        | Q(environment__gt="", environment=OuterRef("universe__environment"))
        | Q(owner__gt="", owner=OuterRef("universe__owner"))
    )
    whose = Q(person=OuterRef("giver")) | Q(team__memberships__person=OuterRef("giver"))
    giver = User.objects.filter(pk=OuterRef(OuterRef("giver")), is_active=True)
    managing = in_force().filter(whose, role__in=roles_with(Permission.MANAGE_GRANTS))
    return managing.filter(there).filter(Exists(giver))


def keep(actor: Actor, grant: Grant) -> Grant:
    """Let someone else's grant last as long again, or until the actor's own access ends.

    Raises Forbidden where it goes beyond the actor's own rights or is their own, and
    DecidedMeanwhile where someone kept it, changed or revoked it.
    """
    if grant.until is None:
        raise NotFound("This access doesn’t expire. Edit it instead.")
    limit = own_end(rights_of(actor), grant.place, Role(grant.role), grant.names)
    end = no_later(grant.until + timedelta(hours=usual_hours(grant)), limit)
    terms = Terms(Role(grant.role), written(grant.names), end, grant.reason)
    need = to_give(grant.holder, grant.universe or grant.place, terms)
    with _deciding(actor, grant, need) as act:
        for request in _waiting_about(grant):
            close(act, request, RequestState.APPROVED)
            request.grant = grant
            request.save()
            tell(act, AccessEvent.ACCESS_APPROVED, request, until=end)
            request_mail.queue_decided(request)
        return renew(act, grant, terms)


def let_end(actor: Actor, grant: Grant) -> None:
    """Say that a grant is to end as it does, so that no one is asked again; raises as `keep`."""
    if grant.until is None:
        raise NotFound("This access doesn’t expire. Edit or revoke it instead.")
    need = ToGive(tuple(holdings_of(grant)), f"decide on the access of {grant.holder}")
    with _deciding(actor, grant, need) as act:
        for request in _waiting_about(grant):
            close(act, request, RequestState.DECLINED)
            request.save()
            tell(act, AccessEvent.ACCESS_DECLINED, request)
            request_mail.queue_decided(request)
        Grant.objects.filter(pk=grant.pk).update(ends_as_meant=True)
        grant_rows.tell(act, AccessEvent.GRANT_END_CONFIRMED, grant)


def renew(act: Act, grant: Grant, terms: Terms) -> Grant:
    """Let the grant, which the act has locked, end later; everything else of it stays."""
    if grant.role != terms.role or written(grant.names) != terms.names:
        raise DecidedMeanwhile(
            "Someone changed this access meanwhile. Nothing was extended: check it and edit it."
        )
    if grant.until is None or terms.until is None or terms.until <= grant.until:
        raise InvalidInput(
            "It already lasts that long, or your own access ends before. Nothing was extended."
        )
    grant.until, grant.ends_as_meant = terms.until, False
    grant.giver_id = grant.changer_id = act.actor.person_id
    grant.given_by = act.actor.name
    grant.given_at = timezone.now()
    grant.save()
    grant_rows.tell(act, AccessEvent.GRANT_RENEWED, grant)
    return grant


@contextmanager
def _deciding(actor: Actor, grant: Grant, need: ToGive) -> Iterator[Act]:
    """An act in which someone else's grant is decided on, which is as the actor saw it."""
    with acting(actor, _OfAnother(grant), need, people=people_of(grant.holder)) as act:
        if grant.team is not None:
            lock_team(grant.team)
        if grant.universe is not None:
            lock_universe(grant.universe)
        seen = Grant.objects.select_for_update(of=("self",)).filter(
            pk=grant.pk, until=grant.until, given_at=grant.given_at, ends_as_meant=False
        )
        if not seen.exists():
            raise DecidedMeanwhile(_decided_by(grant))
        yield act


def _decided_by(grant: Grant) -> str:
    stored = Grant.objects.filter(pk=grant.pk).first()
    if stored is None:
        return "Someone revoked this access meanwhile. Nothing was changed."
    if stored.ends_as_meant:
        return "Someone decided meanwhile that it is to end. Nothing was changed."
    return f"{stored.given_by} changed or extended this access meanwhile. Nothing was changed."


def _waiting_about(grant: Grant) -> QuerySet[AccessRequest]:
    waiting = AccessRequest.objects.select_for_update(of=("self",)).filter(
        renews=grant, state=RequestState.WAITING, lapses_at__gt=timezone.now()
    )
    return waiting.select_related("person", "universe", "renews").order_by("pk")


@dataclass(frozen=True)
class _OfAnother:
    """That the grant is not the actor's own."""

    grant: Grant

    def check(self, act: Act) -> None:
        """Raise Forbidden for its holder, and for who is in the team whose it is."""
        if is_own(act.actor, self.grant):
            raise Forbidden(
                "You can’t extend your own access, or decide that it ends. Ask to keep it.",
                permission=Permission.MANAGE_GRANTS,
                universe_id=self.grant.universe_id,
            )
