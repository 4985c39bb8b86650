"""How far a new installation has come: up to its first secret, and what is wise soon after."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from secretsapp.access import grant_listing
from secretsapp.core.actor import Actor
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.roles import Permission
from secretsapp.home.at_hand import AtHand
from secretsapp.models import ApiKey, AuditEvent, Secret, Universe, User
from secretsapp.rules.narrowing import narrowed_universes
from secretsapp.rules.policy import rights_of

# Later on, what is not done was left undone on purpose.
NEW_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Progress:
    """What is done of the first steps; `first_universe` is one to create a secret in."""

    has_key: bool
    first_universe: Universe | None
    has_secret: bool
    has_company: bool
    has_second_admin: bool
    is_backed_up: bool
    has_mail: bool

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be advised; mail is worth it only where people are many."""
        return self.has_secret and self.has_second_admin and self.is_backed_up


def find_progress(actor: Actor, chosen: AtHand) -> Progress | None:
    """The progress of a new installation, for who may do all of it; None where it is settled."""
    if not rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE) or not chosen.is_all:
        return None
    has_secret = Secret.objects.exists()
    if has_secret and User.objects.filter(created_at__lt=timezone.now() - NEW_FOR).exists():
        return None
    progress = _progress(actor, chosen, has_secret=has_secret)
    return None if progress.is_complete else progress


def sees_any(actor: Actor) -> bool:
    """Whether there is some universe that the actor may see."""
    return narrowed_universes(actor, Universe.objects.all(), Permission.LIST_SECRETS).exists()


def _progress(actor: Actor, chosen: AtHand, *, has_secret: bool) -> Progress:
    return Progress(
        has_key=ApiKey.objects.exists(),
        first_universe=next(iter(chosen.universes), None),
        has_secret=has_secret,
        has_company=User.objects.count() > 1,
        has_second_admin=grant_listing.last_admin(actor) is None,
        is_backed_up=AuditEvent.objects.filter(tag=InstallationEvent.BACKUP_MADE.tag).exists(),
        has_mail=bool(settings.EMAIL_HOST),
    )
