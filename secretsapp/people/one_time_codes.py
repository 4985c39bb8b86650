"""One-time codes: made at random, stored as a hash alone, and used up by being used."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from secretsapp.core.errors import CodeRefused
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import OneTimeCode, PasswordMail, User
from secretsapp.models.accounts import CodePurpose

# Crockford's digits: without the letters that look like another digit. 24 of them are 120 bits.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 24
GROUP = 4

_AS_MEANT = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Code:
    """A code as it is handed over, once: in groups of four, and until when it is good."""

    text: str = field(repr=False)
    ends_at: datetime


def issue(purpose: CodePurpose, person: User | None, *, good_for: timedelta) -> Code:
    """Make a code in place of the one for that purpose of the person, or of no one if None.

    One that is mailed is beside those mailed before: anyone may ask for it, and must not end
    by that what someone has in their mailbox.
    """
    digits = "".join(secrets.choice(DIGITS) for _ in range(LENGTH))
    now = timezone.now()
    code = Code(_in_groups(digits), now + good_for)
    stored = {"hashed": _hashed(digits), "ends_at": code.ends_at}
    if purpose is CodePurpose.MAIL:
        OneTimeCode.objects.filter(purpose=purpose, person=person, ends_at__lte=now).delete()
        OneTimeCode.objects.create(purpose=purpose, person=person, **stored)
    else:
        OneTimeCode.objects.update_or_create(purpose=purpose, person=person, defaults=stored)
    return code


def find(typed: Plaintext, *purposes: CodePurpose) -> OneTimeCode:
    """The code that was typed, however it is capitalised and divided, or its whole link.

    Raises CodeRefused where there is none that is good for one of the purposes.
    """
    text = typed.expose().decode("utf-8", "replace").rpartition("#")[2]
    digits = text.upper().translate(_AS_MEANT)
    hashed = _hashed("".join(digit for digit in digits if digit in DIGITS))
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
    """Let no link set the person's password any more, nor one that waits to be mailed."""
    OneTimeCode.objects.filter(person=person).delete()
    PasswordMail.objects.filter(person=person).delete()


def refusal() -> CodeRefused:
    """What everyone is told whose code is not good, whatever is wrong with it."""
    return CodeRefused(
        "This code doesn’t work: it was mistyped, has been used or has expired. Paste it "
        "again, or get a new one.",
        field="code",
    )


def _in_groups(digits: str) -> str:
    return "-".join(digits[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _hashed(digits: str) -> str:
    return hashlib.sha256(digits.encode("ascii")).hexdigest()
