"""Records that someone was refused, after the transaction of the refused action is gone."""

import logging

from django.db import DatabaseError

from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, SealroomError
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.input_rules import is_storable
from secretsapp.core.roles import PERMISSION_WORDS, Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.noting import note

log = logging.getLogger(__name__)


def record(actor: Actor, refusal: Forbidden) -> None:
    """Record a refusal, or count it where the log was told enough of the like.

    If that fails the person is refused all the same, and the log of the process says so.
    """
    try:
        _record(actor, refusal)
    except (DatabaseError, SealroomError) as error:
        log.error("A refusal could not be recorded: %s", type(error).__name__)


def _record(actor: Actor, refusal: Forbidden) -> None:
    where = refusal.universe_id
    universe = None if where is None else Universe.objects.filter(pk=where).first()
    note(
        actor,
        AccessEvent.ACCESS_REFUSED,
        universe,
        _name_of_secret(universe, refusal.secret_name),
        detail={"permission": PERMISSION_WORDS[Permission(refusal.permission)]},
    )


def _name_of_secret(universe: Universe | None, typed: str) -> str:
    """The name as it was typed, if a secret has it.

    Made-up names would make every refusal another one, and so fill the log.
    """
    secrets = Secret.objects.filter(universe=universe, name=typed)
    return typed if universe and is_storable(typed) and secrets.exists() else ""
