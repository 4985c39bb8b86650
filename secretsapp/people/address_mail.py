"""Mail about another address for an account: to the new one with a link, and to the old one."""

import json
from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import OutgoingMail, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.models.mail import MailState
from secretsapp.people import not_me_mail, one_time_codes
from secretsapp.people.directory import account_of

GOOD_FOR = timedelta(hours=1)
ASKED, CHANGED, BY_ADMIN = "asked", "changed", "by an admin"
_SENTENCES = {
    ASKED: "Someone, probably you, wants to change the address of your Sealroom account to {}. "
    "Nothing changes until they confirm it with a link that we mailed there.",
    CHANGED: "The address of your Sealroom account was changed to {}. You sign in with that one "
    "from now on.",
    BY_ADMIN: "An admin changed the address of your Sealroom account to {}. You sign in with that "
    "one from now on. If you didn’t expect this, ask them.",
}


def queue_question(person: User, wanted: str) -> None:
    """Let the worker mail a link to the wanted address, and tell the person at theirs."""
    outbox.queue(QUESTION, wanted, _about(person, wanted))
    outbox.queue(TOLD, person.email, _about(person, wanted) | {"what": ASKED})


def queue_changed(person: User, wanted: str) -> None:
    """Let the worker tell the person, at the address that they still have, that it changes."""
    outbox.queue(TOLD, person.email, _about(person, wanted) | {"what": CHANGED})


def queue_changed_by_admin(person: User, wanted: str) -> None:
    """The same where an admin changes it; there is nothing to stop then, also by what waits."""
    for mail in OutgoingMail.objects.filter(kind=TOLD.name, state=MailState.WAITING):
        about = json.loads(mail.about)
        if about["person"] == str(person.pk):
            stopping_nothing = json.dumps(about | {"stops": ""})
            OutgoingMail.objects.filter(pk=mail.pk).update(about=stopping_nothing)
    outbox.queue(TOLD, person.email, _about(person, wanted) | {"what": BY_ADMIN, "stops": ""})


def _about(person: User, wanted: str) -> dict[str, str]:
    """The generation ends it: what was asked for before someone else was thrown out is not sent."""
    return {
        "person": str(person.pk),
        "generation": str(person.generation),
        "old": person.email,
        "new": wanted,
        "stops": "yes",
    }


def _write_question(_nobody: User | None, about: About) -> Letter | None:
    """The link, unless it is of no use any more, or the address is that of another account."""
    person = _person(about)
    is_asked = person is not None and (person.email, str(person.generation)) == (
        about["old"],
        about["generation"],
    )
    if person is None or not is_asked or account_of(about["new"]) is not None:
        return None
    code = one_time_codes.issue(
        CodePurpose.ADDRESS, person, good_for=GOOD_FOR, address=about["new"]
    )
    page = f"{settings.SITE_URL}{reverse('me_address_confirm')}"
    words = {"link": f"{page}#{code.text}", "page": page, "code": code.text}
    ends = sentence_time(code.ends_at)
    return Letter("Confirm your new address for Sealroom", {**words, "ends": ends})


def _write_told(_nobody: User | None, about: About) -> Letter | None:
    person = _person(about)
    if person is None:
        return None
    words = {"sentence": _SENTENCES[about["what"]].format(about["new"])}
    if about["stops"]:
        words |= not_me_mail.link_words(person, about["old"])
    return Letter("A new address for your Sealroom account", words)


def _person(about: About) -> User | None:
    return User.objects.filter(pk=about["person"], is_active=True).first()


QUESTION = Kind("address_question", _write_question)
TOLD = Kind("address_told", _write_told)
