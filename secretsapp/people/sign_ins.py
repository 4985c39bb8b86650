"""Records who signs in and out, and who tried to: what every process listens to from its start."""

from dataclasses import dataclass
from types import ModuleType

from secretsapp.core.actor import Actor
from secretsapp.core.errors import SealroomError
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.pace import lasting
from secretsapp.models import User
from secretsapp.people import wrong_passwords
from secretsapp.people.directory import account_of
from secretsapp.rules.acting import NoRight, Oneself, acting
from secretsapp.rules.noting import note
from secretsapp.rules.policy import require_oneself

RECORDED_IN_SECONDS = 0.1
# What a link for a password proves, beside what else was proved in a sign-in.
BY_LINK = "link"


class AccountShut(SealroomError):
    """The person said that someone else was in their account, and has set no new password yet."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody is signed in: this account was closed because someone else was in it. Set a "
            "new password with the link that was mailed to you, or ask an admin for one."
        )


@dataclass(frozen=True)
class NewDevice:
    """A device that wasn't known: what it is called from now on, and what its browser says."""

    id: str
    user_agent: str


def record_sign_in(
    actor: Actor, person: User, by: str = "", new_device: NewDevice | None = None
) -> None:
    """Record that a person signed in; by what they proved that it is them, where it is known.

    They are told of it where the device wasn't known. Nobody is told of the first time, and who
    came by a link is told by mail alone: nobody else could know better whether it was them. Raises
    AccountShut, by whichever way they came.
    """
    detail = {"by": by} if by else {}
    with acting(actor, Oneself(person, is_signing_in=True)) as act:
        stored = act.people[person.pk]
        if stored.is_shut:
            raise AccountShut
        was_here = stored.last_active_at is not None
        if new_device and was_here:
            detail["device"] = "new"
            is_recognized = BY_LINK in by.split(", ")
            _new_sign_ins().tell(act, person, new_device, is_recognized=is_recognized)
        act.tell(PersonEvent.PERSON_SIGNED_IN, subject=person, detail=detail)


def _new_sign_ins() -> ModuleType:
    # Every command loads this module, and signs nobody in.
    from secretsapp.people import new_sign_ins  # noqa: PLC0415

    return new_sign_ins


def record_sign_out(actor: Actor, person: User) -> None:
    """Record that a person signed out."""
    require_oneself(actor, person)
    with acting(actor, NoRight("leaving takes none, not even an account in use")) as act:
        act.tell(PersonEvent.PERSON_SIGNED_OUT, subject=person)


def record_failed_sign_in(actor: Actor, email: str, *, on_known_device: bool = False) -> None:
    """Record a failed sign-in, or count it where the log was told enough of the like.

    Only an address that has an account is written down: people type passwords into that field.
    Whether there is one is not to be told by the time it takes.
    """
    with lasting(RECORDED_IN_SECONDS):
        person = account_of(email)
        note(actor, PersonEvent.PERSON_SIGN_IN_FAILED, subject=person)
        if person is not None and not on_known_device:
            wrong_passwords.count(actor, person)
