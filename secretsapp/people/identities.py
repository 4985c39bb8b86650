"""Accounts at providers of single sign-on that sign people in: found, connected, disconnected.

They say who someone is, and make no account. Connecting or disconnecting one ends the person's
other sessions, as a change of their factors does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, NotFound
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.providers import Claims, Provider, SignOnRefused
from secretsapp.models import Identity, User
from secretsapp.people import identity_binding, identity_mail, sessions
from secretsapp.people.directory import FACTORS, PASSKEY, account_of
from secretsapp.people.factor_rows import bound_to
from secretsapp.people.identity_ends import end
from secretsapp.people.ways_in import known
from secretsapp.rules.acting import Act, Oneself, acting
from secretsapp.rules.noting import note
from secretsapp.rules.policy import require_oneself

OF_ANOTHER = "That account is connected to someone else’s here."
LAST_WAY_IN = (
    "It’s the only way you can sign in. Connect another one, add a passkey, or ask an admin for a "
    "link to set a password first."
)


@dataclass(frozen=True)
class Connection:
    """A provider, and the account there that is connected to one's own; `id` is None without one.

    A provider that isn't set up any more has no `id` in addresses: its account signs nobody in.
    """

    provider_id: str
    provider: str
    id: int | None = None
    shown: str = ""
    since: datetime | None = None
    used_at: datetime | None = None


def of(actor: Actor, person: User) -> list[Connection]:
    """The actor's own connections, and the providers without one; raises Forbidden for others."""
    require_oneself(actor, person)
    held = {row.issuer: row for row in person.identities.order_by("created_at")}
    configured = {each.issuer: each for each in settings.SSO_PROVIDERS}
    found = [_connection(each, held.get(each.issuer)) for each in configured.values()]
    lost = [row for issuer, row in held.items() if issuer not in configured]
    return found + [_lost(row) for row in lost]


def _connection(provider: Provider, row: Identity | None) -> Connection:
    if row is None:
        return Connection(provider.id, provider.name)
    return Connection(provider.id, provider.name, row.pk, row.shown, row.created_at, row.used_at)


def _lost(row: Identity) -> Connection:
    return Connection("", row.issuer, row.pk, row.shown, row.created_at, row.used_at)


def whom(actor: Actor, provider: Provider, claims: Claims) -> User:
    """Whom an account at a provider signs in; no right is asked for.

    An account that nobody connected yet is connected where its address is verified, by a provider
    that is trusted for it. Raises SignOnRefused, which the log is told of, and Forbidden where the
    account is disabled meanwhile.
    """
    row = _row(claims)
    person = row.person if row else _connected_by_address(actor, provider, claims)
    if person is None:
        raise refused(actor, None, provider, _nobody(provider))
    return person


def _row(claims: Claims) -> Identity | None:
    """The identity that the claims are of, unless someone edited it in the database."""
    found = Identity.objects.filter(issuer=claims.issuer, subject=claims.subject)
    row = found.select_related("person").first()
    return row if row and identity_binding.is_bound(row) else None


def record_use(claims: Claims) -> None:
    """Note that an identity has just proved who someone is."""
    found = Identity.objects.filter(issuer=claims.issuer, subject=claims.subject)
    found.update(used_at=timezone.now())


def _connected_by_address(actor: Actor, provider: Provider, claims: Claims) -> User | None:
    person = account_of(claims.address) if provider.vouches_for(claims) else None
    if person is None or person.identities.filter(issuer=claims.issuer).exists():
        return None
    if not person.is_active:
        return person
    # Who reads mail to an address is taken for its person, like who has a link that was sent there.
    oneself = known(actor, person)
    try:
        with _told_of_another(), acting(oneself, Oneself(person)) as act:
            _check_address(act, person)
            _check_free(person, provider, claims)
            _connect(act, person, provider, claims, "")
    except (AlreadyExists, NotFound):
        return None
    return person


def _check_address(act: Act, person: User) -> None:
    """Raise NotFound unless the account still has the address that it was found by.

    Nor does an address count of someone from whom an account was disconnected: it would be
    connected again by its next sign-in. Who has a second factor connects accounts themselves:
    nothing changes what signs them in before they have proved it.
    """
    found = act.people[person.pk]
    connects = found.connects_by_address and not found.is_shut and not bound_to(found, *FACTORS)
    if found.email != person.email or not connects:
        raise NotFound("There is no account with that email address.")


def connect(
    actor: Actor, person: User, provider: Provider, claims: Claims, stored_key: str
) -> None:
    """Let an account at a provider sign the actor in; all sessions end but the one with that key.

    `person` is as the session knew them: asking the provider takes seconds, in which their sessions
    may have been ended. Raises Forbidden then and for others, and AlreadyExists.
    """
    with _told_of_another(), acting(actor, Oneself(person)) as act:
        _check_free(person, provider, claims)
        _connect(act, person, provider, claims, stored_key)


def _connect(act: Act, person: User, provider: Provider, claims: Claims, stored_key: str) -> None:
    Identity.objects.create(
        person=person,
        issuer=claims.issuer,
        subject=claims.subject,
        shown=claims.shown,
        bound=identity_binding.bind(person.pk, claims.issuer, claims.subject),
    )
    detail = {"provider": provider.name, "account": claims.shown}
    act.tell(PersonEvent.PERSON_IDENTITY_CONNECTED, subject=person, detail=detail)
    identity_mail.queue(person, f"An account at {provider.name} was connected to yours")
    sessions.end_all_but(act, person, stored_key)


@contextmanager
def _told_of_another() -> Iterator[None]:
    """Raise AlreadyExists where someone else was quicker to connect the same account."""
    try:
        yield
    except IntegrityError:
        raise AlreadyExists(OF_ANOTHER) from None


def _check_free(person: User, provider: Provider, claims: Claims) -> None:
    if person.identities.filter(issuer=claims.issuer).exists():
        raise AlreadyExists(f"You have connected an account at {provider.name} already.")
    if Identity.objects.filter(issuer=claims.issuer, subject=claims.subject).exists():
        raise AlreadyExists(OF_ANOTHER)


def get(actor: Actor, person: User, identity_id: int) -> Identity:
    """The actor's own identity of that id; raises Forbidden for others, and NotFound."""
    require_oneself(actor, person)
    row = person.identities.filter(pk=identity_id).first()
    if row is None:
        raise NotFound(
            "That account isn’t connected to yours. Check the list on your account page."
        )
    return row


def disconnect(actor: Actor, person: User, identity_id: int, stored_key: str) -> None:
    """Let an account at a provider sign the actor in no more; other sessions end.

    Raises Forbidden for others, NotFound, and InvalidInput where it is their last way in.
    """
    with acting(actor, Oneself(person)) as act:
        row = get(actor, person, identity_id)
        if not has_way_in(person, besides=row):
            raise InvalidInput(LAST_WAY_IN)
        end(act, person, row)
        sessions.end_all_but(act, person, stored_key)


def has_way_in(person: User, besides: Identity | None = None) -> bool:
    """Whether anything signs the person in, beside that identity."""
    if has_password(person) or bound_to(person, PASSKEY):
        return True
    issuers = [each.issuer for each in settings.SSO_PROVIDERS]
    others = person.identities.filter(issuer__in=issuers)
    return any(identity_binding.is_bound(each) for each in others if each != besides)


def has_password(person: User) -> bool:
    """Whether a password signs the person in here."""
    return bool(settings.PASSWORD_SIGN_IN) and person.has_usable_password()


def confirming(person: User) -> list[Provider]:
    """The providers at which someone can confirm that it's them: who has nothing else for it."""
    if has_password(person) or bound_to(person, *FACTORS):
        return []
    issuers = [row.issuer for row in person.identities.all() if identity_binding.is_bound(row)]
    return [each for each in settings.SSO_PROVIDERS if each.issuer in issuers]


def check_is(actor: Actor, person: User, provider: Provider, claims: Claims) -> None:
    """Raise SignOnRefused unless it is the person who signed in at the provider."""
    row = _row(claims)
    if row is None or row.person_id != person.pk:
        raise refused(actor, person, provider, f"You signed in at {provider.name} as someone else.")


def refused(actor: Actor, person: User | None, provider: Provider, why: str) -> SignOnRefused:
    """A refusal that the log is told of."""
    note(
        actor,
        PersonEvent.PERSON_SIGN_IN_FAILED,
        subject=person,
        detail={"by": words_of(provider.name)},
    )
    return SignOnRefused(why)


def words_of(name: str) -> str:
    """How events say that someone signed in by a provider."""
    return f"single sign-on with {name}"


def _nobody(provider: Provider) -> str:
    return (
        f"No account here is connected with yours at {provider.name}. Sign in another way and "
        "connect it under “Your account”. If you have no account here, ask an admin to invite you."
    )
