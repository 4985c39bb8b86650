"""How far a new installation has come, for an admin until there is a first secret."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.events import Event
from secretsapp.core.roles import Permission
from secretsapp.home.at_hand import AtHand
from secretsapp.models import ApiKey, AuditEvent, Secret, Universe, User
from secretsapp.rules.policy import rights_of


@dataclass(frozen=True)
class Progress:
    """What is done of the first steps; `first_universe` is one to create a secret in."""

    has_key: bool
    first_universe: Universe | None
    has_company: bool
    is_backed_up: bool


def find_progress(actor: Actor, chosen: AtHand) -> Progress | None:
    """The progress where there is no secret yet, for who may do all of it; else None."""
    if not rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE):
        return None
    if not chosen.is_all or Secret.objects.exists():
        return None
    return Progress(
        has_key=ApiKey.objects.exists(),
        first_universe=next(iter(chosen.universes), None),
        has_company=User.objects.count() > 1,
        is_backed_up=AuditEvent.objects.filter(tag=Event.BACKUP_MADE.tag).exists(),
    )
