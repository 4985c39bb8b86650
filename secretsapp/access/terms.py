"""What a grant says, where, and whose it is; that giving it lies within one's own rights; and why
it isn't given: it is there already, gone, or another one now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from secretsapp.core import labels
from secretsapp.core.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, StaleVersion
from secretsapp.core.patterns import EVERY_NAME, parse_patterns
from secretsapp.core.roles import ROLE_WORDS, Permission, Role
from secretsapp.core.times import sentence_time
from secretsapp.models import EVERYWHERE, Grant, Place, Team, Universe, User
from secretsapp.rules.acting import Act
from secretsapp.rules.policy import Holding

# Where access is given: in a universe, in the place that several lie in, or in all if None.
Where = Universe | Place | None
Holder = User | Team


@dataclass(frozen=True)
class Terms:
    """What a grant says: a role, for which names, until an end, and why.

    `names` are exact names and patterns as they are typed, between blanks or commas; nothing means
    every name.
    """

    role: Role
    names: str = EVERY_NAME
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class FirstGrant:
    """What a person is given with their account: terms in a place, or in all universes if None."""

    universe: Where
    terms: Terms

    @property
    def where(self) -> str:
        """The place by its name."""
        return scope_words(self.universe)


AS_ADMIN = FirstGrant(None, Terms(Role.ADMIN))


@dataclass(frozen=True)
class ToGive:
    """That a grant lies within the actor's own rights, so that they may give or take it."""

    grant: tuple[Holding, ...]
    deed: str

    def check(self, act: Act) -> None:
        """Raise Forbidden, without a word of what goes beyond."""
        if not self.grant or not act.rights.may_give(self.grant):
            place = self.grant[0].place if self.grant else EVERYWHERE
            raise _beyond(self.deed, place)


@dataclass(frozen=True)
class ToGiveSome:
    """That the actor may give some role in the place."""

    place: Place
    deed: str

    def check(self, act: Act) -> None:
        """Raise Forbidden before anything is looked up: who gives no roles there learns of none."""
        there = act.rights.over(self.place)
        if not any(holding.gives(Permission.MANAGE_GRANTS) for holding in there):
            raise _beyond(self.deed, self.place)


def people_of(holder: Holder) -> list[User]:
    """Everyone whose rights it is about: what they are just doing is done before, or refused."""
    if isinstance(holder, User):
        return [holder]
    return list(User.objects.filter(memberships__team=holder))


def place_of(where: Where) -> Place:
    """The place of a universe, of what is a place already, or of all universes."""
    if isinstance(where, Universe):
        return Place(where.pk)
    return where or EVERYWHERE


def to_give(holder: Holder, where: Where, terms: Terms) -> ToGive:
    """What giving the holder that takes; raises InvalidInput for what no grant can say."""
    labels.check_remark(terms.reason, field="reason", limit=labels.REASON_LIMIT)
    wanted = wanted_holdings(place_of(where), terms)
    _check(wanted, holder)
    check_reason(terms.role, terms.until, terms.reason)
    return ToGive(wanted, f"grant {ROLE_WORDS[terms.role]} to {holder}")


def check_reason(role: Role, until: datetime | None, reason: str) -> None:
    """Raise InvalidInput for what never expires without a reason; an admin's never does."""
    if until is None and role is not Role.ADMIN and not reason.strip():
        raise InvalidInput(
            "Access that never expires needs a reason. Enter one, or choose when it expires.",
            field="reason",
        )


def wanted_holdings(place: Place, terms: Terms) -> tuple[Holding, ...]:
    """What the terms would give there, as pieces of rights; raises InvalidInput for no pattern."""
    names = parse_patterns(terms.names)
    return tuple(Holding(terms.role, place, name, terms.until) for name in names)


def _check(wanted: Iterable[Holding], holder: Holder) -> None:
    first, *others = wanted
    if first.until is not None and first.until <= timezone.now():
        raise InvalidInput("The end is in the past. Choose a later one.", field="until")
    if first.role is not Role.ADMIN:
        return
    if not first.place.is_everywhere or first.pattern or first.until or others:
        raise InvalidInput(
            "The Admin role covers all universes and all secrets, and never expires. Choose "
            "another role for less access.",
            field="role",
        )
    if isinstance(holder, Team):
        raise InvalidInput(
            "A team can’t have the Admin role. Make each of its people an admin, or choose "
            "another role.",
            field="role",
        )


def _beyond(deed: str, place: Place) -> Forbidden:
    return Forbidden(
        f"You can’t {deed} here. The role, names or end go beyond your own access. Ask an admin.",
        permission=Permission.MANAGE_GRANTS,
        universe_id=place.universe_id,
    )


def scope_words(where: Where) -> str:
    """A place in words, within a sentence."""
    return where.name if isinstance(where, Universe) else place_of(where).words


# What a person is told who gives what is there already; a page makes it a link.
EDIT_INSTEAD = "Edit that grant instead."


class HeldAlready(AlreadyExists):
    """They have that role there for the same names, by `grant`."""

    def __init__(self, sentence: str, grant: Grant) -> None:
        super().__init__(sentence, field="person")
        self.grant = grant


def has_one(grant: Grant) -> HeldAlready:
    """The refusal of what the grant gives already."""
    role, scope = ROLE_WORDS[Role(grant.role)], grant.scope
    if grant.until is not None and grant.until <= timezone.now():
        said = f"{grant.holder} was {role} of {scope} until {sentence_time(grant.until)}."
    else:
        said = f"{grant.holder} is already {role} of {scope}."
    return HeldAlready(f"{said} {EDIT_INSTEAD}", grant)


def has_none(holder: Holder, where: Where) -> NotFound:
    """The refusal to end what isn't there."""
    return NotFound(
        f"{holder} has no role in {scope_words(where)}. Someone may have revoked it: "
        "check the list."
    )


def refuse_if_stale(grant: Grant, seen: datetime | None) -> None:
    """Raise StaleVersion where another grant was seen than this one."""
    if seen is not None and seen != grant.given_at:
        raise StaleVersion(
            f"{grant.given_by} changed the access of {grant.holder} after you opened "
            "the page, so nothing was saved. Check the current access and decide again."
        )
