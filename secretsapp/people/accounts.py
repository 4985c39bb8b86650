"""Creates, disables and enables accounts, sets passwords, and records who signs in."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput
from secretsapp.core.events import Event
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission, Role
from secretsapp.models import Grant, User
from secretsapp.people import one_time_codes, sessions
from secretsapp.people.directory import account_of
from secretsapp.rules import audit
from secretsapp.rules.locks import lock_person
from secretsapp.rules.policy import refusal, require_installation

SIGN_IN_FAILURE_SECONDS = 60
EMAIL_LIMIT = 254
NAME_LIMIT = 100


def create(
    actor: Actor,
    *,
    email: str,
    password: Plaintext | None,
    name: str = "",
    admin: bool = False,
) -> User:
    """Create an account; `admin` makes the person an admin in the same step.

    Without a password nobody signs in to it until one is set by a link. Raises Forbidden,
    InvalidInput for an address, name or password that will not do, AlreadyExists.
    """
    require_installation(actor, Permission.MANAGE_PEOPLE)
    user = prepare(email=email, name=name, password=password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            audit.append(*introduce(actor, user, admin=admin))
    except IntegrityError:
        raise AlreadyExists(
            "There is an account with that e-mail address already.", field="email"
        ) from None
    return user


def prepare(*, email: str, name: str, password: Plaintext | None) -> User:
    """An account that is not stored yet; raises InvalidInput for what will not do."""
    if name:
        input_rules.check_person_name(name, field="name", limit=NAME_LIMIT)
    user = User(email=_checked_email(email), name=name.strip())
    if password is None:
        user.set_unusable_password()
    else:
        hash_password(user, password)
    return user


def introduce(actor: Actor, user: User, *, admin: bool) -> list[audit.Entry]:
    """The entries for an account that was just stored; it is made an admin's if wanted."""
    entries = [audit.Entry(Event.PERSON_CREATED, actor, subject=user)]
    if admin:
        entries.append(_make_admin(actor, user))
    return entries


def _make_admin(actor: Actor, user: User) -> audit.Entry:
    grant = Grant.objects.create(
        person=user, role=Role.ADMIN, given_by=actor.name, given_at=timezone.now()
    )
    return grants.entry(Event.GRANT_GIVEN, actor, grant)


def disable(actor: Actor, person: User) -> None:
    """End a person's access at once, sessions included; raises Forbidden or LastAdmin."""
    require_installation(actor, Permission.MANAGE_PEOPLE)
    with transaction.atomic():
        lock_person(person)
        if Grant.objects.filter(person=person, role=Role.ADMIN).exists():
            grants.keep_an_admin_beside(person)
        one_time_codes.discard(person)
        sessions.delete(person.sessions.all())
        _set_active(actor, person, False, Event.PERSON_DISABLED)


def enable(actor: Actor, person: User) -> None:
    """Give a disabled person their access back, with the grants they have; raises Forbidden."""
    require_installation(actor, Permission.MANAGE_PEOPLE)
    with transaction.atomic():
        _set_active(actor, person, True, Event.PERSON_ENABLED)


def _set_active(actor: Actor, person: User, active: bool, event: Event) -> None:
    changed = User.objects.filter(pk=person.pk, is_active=not active).update(is_active=active)
    person.is_active = active
    if changed:
        audit.append(audit.Entry(event, actor, subject=person))


def set_password(actor: Actor, person: User, password: Plaintext) -> None:
    """Set a person's password, which ends their sessions; one's own, or anybody's as an admin."""
    if actor.person_id != person.pk:
        require_installation(actor, Permission.MANAGE_PEOPLE)
    hash_password(person, password)
    with transaction.atomic():
        lock_person(person)
        one_time_codes.discard(person)
        person.save(update_fields=["password"])
        sessions.delete(person.sessions.all())
        audit.append(audit.Entry(Event.PERSON_PASSWORD_SET, actor, subject=person))


def record_sign_in(actor: Actor, person: User) -> None:
    """Record that a person signed in."""
    _require_self(actor, person)
    with transaction.atomic():
        audit.append(audit.Entry(Event.PERSON_SIGNED_IN, actor, subject=person))


def record_sign_out(actor: Actor, person: User) -> None:
    """Record that a person signed out."""
    _require_self(actor, person)
    with transaction.atomic():
        audit.append(audit.Entry(Event.PERSON_SIGNED_OUT, actor, subject=person))


def record_failed_sign_in(actor: Actor, email: str) -> None:
    """Record a failed sign-in, once a minute for the same account and address at most.

    Only an address that has an account is written down: people type passwords into that field.
    """
    entry = audit.Entry(Event.PERSON_SIGN_IN_FAILED, actor, subject=account_of(email))
    with transaction.atomic():
        audit.append_unless_recent(entry, seconds=SIGN_IN_FAILURE_SECONDS, per_address=True)


def _require_self(actor: Actor, person: User) -> None:
    if actor.person_id != person.pk:
        raise refusal(Permission.MANAGE_PEOPLE)


def _checked_email(email: str) -> str:
    """The address in lower case; two that look alike are never two accounts."""
    address = email.strip()
    if not address.isascii():
        raise InvalidInput(
            "An e-mail address here holds only the letters A to Z and a to z, digits and signs of "
            "ASCII. This one has another letter, which may only look like one of them; write its "
            "domain in the `xn--` form.",
            field="email",
        )
    if not _is_email(address):
        raise InvalidInput("That is not an e-mail address such as name@example.com.", field="email")
    return address.lower()


def _is_email(address: str) -> bool:
    """Whether it is an address; Django takes control characters between quotation marks."""
    try:
        MaxLengthValidator(EMAIL_LIMIT)(address)
        validate_email(address)
    except ValidationError:
        return False
    return address.isprintable()


def hash_password(user: User, password: Plaintext) -> None:
    """Hash the password, unsaved; raises InvalidInput by Django's rules, which do not name it."""
    try:
        text = password.expose().decode("utf-8")
        validate_password(text, user)
    except UnicodeDecodeError:
        raise InvalidInput("A password must be text in UTF-8.", field="password") from None
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="password") from None
    user.set_password(text)
