"""Tells people of sign-ins from devices that weren't known, on their first page and by mail.

Someone who stole a password signs in from such a device too. So it says nothing of any of them, and
is not shown its own, until the person recognizes it on a device of theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.people import PersonEvent
from secretsapp.models import NewSignIn, OneTimeCode, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import not_me_mail, sessions
from secretsapp.people.sign_ins import NewDevice
from secretsapp.rules.acting import Act, Oneself, acting

KEPT_FOR = timedelta(days=30)
SHOWN = 3


@dataclass(frozen=True)
class NewSignIns:
    """The newest sign-ins that a person is asked about; `is_trusted` says whether they can answer.

    They can say that it wasn't them in any case.
    """

    shown: Sequence[NewSignIn]
    has_more: bool
    is_trusted: bool

    @property
    def is_only(self) -> bool:
        """Whether there is one alone."""
        return len(self.shown) == 1


def tell(act: Act, person: User, device: NewDevice, *, is_recognized: bool) -> None:
    """Tell the person of a sign-in from that device, which wasn't known.

    One that is recognized, as where a link proved who it is, needs no answer.
    """
    sign_in = NewSignIn(
        person=person,
        device=device.id,
        browser=sessions.known_words(device.user_agent),
        address=act.actor.address,
        at=timezone.now(),
    )
    if not is_recognized:
        sign_in.save()
    not_me_mail.queue_sign_in(sign_in)


def find(actor: Actor, device: str) -> NewSignIns | None:
    """The sign-ins that the actor is asked about on that device; None where there are none."""
    is_own = Case(When(device=device, then=Value(1)), default=Value(0))
    newest = _living(actor).annotate(is_own=is_own).order_by("-is_own", "-at", "-pk")
    found = list(newest[: SHOWN + 2])
    others = [each for each in found if each.device != device]
    if not others:
        return None
    return NewSignIns(others[:SHOWN], len(others) > SHOWN, is_trusted=len(others) == len(found))


def recognize(actor: Actor, person: User, *, device: str, sign_in_id: int) -> bool:
    """Say on that device that a sign-in was the actor; whether it still needed to be said.

    Raises InvalidInput on a device which itself nobody has recognized.
    """
    with acting(actor, Oneself(person)) as act:
        if _living(actor).filter(device=device).exists():
            raise InvalidInput(
                "Nothing was changed: this device is new too. Answer on one that you used before."
            )
        sign_in = _living(actor).filter(pk=sign_in_id).first()
        if sign_in is None:
            return False
        sign_in.delete()
        act.tell(PersonEvent.PERSON_SIGN_IN_RECOGNIZED, subject=person, detail=_detail(sign_in))
        return True


def disown(actor: Actor, person: User, *, device: str, stored_key: str) -> None:
    """Say that new sign-ins were someone else's: every session ends except the one with that key.

    So does a code for another address. Links for a password stay: someone in an open session alone
    must not end what lets the person in. That session needs the person's new session hash then,
    which only its request can give it.
    """
    with acting(actor, Oneself(person)) as act:
        OneTimeCode.objects.filter(person=person, purpose=CodePurpose.ADDRESS).delete()
        # Its own stays: someone else may say this, and must not be forgotten by it.
        _living(actor).exclude(device=device).delete()
        act.tell(PersonEvent.PERSON_SIGN_IN_DISOWNED, subject=person)
        sessions.end_all_but(act, person, stored_key)


def clear() -> int:
    """Forget sign-ins that nobody answered for long; gives how many."""
    return NewSignIn.objects.filter(at__lte=timezone.now() - KEPT_FOR).delete()[0]


def _living(actor: Actor) -> QuerySet[NewSignIn]:
    since = timezone.now() - KEPT_FOR
    return NewSignIn.objects.filter(person_id=actor.person_id, at__gt=since)


def _detail(sign_in: NewSignIn) -> dict[str, str]:
    where = {"browser": sign_in.browser, "from": sign_in.address}
    return {name: text for name, text in where.items() if text}
