"""Sends the mail that waits: each by one worker alone, tried again for two days, never in a hurry.

A mail can arrive twice if a worker is killed just after the mail server took it; none is lost.
"""

import json
import logging
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone

from secretsapp.mail.letters import message
from secretsapp.mail.outbox import Kind
from secretsapp.models import OutgoingMail
from secretsapp.models.mail import MailState
from secretsapp.rules.locks import claim, unclaimed

log = logging.getLogger(__name__)

# Longer than a mail server can keep a worker waiting; another worker takes it over then.
CLAIMED_FOR = timedelta(minutes=5)
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))
GIVEN_UP_AFTER = timedelta(days=2)
# What no worker has tried is not given up so soon: none was running, or it is held back.
GIVEN_UP_UNTRIED_AFTER = timedelta(days=14)
# Who was sent that many of one kind within a day gets the next ones later. Other kinds come.
MAILS_A_DAY = 20
HELD_BACK_FOR = timedelta(hours=1)
# What one round may take: the worker has other work.
MAILS_A_ROUND = 20
SECONDS_A_ROUND = 20
# A mail server that does not answer keeps a worker waiting, so no one asks it for a while.
RESTING = "mail:resting"
REST_SECONDS = 60


def send_waiting(kinds: Iterable[Kind]) -> int:
    """Send what waits and is of these kinds; gives how many mails were sent."""
    _give_up()
    by_name = {kind.name: kind for kind in kinds}
    ready = _waiting().filter(unclaimed(), kind__in=by_name).order_by("queued_at", "pk")
    ends_at, sent = time.monotonic() + SECONDS_A_ROUND, 0
    for pk in list(ready.values_list("pk", flat=True)[:MAILS_A_ROUND]):
        if cache.get(RESTING) or time.monotonic() > ends_at:
            break
        mail = _claimed(pk)
        sent += mail is not None and _send(mail, by_name)
    return sent


def _waiting() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(state=MailState.WAITING)


def _give_up() -> None:
    now = timezone.now()
    too_old = Q(queued_at__lte=now - GIVEN_UP_AFTER, tried__gt=0)
    far_too_old = Q(queued_at__lte=now - GIVEN_UP_UNTRIED_AFTER)
    given_up = _waiting().filter(unclaimed(), too_old | far_too_old)
    if count := given_up.update(state=MailState.GIVEN_UP, ended_at=now):
        log.error("Mails that could not be sent for days were given up: %s", count)


def _claimed(pk: int) -> OutgoingMail | None:
    """The mail, to be sent by us alone; None where another worker has it, or it is gone."""
    if not claim(_waiting().filter(pk=pk), lasting=CLAIMED_FOR):
        return None
    return OutgoingMail.objects.select_related("person").filter(pk=pk).first()


def _send(mail: OutgoingMail, kinds: Mapping[str, Kind]) -> bool:
    """Whether it was sent; otherwise it waits, or is dropped where no one needs it any more."""
    if _has_had_enough(mail):
        _let_wait(mail, HELD_BACK_FOR, tried=mail.tried)
        return False
    try:
        is_sent = _is_written_and_sent(mail, kinds[mail.kind])
    except OSError as error:
        _note_failure(mail, error)
    except Exception:
        log.exception("A mail (%s) could not be written.", mail.kind)
    else:
        _end(mail, MailState.SENT if is_sent else MailState.DROPPED)
        return is_sent
    pause = PAUSES[min(mail.tried, len(PAUSES) - 1)]
    _let_wait(mail, pause, tried=mail.tried + 1)
    return False


def _has_had_enough(mail: OutgoingMail) -> bool:
    """Whether so many were sent to them within a day; workers at once can send one more each."""
    since = timezone.now() - timedelta(days=1)
    # Each has an index of its own; that of addresses has no empty ones.
    to_address = Q(address=mail.address) & ~Q(address="")
    to_them = Q(person=mail.person_id) if mail.person_id else to_address
    had = OutgoingMail.objects.filter(
        to_them, kind=mail.kind, state=MailState.SENT, ended_at__gt=since
    )
    return had.count() >= MAILS_A_DAY


def _is_written_and_sent(mail: OutgoingMail, kind: Kind) -> bool:
    """Whether it was still wanted, and the mail server took it; raises what either does."""
    person = mail.person
    if person is not None and not person.is_active:
        return False
    letter = kind.write(person, json.loads(mail.about))
    if letter is None:
        return False
    message(kind.name, letter, person.email if person else mail.address).send()
    return True


def _note_failure(mail: OutgoingMail, error: OSError) -> None:
    """Log that the mail server failed, never for whom; one that said nothing is let rest."""
    log.warning("The mail server did not take a mail (%s): %s", mail.kind, type(error).__name__)
    # What smtplib raises for an answer has its code, or the recipients that were refused.
    if not hasattr(error, "smtp_code") and not hasattr(error, "recipients"):
        cache.set(RESTING, True, REST_SECONDS)


def _end(mail: OutgoingMail, state: MailState) -> None:
    _waiting().filter(pk=mail.pk).update(state=state, ended_at=timezone.now())


def _let_wait(mail: OutgoingMail, pause: timedelta, *, tried: int) -> None:
    again_at = timezone.now() + pause
    _waiting().filter(pk=mail.pk).update(claimed_until=again_at, tried=tried)
