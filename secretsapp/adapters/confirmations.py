"""When a person last proved, in this session, that it is them: by signing in, or once more."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

CONFIRMED_FOR = timedelta(minutes=15)
_CONFIRMED_AT = "confirmed_at"


def confirm(request: HttpRequest, at: float | None = None) -> None:
    """Note that the person of the session proved who they are: just now, or then, in seconds."""
    now = timezone.now().timestamp()
    request.session[_CONFIRMED_AT] = now if at is None else min(now, float(at))


def is_confirmed(request: HttpRequest) -> bool:
    """Whether they did in the last minutes (CONFIRMED_FOR); a time to come counts for nothing."""
    at = request.session.get(_CONFIRMED_AT)
    if not isinstance(at, float):
        return False
    now = timezone.now()
    return now - CONFIRMED_FOR < datetime.fromtimestamp(at, tz=now.tzinfo) <= now
