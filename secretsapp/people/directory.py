"""People as an actor may see them, and themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.core.errors import NotFound
from secretsapp.core.input_rules import is_storable
from secretsapp.core.roles import ROLE_WORDS, Permission, Role
from secretsapp.models import Grant, OneTimeCode, SignedIn, Universe, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.rules.policy import people_with, require, require_installation, rights_of


@dataclass(frozen=True)
class RoleSummary:
    """A role that a person has: in all universes, in the one named, or in so many."""

    role: str
    universes: list[str] | None

    @property
    def only(self) -> str:
        """The name of the universe where there is only one."""
        return self.universes[0] if self.universes and len(self.universes) == 1 else ""


@dataclass(frozen=True)
class PersonView:
    """A person, their roles in short, and until when a link to set their password is good."""

    person: User
    roles: list[RoleSummary]
    link_ends_at: datetime | None

    @property
    def has_entered(self) -> bool:
        """Whether they were ever here; only a person with a password could be."""
        return self.person.last_active_at is not None

    @property
    def has_password(self) -> bool:
        """Whether they could sign in."""
        return self.person.has_usable_password()


@dataclass(frozen=True)
class SessionView:
    """A session of one's own; one of them is that in which one asks."""

    session: SignedIn
    is_current: bool


def get(actor: Actor, email: str) -> User:
    """The person with that e-mail address, however it is capitalised.

    People are seen by those who give access somewhere, and by themselves; else NotFound.
    """
    # The rights are looked up in any case: the time it takes must not tell who has an account.
    may_see_people = rights_of(actor).universes_with(Permission.MANAGE_GRANTS) != set()
    user = account_of(email)
    if user is None or not (may_see_people or user.pk == actor.person_id):
        raise NotFound("There is no account with that e-mail address. Create it first.")
    return user


def acting_as(email: str) -> Actor:
    """The actor for a person named on the command line; NotFound unless they are active."""
    user = account_of(email)
    if user is None or not user.is_active:
        raise NotFound("There is no active account with that e-mail address.")
    return actors.person(user.pk, user.email, Door.SHELL)


def check_may_manage(actor: Actor) -> None:
    """Raise Forbidden for those who do not manage people."""
    require_installation(actor, Permission.MANAGE_PEOPLE)


def everybody(actor: Actor) -> list[PersonView]:
    """All people, the disabled last; raises Forbidden for those who do not manage people."""
    check_may_manage(actor)
    return _views(User.objects.order_by("-is_active", "email"))


def of_id(actor: Actor, person_id: int) -> PersonView:
    """The person of that id; raises Forbidden as `everybody` does, or NotFound."""
    check_may_manage(actor)
    for view in _views(User.objects.filter(pk=person_id)):
        return view
    raise NotFound("There is no such person here. Look at the list of people.")


def _views(people: QuerySet[User]) -> list[PersonView]:
    now = timezone.now()
    grants = Grant.objects.filter(person__in=people).exclude(until__lte=now)
    held: dict[int, list[Grant]] = {}
    for grant in grants.select_related("universe"):
        held.setdefault(grant.person_id, []).append(grant)
    codes = OneTimeCode.objects.filter(purpose=CodePurpose.PASSWORD, ends_at__gt=now)
    links = dict(codes.filter(person__in=people).values_list("person_id", "ends_at"))
    return [
        PersonView(person, _summed_up(held.get(person.pk, [])), links.get(person.pk))
        for person in people
    ]


def _summed_up(grants: Iterable[Grant]) -> list[RoleSummary]:
    """The roles, the mightiest first; those of all universes before those of some."""
    might = list(Role)

    def order(grant: Grant) -> tuple[int, bool]:
        return might.index(Role(grant.role)), grant.universe is not None

    return [
        RoleSummary(
            ROLE_WORDS[might[place]],
            sorted(grant.universe.name for grant in found if grant.universe) if partial else None,
        )
        for (place, partial), found in groupby(sorted(grants, key=order), key=order)
    ]


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
    """The active people who may list the secret of that name, by e-mail address.

    They are seen by those who may edit its details; for everyone else: Forbidden.
    """
    require(actor, Permission.EDIT_DETAILS, universe.pk, name)
    return list(people_with(Permission.LIST_SECRETS, universe.pk, name))


def account_of(email: str) -> User | None:
    """The account with that e-mail address, if any; no right is asked for.

    Addresses are stored in ASCII and lower case, and compared exactly: for some databases an `i`
    without its dot is an `i`.
    """
    address = email.strip()
    if not (address.isascii() and is_storable(address)):
        return None
    return User.objects.filter(email=address.lower()).first()
