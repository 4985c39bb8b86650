"""Second factors: an authenticator app, and recovery codes for when it is lost.

The rows and the arithmetic are allauth's (RFC 6238 for codes); who may change them, and that the
log is told, is ours. Changing a factor ends the person's other sessions, and devices that
are known for them are known no more.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db.models import QuerySet

from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, NotFound
from secretsapp.core.events.people import PersonEvent
from secretsapp.models import User
from secretsapp.people import factor_mail, factor_storage, sessions
from secretsapp.rules.acting import Act, Oneself, acting
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
APP, CODES = "authenticator app", "recovery codes"
VIEWED_AT = "viewed_at"
# How a sign-in's records name that a second factor was proved.
PROVED = "second_factor"


@dataclass(frozen=True)
class Factors:
    """What a person has beside their password, and since when; None where they lack it."""

    app_since: datetime | None = None
    app_used_at: datetime | None = None
    codes_left: int = 0
    codes_since: datetime | None = None
    has_unseen_codes: bool = False

    @property
    def is_on(self) -> bool:
        """Whether a password alone does not sign them in."""
        return self.app_since is not None


def of(actor: Actor, person: User) -> Factors:
    """The actor's own factors; raises Forbidden for others."""
    require_oneself(actor, person)
    app, codes = _of_type(person, _APP).first(), _of_type(person, _CODES).first()
    return Factors(
        app_since=app.created_at if app else None,
        app_used_at=app.last_used_at if app else None,
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        codes_since=codes.created_at if codes else None,
        has_unseen_codes=codes is not None and VIEWED_AT not in codes.data,
    )


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
        if _of_type(person, _APP).exists():
            raise AlreadyExists("You have an authenticator app already. Remove it first.")
        row = _row(person, _APP, {"secret": factor_storage.encrypt(secret, person.pk)})
        if not TOTP(row).validate_code(code):
            raise InvalidInput(WRONG_CODE, field="code")
        row.save()
        act.tell(PersonEvent.PERSON_FACTOR_ADDED, subject=person, detail={"factor": APP})
        factor_mail.queue(person, "An authenticator app was added to your account")
        _new_codes(act, person)
        sessions.end_all_but(act, person, stored_key)


def remove_app(actor: Actor, person: User, stored_key: str) -> None:
    """Let the password alone sign the person in; recovery codes go too, as they serve for nothing.

    All sessions end but the one with that key. Raises Forbidden for others, and NotFound.
    """
    with acting(actor, Oneself(person)) as act:
        if not _of_type(person, _APP).exists():
            raise NotFound("You have no authenticator app.")
        Authenticator.objects.filter(user=person).delete()
        act.tell(PersonEvent.PERSON_FACTOR_REMOVED, subject=person, detail={"factor": APP})
        factor_mail.queue(person, "The authenticator app was removed from your account")
        sessions.end_all_but(act, person, stored_key)


def make_codes(actor: Actor, person: User) -> None:
    """New recovery codes, in place of those there were; raises Forbidden, and NotFound without an
    app: they would be good for nothing."""
    with acting(actor, Oneself(person)) as act:
        if not _of_type(person, _APP).exists():
            raise NotFound("Set up an authenticator app first: recovery codes stand in for it.")
        _new_codes(act, person)


def show_codes(actor: Actor, person: User) -> list[str]:
    """The recovery codes, the one time that they are shown; later none. Raises Forbidden."""
    with acting(actor, Oneself(person)):
        row = _of_type(person, _CODES).select_for_update().first()
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
    for row in _bound_to(person):
        if row.wrap().validate_code(code):
            row.record_usage()
            return APP if row.type == _APP else "recovery code"
    note(actor, PersonEvent.PERSON_SECOND_FACTOR_FAILED, subject=person)
    raise InvalidInput(WRONG_CODE_AT_SIGN_IN, field="code")


def _bound_to(person: User) -> list[Authenticator]:
    """The person's app and recovery codes, without what was made for someone else.

    A row that was moved to another person in the database opens nothing.
    """
    rows = Authenticator.objects.filter(user=person, type__in=[_APP, _CODES])
    return [row for row in rows if factor_storage.is_of(factor_storage.secret_of(row), person.pk)]


_APP, _CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


def _of_type(person: User, kind: str) -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=person, type=kind)
    return found


def _row(person: User, kind: str, data: dict[str, object]) -> Authenticator:
    return Authenticator(user=person, type=kind, data=data)


def _new_codes(act: Act, person: User) -> None:
    _of_type(person, _CODES).delete()
    seed = factor_storage.encrypt(RecoveryCodes.generate_seed(), person.pk)
    _row(person, _CODES, {"seed": seed, "used_mask": 0}).save()
    act.tell(PersonEvent.PERSON_FACTOR_ADDED, subject=person, detail={"factor": CODES})
