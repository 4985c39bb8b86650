"""Keeps what a person is shown of their sessions, and ends them."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.input_rules import is_storable
from secretsapp.core.roles import Permission
from secretsapp.models import SignedIn, User
from secretsapp.rules.acting import Act, Oneself, Right, acting
from secretsapp.rules.policy import require_oneself

RECORDED_EVERY = timedelta(minutes=5)
UNKNOWN_LIMIT = 60

# The first that is found counts: every browser says that it is Safari, and most say Chrome.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "Chrome/": "Chrome",
    "CriOS": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def record(actor: Actor, person: User, stored_key: str, user_agent: str) -> None:
    """Record that the person is active in that session; the first time is what makes it known.

    Who calls asks before whether it was recorded in the last minutes (RECORDED_EVERY).
    """
    now = timezone.now()
    session = SignedIn.objects.filter(pk=stored_key)
    seen = {"active_at": now, "address": actor.address, "browser": in_words(user_agent)}
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(last_active_at=now)
        if not session.update(**seen):
            first = SignedIn(stored_key=stored_key, person=person, began_at=now, **seen)
            # Another request of the same session may have been quicker.
            SignedIn.objects.bulk_create([first], ignore_conflicts=True)


def in_words(user_agent: str) -> str:
    """What a browser says of itself, as `Firefox on Windows`; else the beginning of its words."""
    if known := known_words(user_agent):
        return known
    return user_agent[:UNKNOWN_LIMIT].strip() if is_storable(user_agent) else ""


def known_words(user_agent: str) -> str:
    """The same in words of ours alone, for where someone else must not choose them; or nothing."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    return f"{browser} on {system}" if browser and system else browser


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for sign, name in names.items() if sign in user_agent), "")


def move(actor: Actor, person: User, stored_key: str, new_stored_key: str) -> None:
    """Let the person's session be known under the new key that it was given."""
    require_oneself(actor, person)
    person.sessions.filter(pk=stored_key).update(stored_key=new_stored_key)


def end(actor: Actor, person: User, stored_key: str) -> int:
    """End that session of the person's; how many ended: none where it had before."""
    with acting(actor, Oneself(person)) as act:
        return _end(act, person, person.sessions.filter(pk=stored_key))


def end_others(actor: Actor, person: User, stored_key: str) -> int:
    """End all sessions of the person's but that one; how many ended.

    That one needs the person's new session hash then, which only its request can give it.
    """
    with acting(actor, Oneself(person)) as act:
        begin_generation(person)
        return _end(act, person, person.sessions.exclude(pk=stored_key))


def end_all(actor: Actor, person: User) -> int:
    """End all sessions of someone, for who manages people; how many ended.

    Their devices are known no more. Raises Forbidden, and InvalidInput for one's own.
    """
    with acting(actor, Right(Permission.MANAGE_PEOPLE), people=[person]) as act:
        if person.pk == actor.person_id:
            raise InvalidInput("End your own other sessions under “Your account”.")
        begin_generation(person)
        return _end(act, person, person.sessions.all())


def _end(act: Act, person: User, sessions: QuerySet[SignedIn]) -> int:
    count = delete(sessions)
    tell_ended(act, person, count)
    return count


def end_all_but(act: Act, person: User, stored_key: str) -> None:
    """End the sessions of a person whom the act has locked, but the one with that key, and let no
    device be known for them."""
    begin_generation(person)
    tell_ended(act, person, delete(person.sessions.exclude(pk=stored_key)))


def begin_generation(person: User) -> None:
    """Let neither a session of the person that is put back count, nor a device that is known.

    The caller locks the person's row.
    """
    User.objects.filter(pk=person.pk).update(generation=F("generation") + 1)
    person.refresh_from_db(fields=["generation"])


def delete(sessions: QuerySet[SignedIn]) -> int:
    """Delete the sessions and what was shown of them; how many of them had not ended yet."""
    keys = list(sessions.values_list("pk", flat=True))
    stored = Session.objects.filter(session_key__in=keys)
    count = stored.filter(expire_date__gt=timezone.now()).count()
    stored.delete()
    SignedIn.objects.filter(pk__in=keys).delete()
    return count


def tell_ended(act: Act, person: User, count: int) -> None:
    """Tell of sessions of a person that were ended, if any were."""
    if count:
        act.tell(PersonEvent.PERSON_SESSIONS_ENDED, subject=person, detail={"count": str(count)})
