"""Warns before an API key expires: 30, 14, 7 days and 1 day before, once each."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone

from secretsapp.api_keys import key_mail
from secretsapp.api_keys.key_ends import WARN_BEFORE
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.times import sentence_time
from secretsapp.models import ApiKey
from secretsapp.rules.acting import NoRight, acting
from secretsapp.rules.locks import lock_api_key

# In days, the nearest first.
LEVELS = (1, 7, 14, 30)

_TIME_PASSES = NoRight("time passes by itself")


def warn_due(actor: Actor) -> int:
    """Warn of each key whose end came nearer; gives how many. Any number may do this at once."""
    now = timezone.now()
    ending = ApiKey.objects.filter(ends_at__gt=now, ends_at__lte=now + WARN_BEFORE)
    warned = 0
    for api_key in ending.defer("encrypted_value").order_by("ends_at", "pk"):
        if _is_due(api_key, now):
            # It may have been removed meanwhile.
            with suppress(NotFound):
                warned += _warn(actor, api_key, now)
    return warned


def _warn(actor: Actor, api_key: ApiKey, now: datetime) -> bool:
    """Tell it, unless another process did so meanwhile, or the key ends another time by now."""
    with acting(actor, _TIME_PASSES) as act:
        stored = lock_api_key(api_key)
        ends_at = stored.ends_at
        if ends_at is None or not _is_due(stored, now):
            return False
        stored.warned = _mark(ends_at, _level(ends_at - now))
        stored.save(update_fields=["warned"])
        key_mail.queue_ends(stored, ends_at, level=_level(ends_at - now))
        detail = {"end": sentence_time(ends_at)}
        act.tell(KeyEvent.API_KEY_ENDING, subject=stored, detail=detail)
    return True


def _is_due(api_key: ApiKey, now: datetime) -> bool:
    """Whether there is to be warned of its end: not of one that was told to be nearer already.

    Clocks are put back, and differ between machines.
    """
    ends_at = api_key.ends_at
    if ends_at is None or not now < ends_at <= now + WARN_BEFORE:
        return False
    level = _level(ends_at - now)
    return api_key.warned not in [_mark(ends_at, each) for each in LEVELS if each <= level]


def _mark(ends_at: datetime, level: int) -> str:
    """What is stored of a warning, so that it is given once."""
    return f"{ends_at.isoformat()} {level}"


def _level(left: timedelta) -> int:
    return next(level for level in LEVELS if left <= timedelta(days=level))
