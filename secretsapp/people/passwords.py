"""Passwords: hashed by Django's rules, and stored in one place, no matter who sets one and why."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from secretsapp.core import labels
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import User
from secretsapp.models.accounts import SHUT
from secretsapp.people import one_time_codes, sessions
from secretsapp.rules.acting import Act

_TOO_SIMILAR = (
    "This password is too similar to the email address or the name. Choose one that others can’t "
    "guess from them."
)
_WORDS = {
    "password_too_similar": _TOO_SIMILAR,
    "password_too_short": "This password is too short. Use at least 12 characters.",
    "password_too_common": "This password is too common. Use a few unrelated words.",
    "password_entirely_numeric": "This password is only digits. Use a few unrelated words.",
}


def hash_password(person: User, password: Plaintext) -> None:
    """Hash the password, unsaved; raises InvalidInput for what no one could sign in with.

    That is by our rules and by Django's, in our words, which do not name it. It takes a while on
    purpose, so it is done before a transaction begins.
    """
    labels.check_password(password)
    text = password.expose().decode("utf-8")
    try:
        validate_password(text, person)
    except ValidationError as error:
        codes = (str(each.code) for each in error.error_list)
        raise InvalidInput(" ".join(_WORDS[code] for code in codes), field="password") from None
    person.set_password(text)


def store(act: Act, person: User, *, keeping: str = "") -> int:
    """Store the password that was hashed for the person, whom the act has locked.

    Links that would set another end with it, and so do the person's sessions, all but the one
    that is stored under the key `keeping`. Gives how many sessions ended.
    """
    one_time_codes.discard(person)
    sessions.begin_generation(person)
    person.save(update_fields=["password"])
    count = sessions.delete(person.sessions.exclude(pk=keeping))
    act.tell(PersonEvent.PERSON_PASSWORD_SET, subject=person)
    return count


def close(act: Act, person: User) -> None:
    """Let nobody sign in as the person, whom the act has locked, until a link sets a new password.

    That holds for passkeys too: someone else may have added one.

    Links that were made before end with it, and so do all of the person's sessions.
    """
    one_time_codes.discard(person)
    person.set_unusable_password()
    person.password = f"{SHUT}{person.password}"
    person.save(update_fields=["password"])
    act.tell(PersonEvent.PERSON_PASSWORD_CLOSED, subject=person)
    sessions.end_all_but(act, person, "")
