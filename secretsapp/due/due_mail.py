"""Reminds owners by mail of their secrets that are due: one mail a day, on days with something new.

It lists all that is due of theirs by then, so nothing is forgotten and nobody is told daily of
what they know.
"""

from collections.abc import Iterable
from datetime import date

from secretsapp.core import actor as actors
from secretsapp.core.actor import Door
from secretsapp.due.listing import MINE, Wanted, due
from secretsapp.due.reminded import mail_line
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import Secret, User
from secretsapp.rules.paging import FIRST


def queue(secrets: Iterable[Secret], today: date) -> None:
    """Queue a mail for each owner of these, unless there is one of today."""
    owners = {secret.owner_id for secret in secrets if secret.owner_id is not None}
    people = User.objects.filter(pk__in=owners, is_active=True).order_by("pk")
    outbox.queue_all(
        outbox.mail(KIND, person, {"day": today.isoformat()}, key=f"{today} {person.pk}")
        for person in people
    )


def _write(person: User | None, _about: About) -> Letter | None:
    """What is due of theirs now, as far as they can see it; nothing where nothing is any more."""
    if person is None:
        return None
    reader = actors.person(person.pk, person.email, Door.WORKER)
    page = due(reader, Wanted(owner=MINE), FIRST)
    if not page.items:
        return None
    words = {"secrets": list(map(mail_line, page.items)), "further": page.count - len(page.items)}
    one_or_more = "A secret" if page.count == 1 else f"{page.count} secrets"
    return Letter(f"{one_or_more} of yours to rotate", words)


KIND = Kind("secrets_due", _write)
