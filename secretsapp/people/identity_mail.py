"""Tells people by mail that an account at a provider was connected to theirs, or disconnected."""

from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import User

SUBJECT = "The ways to sign in to your account in Sealroom changed"


def queue(person: User, what: str) -> None:
    """Let the worker say what was done, such as `An account at Google was connected to yours`."""
    outbox.queue(KIND, person, {"what": what})


def _write(_person: User | None, about: About) -> Letter:
    return Letter(SUBJECT, about)


KIND = Kind("sign_in_changed", _write)
