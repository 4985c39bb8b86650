"""People as an actor may see them, and themselves."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db.models import Case, Count, F, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.core.errors import NotFound
from secretsapp.core.input_rules import is_storable
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission, Role
from secretsapp.core.spelling import proposal
from secretsapp.models import Grant, Identity, Membership, OneTimeCode, SignedIn, Universe, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.rules.holders import people_with, people_with_each
from secretsapp.rules.paging import FIRST, Asked, Page, containing, cut
from secretsapp.rules.policy import Rights, require, require_installation, rights_of

# So many grants of a person are named in the list of people.
NAMED = 2
APP, PASSKEY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN
# What makes a password alone too little.
FACTORS = (APP, PASSKEY)


@dataclass(frozen=True)
class PersonView:
    """A person, and until when a link to set their password is good.

    `grants` are the first of those in force, the mightiest first, and `further` how many more
    there are. `teams` are the names of those they are in, which may have access too.
    `factors` says in words what they have beside their password, if anything; `accounts`,
    how their accounts at providers of single sign-on are called that sign them in.
    """

    person: User
    grants: list[Grant]
    further: int
    teams: list[str]
    link_ends_at: datetime | None
    factors: str
    accounts: list[str]

    @property
    def has_entered(self) -> bool:
        """Whether they ever signed in."""
        return self.person.last_active_at is not None

    @property
    def has_way_in(self) -> bool:
        """Whether they could sign in."""
        return self.person.has_usable_password() or bool(self.accounts)


@dataclass(frozen=True)
class SessionView:
    """A session of the actor; one of them is that in which one asks."""

    session: SignedIn
    is_current: bool


def get(actor: Actor, email: str) -> User:
    """The person with that email address, however it is capitalised.

    People are seen by those who give access somewhere, and by themselves; else NotFound, which
    proposes a near one to those who are shown them all.
    """
    # The rights are looked up in any case: the time it takes must not tell who has an account.
    rights = rights_of(actor)
    may_see_people = rights.universes_with(Permission.MANAGE_GRANTS) != set()
    user = account_of(email)
    if user is None or not (may_see_people or user.pk == actor.person_id):
        meant = _meant(email, _shown_to(rights))
        raise NotFound(
            f"There is no account with that email address.{meant or ' Create it first.'}"
        )
    return user


def _shown_to(rights: Rights) -> QuerySet[User]:
    """The people who are listed for them: none for who gives access to some names alone."""
    if rights.allows_installation(Permission.MANAGE_PEOPLE):
        return User.objects.all()
    givers = (each for each in rights.holdings if each.gives(Permission.MANAGE_GRANTS))
    is_shown = any(each.pattern == EVERY_NAME for each in givers)
    return User.objects.filter(is_active=True) if is_shown else User.objects.none()


def _meant(email: str, people: QuerySet[User]) -> str:
    return proposal(email, {known: known for known in people.values_list("email", flat=True)})


def acting_as(email: str, *, run_by: str) -> Actor:
    """The actor for a person named on the command line; NotFound unless they are active.

    Someone who runs commands has the keys, and can see everyone. They are not that person, so what
    the operating system says of them (`run_by`) stands beside the name.
    """
    user = account_of(email)
    if user is None or not user.is_active:
        meant = _meant(email, User.objects.filter(is_active=True))
        raise NotFound(f"There is no active account with that email address.{meant}")
    person = actors.person(user.pk, user.email, Door.SHELL)
    return actors.of_run(replace(person, run_by=run_by))


def may_manage(actor: Actor) -> bool:
    """Whether the actor manages people, and so sees everyone."""
    return rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE)


def check_may_manage(actor: Actor) -> None:
    """Raise Forbidden for those who do not manage people."""
    require_installation(actor, Permission.MANAGE_PEOPLE)


def everyone(actor: Actor, asked: Asked = FIRST) -> Page[PersonView]:
    """A page of all people, the disabled last; Forbidden for those who do not manage people.

    `asked.search` is a part of a name or an email address.
    """
    check_may_manage(actor)
    found = User.objects.filter(containing(asked.search, "email", "name"))
    page = cut(found.order_by("-is_active", "email"), asked.number)
    return page.of(_views(page.items))


def of_id(actor: Actor, person_id: int) -> PersonView:
    """The person of that id; raises Forbidden as `everyone` does, or NotFound."""
    check_may_manage(actor)
    for view in _views(User.objects.filter(pk=person_id)):
        return view
    raise NotFound("This person doesn’t exist. Check the list of people.")


def _views(people: Iterable[User]) -> list[PersonView]:
    people, now = list(people), timezone.now()
    held = _first_grants(people, now)
    codes = OneTimeCode.objects.filter(purpose=CodePurpose.PASSWORD, ends_at__gt=now)
    links = dict(codes.filter(person__in=people).values_list("person_id", "ends_at"))
    teams = _teams(people)
    with_factors = factors_of_people(person.pk for person in people)
    accounts = _accounts(people)
    return [
        PersonView(
            person=person,
            grants=held.get(person.pk, []),
            further=_further(held.get(person.pk, [])),
            teams=teams.get(person.pk, []),
            link_ends_at=links.get(person.pk),
            factors=with_factors.get(person.pk, ""),
            accounts=accounts.get(person.pk, []),
        )
        for person in people
    ]


def _further(ranked: list[Any]) -> int:
    """How many grants in force there are beside these."""
    return ranked[0].held - len(ranked) if ranked else 0


def people_with_factors(person_ids: Iterable[int]) -> set[int]:
    """Which of these people have a second factor; no right is asked for."""
    return set(factors_of_people(person_ids))


def factors_of_people(person_ids: Iterable[int]) -> dict[int, str]:
    """The second factors of those people who have some, in words; no right is asked for."""
    found = Authenticator.objects.filter(user_id__in=person_ids, type__in=FACTORS)
    held: dict[int, Counter[str]] = {}
    for person_id, kind in found.values_list("user_id", "type"):
        held.setdefault(person_id, Counter())[kind] += 1
    return {person_id: _factor_words(kinds) for person_id, kinds in held.items()}


def _factor_words(kinds: Counter[str]) -> str:
    passkeys = kinds[PASSKEY]
    words = {
        APP: "authenticator app",
        PASSKEY: "passkey" if passkeys == 1 else f"{passkeys} passkeys",
    }
    return " and ".join(each for kind, each in words.items() if kinds[kind]).capitalize()


def _teams(people: list[User]) -> dict[int, list[str]]:
    """The names of the teams of each."""
    rows = Membership.objects.filter(person__in=people).order_by("team__name")
    found: dict[int, list[str]] = {}
    for person_id, name in rows.values_list("person_id", "team__name"):
        found.setdefault(person_id, []).append(name)
    return found


def _accounts(people: list[User]) -> dict[int, list[str]]:
    """The accounts at providers of each."""
    found: dict[int, list[str]] = {}
    for row in Identity.objects.filter(person__in=people).order_by("created_at"):
        found.setdefault(row.person_id, []).append(row.shown)
    return found


def _first_grants(people: list[User], now: datetime) -> dict[int, list[Grant]]:
    """The first grants in force of each, those of all universes before those of some.

    The database ranks them: someone may have one in each of a thousand places.
    """
    might = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role)))
    place = F("universe__name").asc(nulls_first=True)
    rank = Window(RowNumber(), partition_by="person_id", order_by=[might, place, "pk"])
    in_force = Grant.objects.filter(person__in=people).exclude(until__lte=now)
    ranked = in_force.annotate(rank=rank, held=Window(Count("pk"), partition_by="person_id"))
    found: dict[int, list[Grant]] = {}
    first = ranked.filter(rank__lte=NAMED).select_related("universe").order_by("rank")
    for grant in first.prefetch_related("patterns"):
        if grant.person_id is not None:
            found.setdefault(grant.person_id, []).append(grant)
    return found


def own_sessions(actor: Actor, current: str) -> list[SessionView]:
    """The actor's sessions that have not ended, the one stored as `current` first."""
    found = SignedIn.objects.filter(person_id=actor.person_id).order_by("-active_at", "pk")
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    views = [
        SessionView(session, session.stored_key == current)
        for session in found.filter(stored_key__in=living)
    ]
    return sorted(views, key=lambda view: not view.is_current)


def possible_owners(actor: Actor, universe: Universe, name: str) -> list[User]:
    """The active people who may list the secret of that name, by email address.

    They are seen by those who may edit its details; for everyone else: Forbidden.
    """
    require(actor, Permission.EDIT_DETAILS, universe.pk, name)
    return list(people_with(Permission.LIST_SECRETS, universe.pk, name))


def possible_owners_of_each(actor: Actor, universe: Universe, names: Collection[str]) -> list[User]:
    """The active people who may list each of these secrets; raises Forbidden as above."""
    for name in names:
        require(actor, Permission.EDIT_DETAILS, universe.pk, name)
    return list(people_with_each(Permission.LIST_SECRETS, universe.pk, names))


def account_of(email: str) -> User | None:
    """The account with that email address, if any; no right is asked for.

    Addresses are stored in ASCII and lower case, and compared exactly: for some databases an `i`
    without its dot is an `i`.
    """
    address = email.strip()
    if not (address.isascii() and is_storable(address)):
        return None
    return User.objects.filter(email=address.lower()).first()
