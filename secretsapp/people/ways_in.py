"""Ways in that a one-time code opens: a new installation, and a password of your own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from secretsapp.access.terms import AS_ADMIN
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor
from secretsapp.core.codes import Code
from secretsapp.core.errors import CodeRefused, InvalidInput
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission, Role
from secretsapp.models import Grant, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import accounts, one_time_codes, passwords
from secretsapp.rules.acting import NoRight, Right, acting
from secretsapp.rules.noting import note

CLAIM_CODE_GOOD_FOR = timedelta(hours=1)
LINK_GOOD_FOR = timedelta(hours=24)
BY_CODE = NoRight("a one-time code, which is used up in the same transaction, is the right")


@dataclass(frozen=True)
class PasswordLink:
    """A link by which a person sets a password, once; to be shown to the person who passes it on.

    The code comes after the `#`, which no browser sends to a server.
    """

    address: str = field(repr=False)
    code: str = field(repr=False)
    ends_at: datetime


def make_link(actor: Actor, person: User) -> PasswordLink:
    """Make a link with which the person sets a password, in place of an older one.

    Raises Forbidden, and InvalidInput where the account is disabled or one's own: a session that
    was left open is not to set a password without the one of now.
    """
    with acting(actor, Right(Permission.MANAGE_PEOPLE), people=[person]) as act:
        if person.pk == actor.person_id:
            raise InvalidInput("Change your own password under “Your account”.")
        if not act.people[person.pk].is_active:
            raise InvalidInput(f"The account of {person.email} is disabled. Enable it first.")
        one_time_codes.discard(person)
        code = one_time_codes.issue(CodePurpose.PASSWORD, person, good_for=LINK_GOOD_FOR)
        act.tell(PersonEvent.PERSON_LINK_MADE, subject=person)
    return link(code)


def link(code: Code) -> PasswordLink:
    """The link of a code for a password."""
    address = f"{settings.SITE_URL}{reverse('password_set')}#{code.text}"
    return PasswordLink(address, code.text, code.ends_at)


def set_password(actor: Actor, code: Plaintext, password: Plaintext) -> User:
    """Set the password of the person whose code it is, which ends their sessions.

    The person acts, from where `actor` came. Raises CodeRefused, also for a disabled account, and
    InvalidInput for a password that will not do, after which the code is still good.
    """
    with wrong_codes_noted(actor):
        found = one_time_codes.find(code, CodePurpose.PASSWORD, *_mailed())
        person = User.objects.filter(codes=found, is_active=True).first()
        if person is None:
            raise one_time_codes.refusal()
        passwords.hash_password(person, password)
        with acting(known(actor, person), BY_CODE, people=[person]) as act:
            one_time_codes.use_up(found)
            passwords.store(act, person)
    return person


def _mailed() -> list[CodePurpose]:
    """Codes that anyone can ask for: where passwords sign nobody in, only a person gives a link."""
    return [CodePurpose.MAIL] if settings.PASSWORD_SIGN_IN else []


@contextmanager
def wrong_codes_noted(actor: Actor) -> Iterator[None]:
    """Let the log hold that a code was refused, once the transaction of what it was for is gone."""
    try:
        yield
    except CodeRefused:
        note(actor, PersonEvent.CODE_REFUSED)
        raise


def is_claimed() -> bool:
    """Whether there is an admin; no right is asked for. The last one always stays one.

    Other accounts do not count: none of them could make the first admin.
    """
    return Grant.objects.filter(role=Role.ADMIN).exists()


def has_accounts() -> bool:
    """Whether anyone could have a reason to sign in; no right is asked for."""
    return User.objects.exists()


def issue_claim_code(actor: Actor) -> Code | None:
    """A new code for the first admin, in place of an older one; None once there is one."""
    with acting(actor, Right(Permission.MANAGE_PEOPLE)) as act:
        if is_claimed():
            return None
        act.tell(InstallationEvent.INSTALLATION_CODE_ISSUED)
        return one_time_codes.issue(CodePurpose.CLAIM, None, good_for=CLAIM_CODE_GOOD_FOR)


def claim(actor: Actor, code: Plaintext, *, email: str, name: str, password: Plaintext) -> User:
    """Create the first admin account, for someone with the code from the terminal.

    The new admin acts, from where `actor` came. Raises CodeRefused, also where there is an admin
    by now, and InvalidInput or AlreadyExists for what will not do, after which the code is still
    good.
    """
    with wrong_codes_noted(actor):
        found = one_time_codes.find(code, CodePurpose.CLAIM)
        user = accounts.prepare(email=email, name=name, password=password)
        with accounts.told_of_another(), acting(actor, BY_CODE) as act:
            one_time_codes.use_up(found)
            if is_claimed():
                raise one_time_codes.refusal()
            user.save(force_insert=True)
            act.actor = known(actor, user)
            act.tell(InstallationEvent.INSTALLATION_CLAIMED)
            accounts.introduce(act, user, AS_ADMIN)
    return user


def known(actor: Actor, person: User) -> Actor:
    """The person whom a code has made known, where no one was."""
    return actors.person(person.pk, person.email, actor.door, actor.address)
