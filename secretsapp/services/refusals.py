"""Records that somebody was refused, after the transaction of the refused action is gone."""

import logging

from django.db import DatabaseError, transaction

from secretsapp import audit
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, SealroomError
from secretsapp.core.events import Event
from secretsapp.core.roles import PERMISSION_WORDS, Permission
from secretsapp.core.rules import NAME_LIMIT, is_storable
from secretsapp.models import Universe

SAME_REFUSAL_SECONDS = 60

log = logging.getLogger(__name__)


def record(actor: Actor, refusal: Forbidden) -> None:
    """Record a refusal, at most once a minute for the same actor, permission and subject.

    If that fails the person is refused all the same, and the log of the process says so.
    """
    try:
        _record(actor, refusal)
    except (DatabaseError, SealroomError) as error:
        log.error("A refusal could not be recorded: %s", type(error).__name__)


def _record(actor: Actor, refusal: Forbidden) -> None:
    where = refusal.universe_id
    universe = None if where is None else Universe.objects.filter(pk=where).first()
    # The name is as it was typed: it may be longer than one, or text that cannot be stored.
    name = refusal.secret_name[:NAME_LIMIT] if is_storable(refusal.secret_name) else ""
    entry = audit.Entry(
        Event.ACCESS_REFUSED,
        actor,
        universe,
        name,
        detail={"permission": PERMISSION_WORDS[Permission(refusal.permission)]},
    )
    with transaction.atomic(durable=True):
        audit.append_unless_recent(entry, seconds=SAME_REFUSAL_SECONDS)
