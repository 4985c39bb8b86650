"""Tells everyone who manages API keys by mail that one expires soon, or doesn't work."""

from datetime import datetime

from secretsapp.api_keys.key_ends import end_at
from secretsapp.core.key_verdicts import FAILING
from secretsapp.core.roles import Permission
from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import ApiKey, User
from secretsapp.rules.holders import people_with

# Keys are managed in all universes or in none.
_ANY_UNIVERSE = 0


def queue_ends(api_key: ApiKey, end: datetime, *, level: int) -> None:
    """Queue a mail about its end for each who manages keys, within the act; one for each level."""
    _queue(ENDS, api_key, {"end": end.isoformat()}, f"{end.isoformat()} {level}")


def queue_fails(api_key: ApiKey) -> None:
    """Queue a mail that it doesn't work for each who manages keys, within the act."""
    since = api_key.failing_since.isoformat() if api_key.failing_since else ""
    _queue(FAILS, api_key, {"since": since}, since)


def _queue(kind: Kind, api_key: ApiKey, about: About, once: str) -> None:
    told = {"api_key": str(api_key.pk), **about}
    outbox.queue_all(
        outbox.mail(kind, person, told, key=f"{api_key.pk} {once} {person.pk}")
        for person in _managers()
    )


def _managers() -> list[User]:
    return list(people_with(Permission.MANAGE_API_KEYS, _ANY_UNIVERSE, ""))


def _write_ends(person: User | None, about: About) -> Letter | None:
    """What is true now; nothing where it ends another time by now, or is over."""
    api_key = _key_for(person, about)
    if api_key is None or api_key.ends_at is None or end_at(api_key.ends_at).is_over:
        return None
    if api_key.ends_at.isoformat() != about["end"]:
        return None
    words = {**_words(api_key), "end": sentence_time(api_key.ends_at)}
    return Letter(f"The API key {api_key.name} expires soon", words)


def _write_fails(person: User | None, about: About) -> Letter | None:
    """What is true now; nothing where it works again."""
    api_key = _key_for(person, about)
    if api_key is None or api_key.check_verdict not in FAILING:
        return None
    result = api_key.check_result[:1].upper() + api_key.check_result[1:]
    words = {**_words(api_key), "result": result}
    return Letter(f"The API key {api_key.name} doesn’t work", words)


def _key_for(person: User | None, about: About) -> ApiKey | None:
    """The key, if it is still there and the person manages keys still."""
    if person is None or person not in _managers():
        return None
    return ApiKey.objects.filter(pk=about["api_key"]).first()


def _words(api_key: ApiKey) -> dict[str, object]:
    return {"name": api_key.name, "key": str(api_key.pk), "universes": api_key.universes.count()}


ENDS = Kind("api_key_ends", _write_ends)
FAILS = Kind("api_key_fails", _write_fails)
