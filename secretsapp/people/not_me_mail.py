"""Mail that says what was done with someone's account, with a link to say that it wasn't them."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from secretsapp.core.times import parse_roblox_time, sentence_time
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import NewSignIn, OutgoingMail, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.models.mail import MailState
from secretsapp.people import one_time_codes

GOOD_FOR = timedelta(days=7)
# More say no more, and would keep the mail of others waiting.
WAITING_LIMIT = 20


def queue_sign_in(sign_in: NewSignIn) -> None:
    """Let the worker tell the person of a sign-in from a new device, unless many mails wait."""
    waiting = OutgoingMail.objects.filter(person=sign_in.person, kind=SIGN_IN.name)
    if waiting.filter(state=MailState.WAITING).count() >= WAITING_LIMIT:
        return
    about = {
        "at": sign_in.at.isoformat(),
        "browser": sign_in.browser,
        "address": sign_in.address,
    }
    outbox.queue(SIGN_IN, sign_in.person, about)


def link_words(person: User, address: str) -> dict[str, str]:
    """The words of a link, mailed to that address, by which the person says that it wasn't them."""
    purpose = CodePurpose.NOT_ME
    code = one_time_codes.issue(purpose, person, good_for=GOOD_FOR, address=address)
    page = f"{settings.SITE_URL}{reverse('not_me')}"
    link = f"{page}#{code.text}"
    return {"link": link, "page": page, "code": code.text, "ends": sentence_time(code.ends_at)}


def _write_sign_in(person: User | None, about: About) -> Letter | None:
    at = parse_roblox_time(about["at"])
    if person is None or at is None:
        return None
    words = {**about, "at": sentence_time(at), **link_words(person, person.email)}
    return Letter("New sign-in to your Sealroom account", words)


SIGN_IN = Kind("new_sign_in", _write_sign_in)
