"""The one place that listens to signals: of sign-in and sign-out, of a new connection, of Roblox.

Commands load it, and sign nobody in: what only a sign-in needs comes with the first one.
"""

from typing import Any, cast

from allauth.account.signals import user_logged_in, user_logged_out
from django.contrib.auth.signals import user_logged_in as session_began
from django.contrib.auth.signals import user_login_failed
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.http import HttpRequest

from secretsapp.adapters.addresses import came_by, name_session
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import SealroomError
from secretsapp.models import User
from secretsapp.people import sign_ins
from secretsapp.people.sign_ins import NewDevice
from secretsapp.rules import roblox, telemetry


@receiver(connection_created)
def compile_no_query(connection: BaseDatabaseWrapper, **_signal: object) -> None:
    """Let PostgreSQL run queries as they are: compiling one can take a thousand times as long.

    It compiles what it expects to be long, and takes the conditions that narrow rows by rights for
    that: someone with a thousand grants waited ten seconds for a query of a few milliseconds.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")


@receiver(roblox.answered)
def count_call(call: str, outcome: str, seconds: float, **_signal: object) -> None:
    """Roblox was asked something."""
    telemetry.roblox_answered(call, outcome, seconds)


@receiver(roblox.turned_away)
def count_turned_away(**_signal: object) -> None:
    """Too many were speaking with Roblox, so another was not begun."""
    telemetry.roblox_turned_away()


@receiver(session_began)
def begin_session(request: HttpRequest, **_signal: object) -> None:
    """A session begins, and who has just signed in has shown who they are."""
    from secretsapp.adapters import confirmations  # noqa: PLC0415
    from secretsapp.adapters.sessions import SessionStore  # noqa: PLC0415

    cast(SessionStore, request.session).begin()
    confirmations.confirm(request)


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: User, **_signal: object) -> None:
    """A person signed in; what cannot be recorded does not happen."""
    from secretsapp.adapters import devices  # noqa: PLC0415

    name_session(request)
    is_known = devices.find(request, user.email) is not None
    device = devices.remember(request, user)
    new = None if is_known else NewDevice(device.id, request.headers.get("User-Agent", ""))
    try:
        sign_ins.record_sign_in(_actor(request, user), user, _proved(request, user), new)
    except (SealroomError, DatabaseError):
        devices.forget(request)
        request.session.flush()
        raise


def _proved(request: HttpRequest, user: User) -> str:
    """By what the person proved in this sign-in that it is them, as `password, recovery code`."""
    from allauth.account.internal.flows.login import get_authentication_records  # noqa: PLC0415

    records = get_authentication_records(request, user)
    return ", ".join(str(each.get("kind") or each["method"]) for each in records)


@receiver(user_logged_out)
def record_sign_out(request: HttpRequest, user: User | None, **_signal: object) -> None:
    """A person signed out; the signal comes without one where the session had ended."""
    if user is not None:
        sign_ins.record_sign_out(_actor(request, user), user)


@receiver(user_login_failed)
def record_failure(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_signal: object
) -> None:
    """A sign-in failed, or a person who is signed in did not know the password of now."""
    from secretsapp.adapters import devices  # noqa: PLC0415

    known: Actor | None = getattr(request, "actor", None)
    actor = known if known and known.person_id is not None else _nobody(request)
    email = str(credentials.get("email") or "")
    is_known = request is not None and devices.find(request, email) is not None
    sign_ins.record_failed_sign_in(actor, email, on_known_device=is_known)


def _nobody(request: HttpRequest | None) -> Actor:
    nobody = Actor(ActorKind.SYSTEM, "someone not signed in", Door.BROWSER)
    return nobody if request is None else came_by(nobody, request)


def _actor(request: HttpRequest, user: User) -> Actor:
    return came_by(actors.person(user.pk, user.email, Door.BROWSER), request)
