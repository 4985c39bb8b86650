"""Tells people by mail that a second factor of theirs was added, removed or reset."""

from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import User

SUBJECT = "Your second factors in Sealroom changed"


def queue(person: User, what: str) -> None:
    """Let the worker say what was done, such as `An authenticator app was added`."""
    outbox.queue(KIND, person, {"what": what})


def _write(_person: User | None, about: About) -> Letter:
    return Letter(SUBJECT, about)


KIND = Kind("factors_changed", _write)
