"""Passkeys of people: added, renamed, removed, and proved after a password or alone.

What is stored of one is a public key. It is encrypted for its person, so a row that was made or
moved in the database opens nothing. The counter of a passkey is not compared, as fido2 and allauth
don't either: those that are synchronized have none.
"""

from allauth.mfa.models import Authenticator
from fido2.webauthn import AttestedCredentialData

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, NotFound
from secretsapp.core.events.people import PersonEvent
from secretsapp.models import User
from secretsapp.people import factor_mail, factor_storage, identities, sessions, webauthn
from secretsapp.people.directory import PASSKEY
from secretsapp.people.factor_rows import begin_codes, bound_to, end_codes, new_row, of_type
from secretsapp.people.webauthn import Challenge, State
from secretsapp.rules.acting import Act, Oneself, acting
from secretsapp.rules.noting import note
from secretsapp.rules.policy import require_oneself

NAME_LIMIT = 60
PASSKEYS_AT_MOST = 20
WRONG_AT_SIGN_IN = (
    "That passkey didn’t work. Try again, or enter a code of your app or a recovery code."
)
WRONG_ALONE = (
    "That passkey didn’t sign you in. Use your email address and password, and add the passkey "
    "under “Your account”."
)
WORDS, ALONE_WORDS = "passkey", "passkey alone"


def begin_adding(actor: Actor, person: User) -> Challenge:
    """What the browser is asked for a new passkey; raises Forbidden for others."""
    require_oneself(actor, person)
    return webauthn.begin_adding(person, _known(person).values())


def add(
    actor: Actor, person: User, *, state: State, answer: str, name: str, stored_key: str
) -> None:
    """Let a passkey that was just made be asked for at sign-in, with recovery codes if it's first.

    All sessions end but the one with that key. Raises Forbidden for others, AlreadyExists, and
    InvalidInput.
    """
    _check_name(name)
    made = webauthn.complete_adding(state, answer, person)
    with acting(actor, Oneself(person)) as act:
        _check_room(person, made)
        credential = factor_storage.encrypt(webauthn.pack(made), person.pk)
        new_row(person, PASSKEY, {"name": name, "credential": credential}).save()
        _tell(act, PersonEvent.PERSON_FACTOR_ADDED, person, name)
        factor_mail.queue(person, f"The passkey “{name}” was added to your account")
        begin_codes(act, person)
        sessions.end_all_but(act, person, stored_key)


def _check_room(person: User, made: AttestedCredentialData) -> None:
    known = _known(person)
    if made.credential_id in known:
        raise AlreadyExists("You have added this passkey already.")
    if len(known) >= PASSKEYS_AT_MOST:
        raise InvalidInput(f"You have {PASSKEYS_AT_MOST} passkeys, as many as can be. Remove one.")


def get(actor: Actor, person: User, passkey_id: int) -> str:
    """The name of the actor's own passkey; raises Forbidden for others, and NotFound."""
    require_oneself(actor, person)
    return str(_row(person, passkey_id).data["name"])


def rename(actor: Actor, person: User, passkey_id: int, name: str) -> None:
    """Give a passkey another name; raises Forbidden for others, NotFound and InvalidInput."""
    _check_name(name)
    with acting(actor, Oneself(person)) as act:
        row = _row(person, passkey_id)
        if row.data["name"] == name:
            return
        row.data["name"] = name
        row.save(update_fields=["data"])
        _tell(act, PersonEvent.PERSON_FACTOR_RENAMED, person, name)


def remove(actor: Actor, person: User, passkey_id: int, stored_key: str) -> None:
    """Ask for that passkey no more; recovery codes go with the last factor.

    All sessions end but the one with that key. Raises Forbidden for others, NotFound, and
    InvalidInput where it is their last way in.
    """
    with acting(actor, Oneself(person)) as act:
        row = _row(person, passkey_id)
        name = row.data["name"]
        row.delete()
        if not identities.has_way_in(person):
            raise InvalidInput(identities.LAST_WAY_IN)
        end_codes(person)
        _tell(act, PersonEvent.PERSON_FACTOR_REMOVED, person, name)
        factor_mail.queue(person, f"The passkey “{name}” was removed from your account")
        sessions.end_all_but(act, person, stored_key)


def begin_proving(person: User) -> Challenge | None:
    """What the browser is asked for one of the person's passkeys; None where they have none.

    No right is asked for: the person's password was right.
    """
    known = _known(person)
    return webauthn.begin_proving(person, known.values()) if known else None


def prove(actor: Actor, person: User, *, state: State, answer: str) -> str:
    """Use one of the person's passkeys for the second step of a sign-in; says so in words.

    No right is asked for: the person's password was right, and now they prove the rest. Raises
    InvalidInput for a wrong answer, which the log is told of: someone knows the password.
    """
    known = _known(person)
    try:
        used = webauthn.complete_proving(state, answer, person, known.values())
    except InvalidInput:
        note(actor, PersonEvent.PERSON_SECOND_FACTOR_FAILED, subject=person)
        raise InvalidInput(WRONG_AT_SIGN_IN, field=webauthn.FIELD) from None
    _record_use(person, used)
    return WORDS


def prove_alone(actor: Actor, *, state: State, answer: str) -> User:
    """Whom a passkey signs in by itself: its device made sure who used it, so it is two factors.

    No right is asked for. Raises InvalidInput for a wrong answer, which the log is told of.
    """
    try:
        person = User.objects.filter(pk=webauthn.whose(answer)).first()
        known = _known(person) if person else {}
        used = webauthn.complete_alone(state, answer, known.values())
    except InvalidInput:
        person, used = None, b""
    if person is None or person.is_shut:
        note(actor, PersonEvent.PERSON_SIGN_IN_FAILED)
        raise InvalidInput(WRONG_ALONE, field=webauthn.FIELD)
    _record_use(person, used)
    return person


def _record_use(person: User, credential_id: bytes) -> None:
    for row in bound_to(person, PASSKEY):
        if _credential(row).credential_id == credential_id:
            row.record_usage()


def _known(person: User) -> dict[bytes, AttestedCredentialData]:
    """The person's passkeys by their ids at the browser."""
    found = [_credential(row) for row in bound_to(person, PASSKEY)]
    return {each.credential_id: each for each in found}


def _credential(row: Authenticator) -> AttestedCredentialData:
    return webauthn.unpack(factor_storage.decrypt(row.data["credential"]))


def _row(person: User, passkey_id: int) -> Authenticator:
    row = of_type(person, PASSKEY).filter(pk=passkey_id).first()
    if row is None:
        raise NotFound("You have no such passkey. It may have been removed meanwhile.")
    return row


def _check_name(name: str) -> None:
    labels.check_label(name, field="name", what="a name", limit=NAME_LIMIT)


def _tell(act: Act, event: PersonEvent, person: User, name: str) -> None:
    act.tell(event, subject=person, detail={"factor": f"{WORDS} “{name}”"})
