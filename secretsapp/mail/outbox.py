"""Mail that waits for the worker: queued within the act that causes it, so sent if that is done.

A room says what its mails are by a `Kind`, and queues them here. Their words are written when they
are sent (`sending`), by what is true then.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from secretsapp.mail.letters import Letter
from secretsapp.models import OutgoingMail, User
from secretsapp.models.mail import MailState

# So long it is known which keys were queued, and how many were given up.
KEPT_FOR = timedelta(days=30)
GIVEN_UP_SHOWN_FOR = timedelta(days=7)
# As long as an email address can be.
LONGEST_ABOUT = 254

About = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """A kind of mail, with templates of its name: `mail/NAME.txt` and `mail/NAME.html`.

    `write` is asked when the mail is to be sent. It is given the person, if it goes to one, and
    what the mail is about. It makes codes that the mail has to bring, and gives None where no one
    needs the mail any more.
    """

    name: str
    write: Callable[[User | None, About], Letter | None]


@dataclass(frozen=True)
class Backlog:
    """How many mails wait, since when the oldest does, and how many were given up these days."""

    waiting: int
    oldest: datetime | None
    given_up: int


def is_set_up() -> bool:
    """Whether there is a mail server; without one nothing is queued."""
    return bool(settings.EMAIL_HOST)


def queue(kind: Kind, to: User | str, about: About, *, key: str = "") -> None:
    """Let the worker send a mail to a person, or to an address that has no account.

    What it is about are ids and short words; never a value, never a code. A key says that there is
    one mail of the kind for it, however often it is queued within `KEPT_FOR`.
    """
    queue_all([mail(kind, to, about, key=key)])


def queue_all(mails: Iterable[OutgoingMail]) -> None:
    """Queue these mails in one statement, except those whose key was queued before."""
    if is_set_up():
        OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)


def mail(kind: Kind, to: User | str, about: About, *, key: str = "") -> OutgoingMail:
    """The row of a mail to be queued; raises ValueError where it is about too much."""
    if any(len(text) > LONGEST_ABOUT for text in about.values()):
        raise ValueError("A mail is about ids and short words.")
    to_whom = {"person": to} if isinstance(to, User) else {"address": to}
    row = OutgoingMail(kind=kind.name, key=key, about=json.dumps(dict(about)), **to_whom)
    row.queued_at = timezone.now()
    return row


def backlog() -> Backlog:
    """What waits, and what was given up within the last days."""
    recently = timezone.now() - GIVEN_UP_SHOWN_FOR
    waiting = Q(state=MailState.WAITING)
    given_up = Q(state=MailState.GIVEN_UP, ended_at__gt=recently)
    found = OutgoingMail.objects.filter(waiting | given_up).aggregate(
        waiting=Count("pk", filter=waiting),
        oldest=Min("queued_at", filter=waiting),
        given_up=Count("pk", filter=given_up),
    )
    return Backlog(**found)


def clear() -> int:
    """Forget mails that ended long ago; gives how many."""
    return OutgoingMail.objects.filter(ended_at__lte=timezone.now() - KEPT_FOR).delete()[0]
