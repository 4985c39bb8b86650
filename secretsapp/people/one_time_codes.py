"""One-time codes: made at random, stored as a hash alone, and used up by being used."""

from datetime import timedelta

from django.utils import timezone

from secretsapp.core import codes
from secretsapp.core.codes import Code
from secretsapp.core.errors import CodeRefused
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import OneTimeCode, PasswordMail, User
from secretsapp.models.accounts import SEVERAL, CodePurpose


def issue(
    purpose: CodePurpose, person: User | None, *, good_for: timedelta, address: str = ""
) -> Code:
    """Make a code in place of the one for that purpose of the person, or of no one if None.

    One that is mailed is beside those mailed before: anyone may ask for it, and must not end
    by that what someone has in their mailbox. `address` is the one it is mailed to, where the
    code is bound to that.
    """
    now = timezone.now()
    code = codes.draw(now + good_for)
    stored = {"hashed": code.hashed, "ends_at": code.ends_at, "address": address}
    if purpose in SEVERAL:
        OneTimeCode.objects.filter(purpose=purpose, person=person, ends_at__lte=now).delete()
        OneTimeCode.objects.create(purpose=purpose, person=person, **stored)
    else:
        OneTimeCode.objects.update_or_create(purpose=purpose, person=person, defaults=stored)
    return code


def find(typed: Plaintext, *purposes: CodePurpose) -> OneTimeCode:
    """The code that was typed, however it is capitalised and divided, or its whole link.

    Raises CodeRefused where there is none that is good for one of the purposes.
    """
    hashed = codes.hash_of(typed.expose().decode("utf-8", "replace"))
    living = OneTimeCode.objects.filter(purpose__in=purposes, ends_at__gt=timezone.now())
    found = living.select_related("person").filter(hashed=hashed).first()
    if found is None:
        raise refusal()
    return found


def use_up(code: OneTimeCode) -> None:
    """Delete the code, in the transaction of what it is for; of several at once one succeeds.

    Raises CodeRefused where it was used, replaced or has ended meanwhile.
    """
    living = OneTimeCode.objects.filter(hashed=code.hashed, ends_at__gt=timezone.now())
    if living.delete()[0] != 1:
        raise refusal()


def discard(person: User) -> None:
    """Let no link set the person's password any more, nor one that waits to be mailed.

    What says that a sign-in wasn't them goes on: someone else may have set the password.
    """
    OneTimeCode.objects.filter(person=person).exclude(purpose=CodePurpose.NOT_ME).delete()
    PasswordMail.objects.filter(person=person).delete()


def refusal() -> CodeRefused:
    """What everyone is told whose code is not good, whatever is wrong with it."""
    return CodeRefused(
        "This code doesn’t work: it was mistyped, has been used or has expired. Paste it "
        "again, or get a new one.",
        field="code",
    )
