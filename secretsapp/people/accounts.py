"""Creates, disables and enables accounts, and sets passwords."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError

from secretsapp.access import grants, open_invitations, requests
from secretsapp.access.terms import FirstGrant, to_give
from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission, Role
from secretsapp.models import Grant, Proposal, User
from secretsapp.people import one_time_codes, passwords, sessions
from secretsapp.rules.acting import Act, Oneself, Right, acting
from secretsapp.rules.policy import require_installation

EMAIL_LIMIT = 254
NAME_LIMIT = 100
TO_MANAGE = Right(Permission.MANAGE_PEOPLE)


def create(
    actor: Actor,
    *,
    email: str,
    password: Plaintext | None,
    name: str = "",
    first: FirstGrant | None = None,
) -> User:
    """Create an account, with a first role or without one: both or neither.

    Without a password no one signs in to it until one is set by a link. Raises Forbidden,
    InvalidInput for an address, name, password or role that will not do, AlreadyExists.
    """
    require_installation(actor, Permission.MANAGE_PEOPLE)
    user = prepare(email=email, name=name, password=password)
    needs = [to_give(user, first.universe, first.terms)] if first else []
    with told_of_another(), acting(actor, TO_MANAGE, *needs) as act:
        user.save(force_insert=True)
        introduce(act, user, first)
    return user


@contextmanager
def told_of_another() -> Iterator[None]:
    """Raise AlreadyExists where the account that is stored within has the address of another."""
    try:
        yield
    except IntegrityError:
        raise AlreadyExists(
            "There is already an account with that email address.", field="email"
        ) from None


def prepare(*, email: str, name: str, password: Plaintext | None) -> User:
    """An account that is not stored yet; raises InvalidInput for what will not do."""
    if name:
        labels.check_person_name(name, field="name", limit=NAME_LIMIT)
    user = User(email=checked_email(email), name=name.strip())
    if password is None:
        user.set_unusable_password()
    else:
        passwords.hash_password(user, password)
    return user


def introduce(act: Act, user: User, first: FirstGrant | None) -> None:
    """Tell of an account that was just stored, and give it its first role if it has one."""
    act.tell(PersonEvent.PERSON_CREATED, subject=user)
    if first:
        grants.give_first(act, user, first)


def disable(actor: Actor, person: User) -> None:
    """End a person's access at once, with their sessions, proposals and open invitations.

    Raises Forbidden or LastAdmin.
    """
    with acting(actor, TO_MANAGE, people=[person]) as act:
        shut(act, person, keeps_an_admin=True)


def shut(act: Act, person: User, *, keeps_an_admin: bool = False) -> None:
    """End the access of a person whom the act has locked; LastAdmin where one must be left.

    Where someone else is in the account of the last admin, none is: a command enables it again.
    """
    # Whatever checks a password loads this module, and disables no one.
    from secretsapp.universes.protection import end_waiting  # noqa: PLC0415

    requests.end_of_person(act, person)
    if keeps_an_admin and Grant.objects.filter(person=person, role=Role.ADMIN).exists():
        grants.keep_an_admin_beside(person)
    one_time_codes.discard(person)
    sessions.begin_generation(person)
    sessions.delete(person.sessions.all())
    proposed = Proposal.objects.filter(proposer=person)
    end_waiting(act, proposed, f"the account of {person.email} was disabled")
    open_invitations.end_of_person(act, person)
    _set_active(act, person, False, PersonEvent.PERSON_DISABLED)


def enable(actor: Actor, person: User) -> None:
    """Give a disabled person their access back, with the grants they have; raises Forbidden."""
    with acting(actor, TO_MANAGE, people=[person]) as act:
        _set_active(act, person, True, PersonEvent.PERSON_ENABLED)


def _set_active(act: Act, person: User, active: bool, event: Event) -> None:
    changed = User.objects.filter(pk=person.pk, is_active=not active).update(is_active=active)
    person.is_active = active
    if changed:
        act.tell(event, subject=person)


def set_password(actor: Actor, person: User, password: Plaintext) -> None:
    """Set a person's password, which ends their sessions; one's own, or anyone's as an admin."""
    is_own = actor.person_id == person.pk
    if not is_own:
        require_installation(actor, Permission.MANAGE_PEOPLE)
    passwords.hash_password(person, password)
    with acting(actor, Oneself(person) if is_own else TO_MANAGE, people=[person]) as act:
        passwords.store(act, person)


def checked_email(email: str) -> str:
    """The address in lower case; two that look alike are never two accounts."""
    address = email.strip()
    if not address.isascii():
        raise InvalidInput(
            "An email address can only have ASCII letters, digits and signs. This one has "
            "another letter, which may only look like one of them. Write its domain in the "
            "`xn--` form.",
            field="email",
        )
    if not _is_email(address):
        raise InvalidInput("Enter an email address such as name@example.com.", field="email")
    return address.lower()


def _is_email(address: str) -> bool:
    """Whether it is an address; Django takes control characters between quotation marks."""
    try:
        MaxLengthValidator(EMAIL_LIMIT)(address)
        validate_email(address)
    except ValidationError:
        return False
    return address.isprintable()
