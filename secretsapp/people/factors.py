"""Second factors: an authenticator app, and recovery codes for when it is lost; passkeys in a list.

The rows and the arithmetic are allauth's (RFC 6238 for codes); who may change them, and that the
log is told, is ours. Changing a factor ends the person's other sessions, and devices that
are known for them are known no more.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, NotFound
from secretsapp.core.events.people import PersonEvent
from secretsapp.models import User
from secretsapp.people import factor_mail, factor_storage, sessions
from secretsapp.people.directory import APP, FACTORS, PASSKEY
from secretsapp.people.factor_rows import (
    CODES,
    begin_codes,
    bound_to,
    end_codes,
    new_row,
    of_type,
    replace_codes,
)
from secretsapp.rules.acting import Oneself, acting
from secretsapp.rules.noting import note
from secretsapp.rules.policy import require_oneself

WRONG_CODE = (
    "That code didn’t work. Enter the one your app shows now; if it keeps failing, check that the "
    "clock of your phone is right."
)
WRONG_CODE_AT_SIGN_IN = (
    "That code didn’t work. Each code works once. Enter the one your app shows now, or a recovery "
    "code that you haven’t used."
)
APP_WORDS = "authenticator app"
VIEWED_AT = "viewed_at"
# How a sign-in's records name that a second factor was proved.
PROVED = "second_factor"


@dataclass(frozen=True)
class Passkey:
    """A passkey of a person, as they see it: the name that they gave it, and when it was used."""

    id: int
    name: str
    since: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    """What a person has beside their password, and since when; None where they lack it."""

    app_since: datetime | None = None
    app_used_at: datetime | None = None
    passkeys: tuple[Passkey, ...] = ()
    codes_left: int = 0
    codes_since: datetime | None = None
    has_unseen_codes: bool = False

    @property
    def is_on(self) -> bool:
        """Whether a password alone does not sign them in."""
        return self.app_since is not None or bool(self.passkeys)

    @property
    def is_last(self) -> bool:
        """Whether they have one factor alone: without it a password signs them in."""
        return (self.app_since is not None) + len(self.passkeys) == 1


def of(actor: Actor, person: User) -> Factors:
    """The actor's own factors; raises Forbidden for others."""
    require_oneself(actor, person)
    app, codes = of_type(person, APP).first(), of_type(person, CODES).first()
    return Factors(
        app_since=app.created_at if app else None,
        app_used_at=app.last_used_at if app else None,
        passkeys=tuple(_passkey(row) for row in of_type(person, PASSKEY)),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        codes_since=codes.created_at if codes else None,
        has_unseen_codes=codes is not None and VIEWED_AT not in codes.data,
    )


def _passkey(row: Authenticator) -> Passkey:
    return Passkey(row.pk, str(row.data.get("name", "")), row.created_at, row.last_used_at)


def new_secret() -> str:
    """A secret for an app, as it is typed into it."""
    secret: str = generate_totp_secret()
    return secret


def add_app(actor: Actor, person: User, *, secret: str, code: str, stored_key: str) -> None:
    """Let codes of an app that knows the secret be asked for at sign-in, with recovery codes.

    `code` proves that the app knows it. All sessions end but the one with that key. Raises
    Forbidden for others, AlreadyExists, and InvalidInput for a wrong code.
    """
    with acting(actor, Oneself(person)) as act:
        if of_type(person, APP).exists():
            raise AlreadyExists("You have an authenticator app already. Remove it first.")
        row = new_row(person, APP, {"secret": factor_storage.encrypt(secret, person.pk)})
        if not TOTP(row).validate_code(code):
            raise InvalidInput(WRONG_CODE, field="code")
        row.save()
        act.tell(PersonEvent.PERSON_FACTOR_ADDED, subject=person, detail={"factor": APP_WORDS})
        factor_mail.queue(person, "An authenticator app was added to your account")
        begin_codes(act, person)
        sessions.end_all_but(act, person, stored_key)


def remove_app(actor: Actor, person: User, stored_key: str) -> None:
    """Ask for no code of the app any more; without another factor, recovery codes go too.

    All sessions end but the one with that key. Raises Forbidden for others, and NotFound.
    """
    with acting(actor, Oneself(person)) as act:
        if not of_type(person, APP).delete()[0]:
            raise NotFound("You have no authenticator app.")
        end_codes(person)
        act.tell(PersonEvent.PERSON_FACTOR_REMOVED, subject=person, detail={"factor": APP_WORDS})
        factor_mail.queue(person, "The authenticator app was removed from your account")
        sessions.end_all_but(act, person, stored_key)


def make_codes(actor: Actor, person: User) -> None:
    """New recovery codes, in place of those there were; raises Forbidden, and NotFound without a
    factor: they would be good for nothing."""
    with acting(actor, Oneself(person)) as act:
        if not of_type(person, *FACTORS).exists():
            raise NotFound("Set up a second factor first: recovery codes stand in for it.")
        replace_codes(act, person)


def show_codes(actor: Actor, person: User) -> list[str]:
    """The recovery codes, the one time that they are shown; later none. Raises Forbidden."""
    with acting(actor, Oneself(person)):
        row = of_type(person, CODES).select_for_update().first()
        if row is None or VIEWED_AT in row.data:
            return []
        row.data[VIEWED_AT] = time.time()
        row.save(update_fields=["data"])
        codes: list[str] = row.wrap().get_unused_codes()
        return codes


def prove(actor: Actor, person: User, code: str) -> str:
    """Which factor of the person's the code is of, and use it up: a code counts once.

    No right is asked for: the person's password was right, and now they prove the rest. Raises
    InvalidInput for a wrong code, which the log is told of: someone knows the password.
    """
    for row in bound_to(person, APP, CODES):
        if row.wrap().validate_code(code):
            row.record_usage()
            return APP_WORDS if row.type == APP else "recovery code"
    note(actor, PersonEvent.PERSON_SECOND_FACTOR_FAILED, subject=person)
    raise InvalidInput(WRONG_CODE_AT_SIGN_IN, field="code")
